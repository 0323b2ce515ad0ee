"""What holds the project together: two lists of packages in step, pages whose words, links and commands are true."""

import re
import tomllib

import pytest
import yaml
from helpers.places import ROOT

from lenproto.lab import Trace

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
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


def prose(page):
    """A page without its code: what looks like a link or a heading there is none."""
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return re.sub(r"`[^`\n]*`", lambda code: code[0].replace("]", ""), text)


def links(page):
    """Where a page's links lead: (file, anchor), without those that lead elsewhere."""
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if not re.match(r"[a-z]+:", link):
            file, _, anchor = link.partition("#")
            yield (page.parent / file).resolve() if file else page, anchor


def anchors(page):
    """What one can link to in a page: its headings as GitHub names them."""
    for heading in re.findall(r"^#+ (.+)", prose(page), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_the_pages_lead_somewhere(page):
    led = list(links(page))
    assert [str(file) for file, _ in led if not file.exists()] == []
    assert [
        (file.name, anchor) for file, anchor in led if anchor and anchor not in anchors(file)
    ] == []
    assert all(ROOT in file.parents for file, _ in led)


def test_there_are_links_and_anchors_to_look_at():
    assert len(list(links(ROOT / "README.md"))) > 10
    assert len([anchor for _, anchor in links(ROOT / "CONTRIBUTING.md") if anchor]) > 5
    assert "add-a-shock" in anchors(ROOT / "CONTRIBUTING.md")


def test_every_page_of_the_docs_can_be_reached_from_the_readme():
    reached = {file for file, _ in links(ROOT / "README.md")}
    assert [page.name for page in PAGES if page.name != "README.md" and page not in reached] == []


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 150


def commands(page):
    """The commands in a page that start with pytest or python: in a line of their own, or within a sentence."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    )
    return [line for line in lines if re.match(r"(pytest|python) ", line)]


def test_commands_of_contributing_name_files_that_exist():
    found = commands(ROOT / "CONTRIBUTING.md")
    assert len(found) > 10
    named = {
        word
        for command in found
        for word in command.split()[1:]
        if ("/" in word or word.endswith((".py", ".ipynb")))
        and word != "notebooks/en/09_name.ipynb"
    }
    assert [word for word in named if not (ROOT / word).exists()] == []
    modules = {name for command in found for name in re.findall(r"python -m (\w+)", command)}
    assert modules == {"lenproto"}


def test_the_files_that_contributing_names_are_there():
    """Each path in the text that begins at the root; an example stands for a name that is to come."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:lenproto|notebooks|tests|tools|docs)/[^` ]*)`", text)
    known = [name for name in named if not re.search(r"name\.|FUNCTION|NAME|LESSON", name)]
    assert len(known) > 30
    assert [name for name in known if not (ROOT / name).exists()] == []


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
