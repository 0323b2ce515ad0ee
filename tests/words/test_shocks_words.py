"""Every shock and every case has its words; what is told of them is what it was meant to be."""

import pytest

from lenproto import words
from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.functions.case import cases
from lenproto.lab import literal
from lenproto.lab.shocks.expose import expose
from lenproto.lab.shocks.fate import DIES
from lenproto.lab.shocks.table import client_shocks, families, family_name, server_shocks

SHOCKS = [*server_shocks(1.0), *client_shocks(1.0)]
CASES = [case for function in FUNCTIONS for case in cases(function)]


@pytest.mark.parametrize("row", [*SHOCKS, *CASES], ids=lambda row: row.id)
def test_a_row_has_its_words_and_english_names_it_as_learners_type_it(row):
    assert row.name == row.id
    assert str(row.story).endswith(".") and str(row.did).strip(".") == str(row.did) != ""
    assert all(str(step) for step in row.script)


def test_a_row_says_what_it_is():
    server = {shock.id: shock for shock in server_shocks(1.0)}
    assert (server["cut after byte 5"].after, server["cut after byte 5"].manner) == (5, "cut")
    assert (server["half-closes"].family, server["half-closes"].manner) == ("leaves", "leaves")
    assert (server["never reads"].family, server["never reads"].manner) == ("greedy", "silent")
    assert {shock.id: shock.setting for shock in SHOCKS if shock.setting} == {
        "never reads": "flood",
        "length is no number": "bad-length",
        "negative length": "bad-length",
        "length with spaces": "bad-length",
        "promises too much": "half-a-body",
        "resets in the body": "half-a-body",
        "half an answer": "half-a-body",
        "empty answer": "no-body",
    }


def test_the_families_have_their_names():
    assert [str(family_name(family)) for family in families()] == [
        "all well",
        "cuts",
        "leaves",
        "resets",
        "silent",
        "rubbish",
        "greedy",
    ]


def test_the_story_stands_within_a_sentence():
    did = {case.id: str(case.did) for case in CASES}
    assert did["empty answer"] == "what came was an answer of length 0000"
    assert did["no request"] == "the client left before its first request"
    assert did["spaces"] == 'a client asks for b"    "'


# ---- in another language ----

OTHER = """
[verdict]
dies = "stirbt"
[seen.dies]
here = " in Zeile {line} von {function}: {error}"
[server.leaves-at-once]
name = "geht gleich"
"""


@pytest.fixture
def other(tmp_path, monkeypatch):
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "shocks.toml").write_text(OTHER, "utf-8")
    monkeypatch.setenv("LENPROTO_WORDS", str(tmp_path))
    words._table.cache_clear()
    yield
    words._table.cache_clear()


def test_what_was_seen_is_said_in_the_language_of_then_and_known_in_any(other):
    with words.speaking("de"):
        seen = expose("leaves at once", literal.main)  # by its id, whatever its name is
        assert seen.shock.name == "geht gleich"
        assert seen.verdict == DIES and seen.brief.startswith("✗ stirbt, line ")
        assert seen.sentence.startswith("stirbt in Zeile ")
    assert seen.sentence.startswith("dies in line ")
