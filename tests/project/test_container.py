"""The container and Binder, read and not built: who runs in it, which versions, what is copied, what a linter says."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest
import yaml
from helpers.places import ROOT
from helpers.schemas import mistakes

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = ROOT / "compose.yaml"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
COMMANDS = ("lenproto", "jupyterhub")
HADOLINT = shutil.which("hadolint", path=sysconfig.get_path("scripts")) or shutil.which("hadolint")


def instructions():
    """[(stage, INSTRUCTION, the rest)]: lines that are continued are one."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE)
    stage, found = "", []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if line.strip():
            word, rest = line.split(maxsplit=1)
            stage = rest.split()[-1] if word == "FROM" else stage
            found.append((stage, word, rest))
    return found


def of(stage, word):
    return [rest for its, told, rest in instructions() if (its, told) == (stage, word)]


def stages():
    return {rest.split()[-1]: rest.split()[0] for _, word, rest in instructions() if word == "FROM"}


@pytest.mark.skipif(not HADOLINT, reason="no hadolint: uv run --group container")
def test_the_linter_finds_nothing_in_the_dockerfile():
    done = subprocess.run(
        [HADOLINT, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("stage", ["class", "lessons"])
def test_who_runs_in_it_is_not_root_and_has_a_home_that_is_kept(stage):
    assert of(stage, "USER") == ["1000:1000"]
    assert of(stage, "VOLUME") == ["/home/learner"]
    words = [word for its, word, _ in instructions() if its == stage]
    assert "RUN" not in words[words.index("USER") :]
    assert "COPY" not in words[words.index("USER") :]


def test_the_usual_image_is_the_one_for_one_person():
    assert list(stages())[-1] == "lessons"


def test_bases_are_named_with_their_version_and_have_a_python_that_is_promised():
    images = set(stages().values()) - set(stages())
    assert images
    for image in images:
        name, version, system = re.fullmatch(r"(\w+):([\d.]+)-(slim-\w+|\w+-slim)", image).groups()
        assert name in ("python", "node")
        assert name != "python" or version in PYTHONS
        assert "bookworm" in system, "a program that is copied runs on the same system"
    assert (ROOT / ".binder/runtime.txt").read_text().strip().removeprefix("python-") in PYTHONS


def test_what_is_copied_is_there_and_is_sent_to_docker():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert "*" in ignored
    copied = set()
    for _, word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            copied |= set(rest.split()[:-1])
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [
        name
        for name in copied
        if not any(name == each or name.startswith(f"{each}/") for each in sent)
    ] == []
    assert sent <= copied | {"docs/hub", "docs/container"}


def test_each_command_is_given_as_words_so_that_signals_reach_it():
    for _, word, rest in instructions():
        if word == "CMD":
            assert json.loads(rest)[0] in COMMANDS
        if word == "HEALTHCHECK":
            assert json.loads(rest.partition("CMD ")[2])[0] == "python"


def test_compose_fits_its_schema_and_asks_for_the_word():
    text = COMPOSE.read_text(encoding="utf-8")
    assert mistakes("compose-spec", text) == []
    assert mistakes("compose-spec", text.replace("ports:", "port:")) != []
    service = yaml.safe_load(text)["services"]["class"]
    assert service["environment"]["LENPROTO_PASSWORD"].startswith("${LENPROTO_PASSWORD:?")
    assert service["build"]["target"] in stages()
    assert service["ports"] == [f"{of('class', 'EXPOSE')[0]}:{of('class', 'EXPOSE')[0]}"]


def test_what_is_laid_beside_jupyter_is_json():
    told = json.loads((ROOT / "docs/container/jupyter_server_config.json").read_text("utf-8"))
    assert str(told["ServerApp"]["port"]) == of("lessons", "EXPOSE")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights there")
def test_binder_may_run_what_it_is_given():
    file = ROOT / ".binder" / "postBuild"
    assert file.stat().st_mode & 0o111
    assert file.read_text("utf-8").startswith("#!")
    assert subprocess.run(["bash", "-n", str(file)], check=False).returncode == 0
