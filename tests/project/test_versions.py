"""What is installed is what was tested: the fixed versions of pyproject.toml, which tools/versions renews."""

import re
import sys
import sysconfig
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from helpers.places import ROOT
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FIXED = [Requirement(line) for line in PYPROJECT["tool"]["uv"]["constraint-dependencies"]]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {"linux": "posix", "darwin": "posix", "win32": "nt"}
OURS = "the environment of the README's commands (.venv) is not the one that runs"


def version(name, environment):
    """The version that is fixed for a package in an environment; None where none is."""
    name = canonicalize_name(name)
    found = [
        str(each.specifier).removeprefix("==")
        for each in FIXED
        if canonicalize_name(each.name) == name
        and (each.marker is None or each.marker.evaluate(environment))
    ]
    assert len(found) < 2, f"{name} has {len(found)} versions"
    return found[0] if found else None


def named():
    """What pyproject.toml itself asks for, of all extras and groups."""
    lists = [
        *PYPROJECT["project"]["optional-dependencies"].values(),
        *PYPROJECT["dependency-groups"].values(),
    ]
    return sorted({line for lines in lists for line in lines})


@pytest.mark.parametrize("line", named())
def test_each_package_has_one_version_within_its_range_on_every_system(line):
    wanted = Requirement(line)
    for python in PYTHONS:
        for system, family in SYSTEMS.items():
            here = {"sys_platform": system, "os_name": family}
            here |= {"python_version": python, "python_full_version": f"{python}.5"}
            fixed = version(wanted.name, default_environment() | here)
            assert fixed, f"no version is fixed on {system}, Python {python}"
            assert fixed in wanted.specifier, f"{fixed} is not in the range {wanted.specifier}"


def test_every_line_fixes_one_version_and_names_no_place():
    for each in FIXED:
        assert re.fullmatch(r"==[\w.!+]+", str(each.specifier)), each
        assert each.url is None


@pytest.mark.skipif(Path(sys.prefix).resolve() != (ROOT / ".venv").resolve(), reason=OURS)
def test_what_is_installed_has_the_fixed_version():
    ours = {"lenproto", "pip", "setuptools", "wheel"}
    for found in metadata.distributions(path=[sysconfig.get_path("purelib")]):
        name = canonicalize_name(found.metadata["Name"])
        if name not in ours:
            assert version(name, default_environment()) == found.version, name


def test_the_readmes_commands_install_the_fixed_uv():
    commands = re.findall(
        r"^python3 -m pip install .*", (ROOT / "README.md").read_text("utf-8"), re.M
    )
    assert len(commands) == 2
    for command in commands:
        assert re.findall(r"\buv==(\S+)", command) == [version("uv", default_environment())]


@pytest.mark.parametrize("name", ["Dockerfile", ".binder/requirements.txt"])
def test_what_else_installs_uv_installs_the_fixed_one(name):
    text = (ROOT / name).read_text("utf-8")
    assert re.findall(r"\buv==(\S+)", text) == [version("uv", default_environment())]
