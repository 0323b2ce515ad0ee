"""What holds the project together: two lists of packages in step, and a README whose words are true."""

import re
import tomllib

import pytest
import yaml
from helpers.places import ROOT

from lenproto.lab import Trace

README = (ROOT / "README.md").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_environment_yml_holds_the_same_packages():
    project = PYPROJECT["project"]
    wanted = {
        *project["dependencies"],
        *project["optional-dependencies"]["lab"],
        *PYPROJECT["dependency-groups"]["test"],
    }
    wanted.add("python" + project["requires-python"])
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    from_conda = [line for line in listed if isinstance(line, str)]
    from_pip = [line for part in listed if isinstance(part, dict) for line in part["pip"]]
    packages = [line.replace(" ", "") for line in from_conda + from_pip if line != "--editable ."]
    assert sorted(packages) == sorted(wanted | {"pip"})
    assert from_pip[-1] == "--editable ."


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\(([^):#]+)\)", README)
    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_readmes_python_does_what_it_says(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    recording, stage = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(recording, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert 'sendall(b"Hi")' in printed
    assert "recv(48) → 48 bytes" in printed
    exec(compile(stage, "README.md", "exec"), {})
    assert "client: about to sendall(2 bytes), line" in capsys.readouterr().out
    assert len(Trace.load("conversation.json")) > 10


@pytest.mark.parametrize("what", ["jupyter lab", "pytest"])
def test_readme_has_one_command_for(what):
    commands = [
        line for line in README.splitlines() if line.startswith("python3 -m pip") and what in line
    ]
    assert len(commands) == 1


def test_the_gate_runs_the_readmes_test_command():
    pattern = re.search(
        r"grep -m 1 -E '([^']+)'", (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    ).group(1)
    assert re.search(pattern, README, re.MULTILINE).group().endswith(" pytest")
