"""What the code says is there: each key that stands in it has an entry in English, and gets the values it needs."""

import ast

import pytest
from helpers.places import ROOT

from lenproto import words

FILES = sorted((ROOT / "lenproto").rglob("*.py"))
SAY = ("say", "Words")


def calls(path):
    """The calls in a file that say something by a key which stands there: (line, key, names of the values or None)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        key = getattr(node.args[0], "value", None)
        if name in SAY and isinstance(key, str):
            given = {each.arg for each in node.keywords}
            yield node.lineno, key, None if None in given else given


def needed(key):
    """The names of the values that an entry takes; a table of forms takes the number, too."""
    found = words._table(key.partition(".")[0], "en", None)
    for step in key.split(".")[1:]:
        found = found[step]
    texts = found.values() if isinstance(found, dict) else [found]
    number = {"n"} if isinstance(found, dict) else set()
    return number.union(*(words._VALUE.findall(text) for text in texts))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_key_has_an_entry_and_each_value_is_given(path):
    for line, key, given in calls(path):
        assert given is None or needed(key) <= given, f"line {line}: {key}"


def test_keys_are_found():
    found = {key for path in FILES for _, key, _ in calls(path)}
    assert {"core.no-contact", "commands.wrong", "grading.none"} <= found
