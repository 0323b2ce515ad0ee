"""Sentences by key and language: values, plurals, English where nothing is, isolated values, further languages."""

import json
import re

import pytest
from helpers.places import ROOT

from lenproto import words
from lenproto.words import Words, say, speaking

VALUE = re.compile(r"\{([a-z_]+)\}")
ENGLISH = """
greets = "{who} says hello."
waits = "It waits for {what}."
both = "Here are {things}."
[byte]
one = "{n} byte"
other = "{n} bytes"
[deep.down]
says = "far below"
"""
HEBREW = """
greets = "{who} אומר שלום."
[byte]
one = "בית אחד"
two = "שני בתים"
other = "{n} בתים"
"""


@pytest.fixture(autouse=True)
def further(trial):
    """Two languages more."""
    trial(en=ENGLISH, he=HEBREW)


def test_values_are_put_in_and_lists_joined():
    assert say("trial.greets", who="lena") == "lena says hello."
    assert say("trial.both", things=["one", 2]) == "Here are one, 2."
    assert say("trial.deep.down.says") == "far below"


def test_a_number_chooses_the_form_of_each_language():
    assert [say("trial.byte", n=n) for n in (0, 1, 2, 7)] == [
        "0 bytes",
        "1 byte",
        "2 bytes",
        "7 bytes",
    ]
    with speaking("he"):
        assert [say("trial.byte", n=n) for n in (1, 2, 7)] == [
            "בית אחד",
            "שני בתים",
            "\u20687\u2069 בתים",
        ]


def test_the_language_is_that_of_the_lessons_in_whose_folder_one_is(tmp_path, monkeypatch):
    monkeypatch.delenv(words.CHOICE, raising=False)
    bears_its_name, laid = tmp_path / "class" / "he", tmp_path / "class" / "lessons"
    for folder in (bears_its_name, laid):
        folder.mkdir(parents=True)
    (laid / words.LAID).write_text(json.dumps({"language": "he"}), "utf-8")
    found = []
    for folder in (bears_its_name, laid, tmp_path):
        monkeypatch.chdir(folder)
        found.append(words.language())
    assert found == ["he", "he", "en"]
    (tmp_path / words.LAID).write_text("no JSON", "utf-8")
    words._of_lessons.cache_clear()
    assert words.language() == "en"
    monkeypatch.chdir(laid)
    monkeypatch.setenv(words.CHOICE, "en")
    assert words.language() == "en"
    words._of_lessons.cache_clear()


def test_words_are_said_when_they_are_shown_and_in_the_language_of_then():
    held = Words("trial.waits", what=Words("trial.byte", n=2))
    assert str(held) == "It waits for 2 bytes."
    with speaking("he"):
        assert str(held) == "It waits for \u2068שני בתים\u2069.", "English where nothing is"


def test_values_keep_their_direction_among_right_to_left_text():
    with speaking("he"):
        assert say("trial.greets", who="recv(4)") == "\u2068recv(4)\u2069 אומר שלום."
        assert words.direction() == "rtl"
    assert words.direction() == "ltr"


def test_the_environment_chooses_and_a_call_counts_more(monkeypatch):
    monkeypatch.setenv("LENPROTO_LANGUAGE", "he")
    assert say("trial.byte", n=1) == "בית אחד"
    with speaking("en"):
        assert say("trial.byte", n=1) == "1 byte"
    monkeypatch.setattr(words, "_chosen", [])
    words.speak("en")
    assert words.language() == "en"
    with pytest.raises(ValueError, match="'xx' is none of the languages en, he"):
        words.speak("xx")


@pytest.mark.parametrize(
    "key, values", [("trial.nothing", {}), ("nobody.knows", {}), ("trial.greets", {})]
)
def test_what_is_not_there_is_never_passed_over(key, values):
    with pytest.raises(KeyError):
        say(key, **values)


def test_words_go_through_json():
    held = Words("trial.both", things=["a", Words("trial.byte", n=1)], n=3)
    assert Words.from_json(json.loads(json.dumps(held.as_json()))) == held
    assert hash(held) == hash(Words("trial.both"))
    assert repr(Words("trial.byte", n=1)) == "Words('trial.byte', n=1)"


def leaves(entry, way=()):
    """Each text of a table, and the way to it; of the forms for a number only the general one."""
    if not isinstance(entry, dict):
        yield way, entry
        return
    for name, each in entry.items():
        if "other" not in entry or name == "other":
            yield from leaves(each, (*way, name))


def of(language, name):
    return {way: VALUE.findall(text) for way, text in leaves(words._read(language, name, None))}


BESIDE_ENGLISH = sorted(
    folder.name for folder in (ROOT / "lenproto" / "words").iterdir() if any(folder.glob("*.toml"))
)


@pytest.mark.parametrize("language", BESIDE_ENGLISH)
def test_every_table_of_a_language_has_the_same_keys_and_values(language):
    for file in (ROOT / "lenproto" / "words" / language).glob("*.toml"):
        name = file.stem
        english, other = of("en", name), of(language, name)
        assert other.keys() == english.keys(), name
        for way, values in english.items():
            assert sorted(set(other[way])) == sorted(set(values)), (name, way)


def test_a_language_is_offered_once_all_its_tables_are_there(tmp_path, monkeypatch):
    monkeypatch.delenv(words.MORE)
    tmp_path = tmp_path / "package"
    monkeypatch.setattr(words, "_here", str(tmp_path))
    for language, tables in (("en", "ab"), ("he", "a"), ("ar", "ab")):
        (tmp_path / language).mkdir(parents=True)
        for name in tables:
            (tmp_path / language / f"{name}.toml").write_text('says = "…"\n', "utf-8")
    assert words.languages() == ["ar", "en"]
    monkeypatch.setenv(words.MORE, str(tmp_path / "mine"))
    (tmp_path / "mine" / "he").mkdir(parents=True)
    (tmp_path / "mine" / "he" / "a.toml").write_text('says = "…"\n', "utf-8")
    assert words.languages() == ["ar", "en", "he"]
