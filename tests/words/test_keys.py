"""Every key that stands in the code is in the English tables, and is given the values that its entry names."""

import ast
import re
from pathlib import Path

import pytest

import lenproto
from lenproto import words

VALUE = re.compile(r"\{([a-z_]+)\}")
SOURCES = sorted(Path(lenproto.__file__).parent.rglob("*.py"))


def keys(source):
    """Each Words(…) and say(…) whose key is written out: line, key, names of its values; None where they are not."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") in ("Words", "say")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            names = {keyword.arg for keyword in node.keywords}
            yield node.lineno, node.args[0].value, None if None in names else names


def needs(entry):
    """The names of the values that an entry needs."""
    if isinstance(entry, dict):
        return {"n"}.union(*map(needs, entry.values()))
    return set(VALUE.findall(entry))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_keys_and_values_fit_the_tables(source):
    with words.speaking("en"):
        for line, key, names in keys(source):
            entry = words.entry(key)
            assert names is None or needs(entry) <= names, (source.name, line, key)
