"""What the machine reads of all that people wrote here: Python, its types, JavaScript and CSS."""

import os
import shutil
import subprocess
import sysconfig

import pytest
import tinycss2
from helpers.places import ROOT

CHECKS = [
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "--diff", "."),
    ("mypy",),
    ("oxlint", "--deny-warnings"),
]
LIMIT_S = 240  # mypy's first run reads every package that is imported
STYLES = sorted((ROOT / "lenproto").rglob("*.css"))


@pytest.mark.timeout(LIMIT_S + 30)
@pytest.mark.parametrize("command", CHECKS, ids=" ".join)
def test_nothing_is_found_by(command):
    name, *options = command
    program = shutil.which(name, path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.fail(f"{name} is not installed here: python -m pip install {name}", pytrace=False)
    done = subprocess.run(
        [program, *options],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=LIMIT_S,
    )
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}", pytrace=False)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_is_read_to_its_end(path):
    source = path.read_text(encoding="utf-8")
    nodes = tinycss2.parse_stylesheet(source)
    assert list(wrong(nodes)) == []
    # A browser closes at the end what is open, and says nothing.
    assert tinycss2.serialize(nodes) == source, "a bracket, a text or a comment is never closed"


def test_style_sheets_are_found():
    assert len(STYLES) >= 4


def wrong(nodes):
    """What no browser would understand: a line and the reason for each."""
    for node in nodes:
        if node.type == "error":
            yield f"line {node.source_line}: {node.message}"
        elif node.type == "declaration":
            yield from wrong(node.value)
        elif node.type in ("qualified-rule", "at-rule"):
            yield from wrong(node.prelude)
            yield from wrong(tinycss2.parse_blocks_contents(node.content or []))
        else:
            yield from wrong(getattr(node, "content", getattr(node, "arguments", None)) or [])
