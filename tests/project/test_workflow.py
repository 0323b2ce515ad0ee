"""What GitHub runs: a workflow that fits its schema, on every system and Python that we promise."""

import re
import tomllib

import pytest
import yaml
from helpers.places import ROOT
from helpers.schemas import mistakes

WORKFLOW = ROOT / ".github" / "workflows" / "tests.yml"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SYSTEMS = {"ubuntu-latest", "macos-latest", "windows-latest"}


@pytest.fixture(scope="module")
def jobs():
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


@pytest.mark.parametrize("schema, file", [
    ("github-workflows", WORKFLOW),
    ("dependabot", ROOT / ".github" / "dependabot.yml"),
])  # fmt: skip
def test_it_fits_its_schema(schema, file):
    assert mistakes(schema, file.read_text(encoding="utf-8")) == []


def test_a_workflow_with_a_mistake_does_not_fit():
    wrong = WORKFLOW.read_text(encoding="utf-8").replace("runs-on:", "runs_on:")
    assert mistakes("github-workflows", wrong)


def test_every_python_from_the_first_that_is_required_on_three_systems(jobs):
    matrix = jobs["everywhere"]["strategy"]["matrix"]
    assert matrix["python"] == PYTHONS
    assert set(matrix["system"]) == SYSTEMS
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={PYTHONS[0]}"


def test_all_tests_but_the_browsers_run_everywhere_and_the_gate_runs_the_rest(jobs):
    commands = " ".join(step.get("run", "") for step in jobs["everywhere"]["steps"])
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert set(re.findall(r"tests/(\w+)", commands)) == folders - {"browser"}
    assert "notebooks" in commands
    assert [step["run"] for step in jobs["gate"]["steps"] if "run" in step] == [".ci/run"]


def test_every_job_ends_by_itself_and_may_only_read(jobs):
    whole = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert whole["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in jobs.values())
    assert not any("permissions" in job for job in jobs.values())


def test_actions_are_named_by_their_whole_commit_with_the_version_beside_it():
    uses = re.findall(r"uses: (.*)", WORKFLOW.read_text(encoding="utf-8"))
    assert uses
    for action in uses:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v[\d.]+", action)
