"""What the code says is there: each key that stands in it has an entry in English, and gets the values it needs."""

import ast
import functools
import re

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


# ---- the other way round: what stands in a table is said somewhere ----

FORMS = {"one", "two", "other"}  # for a number, chosen by words
PARTS = {
    "says",
    "happened",
    "look",
    "concept",
    "solution",
    "seen",
    "name",
    "story",
    "did",
}  # of a row
SCRIPTS = [*(ROOT / "lenproto").rglob("*.js"), *(ROOT / "lenproto").rglob("*.html")]
QUOTED = re.compile(r"""["'`]([\w.${}\-]+)["'`]""")


def literals():
    """All texts of the sources; what is put in is {} in them."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(
                    getattr(part, "value", None) if isinstance(part, ast.Constant) else "{}"
                    for part in node.values
                )
    for path in SCRIPTS:
        for text in QUOTED.findall(path.read_text(encoding="utf-8")):
            yield re.sub(r"\$\{[^}]*\}", "{}", text)


@functools.cache
def spoken():
    """What may be (a part of) a key: words without a value in them, and patterns of those with one."""
    plain, patterns = set(), set()
    for text in literals():
        if re.match(r"[a-z_]+\.[\w.-]*\{\}", text):
            patterns.add(".*".join(map(re.escape, text.split("{}"))))
        else:
            plain |= {text.replace(" ", "-").lower(), *text.split(".")}
    return plain, re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)))


def entries(table, way):
    for name, each in table.items():
        if isinstance(each, dict):
            yield from entries(each, (*way, name))
        elif not (name in FORMS and "other" in table):
            yield (*way, name)
        elif name == "other":
            yield way


def is_said(way):
    """Whether a key may be said: its last step that tells something stands in the sources, or they make such a key."""
    plain, made = spoken()
    steps = list(way)
    if table := next((part for part in PARTS if part in steps[2:-1]), None):  # by function or kind
        steps = steps[: steps.index(table)]
    while len(steps) > 2 and steps[-1] in PARTS:
        steps.pop()
    return steps[-1] in plain or bool(made.fullmatch(".".join(way)))


@pytest.mark.parametrize("name", words.tables("en"))
def test_each_entry_is_said_somewhere(name):
    assert [
        ".".join(way) for way in entries(words.table(name, "en"), (name,)) if not is_said(way)
    ] == []


def test_an_entry_that_nobody_says_is_seen():
    assert not is_said(("core", "nobody-says-this"))
    assert is_said(("core", "no-contact"))
    assert is_said(("commands", "shock", "server-limit")), "made of parts"
