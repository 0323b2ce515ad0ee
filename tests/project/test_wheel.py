"""What tools/wheel sees of a wheel and an sdist, which Pythons it finds, and how it runs a learner's commands."""

import importlib.util
import io
import sys
import tarfile
import zipfile

import pytest
from helpers.places import ROOT

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SPEC = importlib.util.spec_from_file_location("tool", ROOT / "tools" / "wheel" / "__main__.py")


@pytest.fixture
def tool(monkeypatch):
    """The program, as a module."""
    module = importlib.util.module_from_spec(SPEC)
    monkeypatch.setitem(sys.modules, SPEC.name, module)  # dataclasses look there
    SPEC.loader.exec_module(module)
    return module


def sdist(path, names):
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(f"lenproto-1.0/{name}"), io.BytesIO())
    return path


def wheel(path, names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return path


def test_it_tries_the_pythons_that_are_promised(tool):
    assert list(tool.PYTHONS) == PYTHONS
    versions = {f"Programming Language :: Python :: {each}" for each in PYTHONS}
    assert versions <= set(tool.PROJECT["project"]["classifiers"])


def test_an_sdist_that_lacks_something_or_has_too_much_is_told(tool, tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "in_git", lambda: {"README.md", "tests/test_it.py"})
    lacking = sdist(tmp_path / "a.tar.gz", ["README.md", "PKG-INFO", ".venv/secret"])
    assert list(tool.sdist_lacks(lacking)) == [
        "not in the sdist: tests/test_it.py",
        "in the sdist, and not in git: .venv/secret",
    ]
    whole = sdist(tmp_path / "b.tar.gz", ["README.md", "PKG-INFO", "tests/test_it.py"])
    assert list(tool.sdist_lacks(whole)) == []


def test_a_wheel_that_lacks_something_or_has_too_much_is_told(tool, tmp_path, monkeypatch):
    for name in ("lenproto/__init__.py", "notebooks/en/01.ipynb", "notebooks/en/.old/01.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    about = "lenproto-1.0.dist-info/METADATA"
    lacking = wheel(tmp_path / "a.whl", [about, "lenproto/__init__.py", "tests/test_it.py"])
    assert list(tool.wheel_is_off(lacking)) == [
        "not in the wheel: lenproto/lessons/en/01.ipynb",
        "in the wheel, and should not be: tests/test_it.py",
    ]
    names = [about, "lenproto/__init__.py", "lenproto/lessons/en/01.ipynb"]
    assert list(tool.wheel_is_off(wheel(tmp_path / "b.whl", names))) == []


def test_it_finds_the_python_that_runs_and_no_program_that_is_none(tool, tmp_path, monkeypatch):
    none = tmp_path / "python3.12"
    none.write_text("")
    monkeypatch.setattr(
        tool, "candidates", lambda: [str(none), str(tmp_path / "no"), sys.executable]
    )
    here = "{}.{}".format(*sys.version_info[:2])
    assert tool.pythons() == {here: sys.executable}


def test_a_command_is_run_in_the_folder_with_nothing_set(tool, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("LENPROTO_LANGUAGE", "xx")
    folder = tmp_path / tool.FOLDER
    folder.mkdir()
    step = tool.Steps(folder)
    asks = "import os; print(os.getcwd(), os.environ.get('PYTHONPATH'), 'LENPROTO_LANGUAGE' in os.environ)"
    told = step("asks", [sys.executable, "-c", asks], says=f"{tool.FOLDER} None False")
    assert told.ended_well, told.said
    assert not step("asks", [sys.executable, "-c", asks], says="something else").ended_well
    assert not step("fails", [sys.executable, "-c", "raise SystemExit(1)"]).ended_well
    assert not step("is not there", [str(tmp_path / "none")]).ended_well


def test_lessons_that_were_laid_are_compared_to_the_byte(tool, tmp_path, monkeypatch):
    original, copy = tmp_path / "notebooks" / "en" / "pictures", tmp_path / "copy" / "pictures"
    for folder in (original, copy):
        folder.mkdir(parents=True)
        (folder / "stage.png").write_bytes(b"\x00")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    assert tool.laid(tmp_path / "copy").ended_well
    (copy / "stage.png").write_bytes(b"\x01")
    assert not tool.laid(tmp_path / "copy").ended_well
