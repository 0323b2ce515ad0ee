"""A class list: names in lines, or a table of Moodle's, of Excel's or a teacher's own."""

import pytest

from lenproto.exercises.classes.class_list import read
from lenproto.exercises.classes.names import Owner
from lenproto.exercises.classes.refused import Refused


@pytest.fixture
def listed(tmp_path):
    """Write a class list and read it."""

    def listed(content, encoding="utf-8"):
        path = tmp_path / "class.csv"
        path.write_bytes(content.encode(encoding))
        return read(path)

    return listed


def named(found):
    return [pupil.name for pupil in found.pupils]


@pytest.mark.parametrize(
    "content, expected",
    [
        ("Anna Cohen\nBen Levi\n\n", ["Anna Cohen", "Ben Levi"]),
        ("Name\nAnna Cohen\n", ["Anna Cohen"]),
        ("Cohen, Anna\nLevi, Ben\n", ["Cohen Anna", "Levi Ben"]),
        ("Anna Cohen,anna@x.il\n", ["Anna Cohen"]),
        ("1;Anna Cohen;anna@x.il\n", ["Anna Cohen"]),
        ("First name,Last name,Email address\nAnna,Cohen,a@x.il\n", ["Anna Cohen"]),
        ("First name\tSurname\nAnna\tCohen\n", ["Anna Cohen"]),
        ('שם פרטי,שם משפחה,כתובת דוא"ל\nאנה,כהן,a@x.il\n', ["אנה כהן"]),
        ("מזהה,שם מלא,ציון\nמשתתף 12,אנה כהן,\n", ["אנה כהן"]),
        ("Identifier,Status,Grade\nParticipant 12,Submitted,-\n", ["Participant 12"]),
    ],
)
def test_names_are_found_in_whatever_form(listed, content, expected):
    assert named(listed(content)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1255"])
def test_hebrew_is_read_in_whatever_encoding(listed, encoding):
    assert named(listed("שם מלא,ציון\nאנה כהן,\nבן לוי,\n", encoding)) == ["אנה כהן", "בן לוי"]


def test_accents_of_other_languages_are_no_hebrew(listed):
    assert named(listed("André Müller\n", "cp1252")) == ["André Müller"]


def test_what_moodle_knows_is_known(listed):
    found = listed(
        "Identifier,Full name,Email address,ID number,Grade\nParticipant 77,Anna Cohen,anna@x.il,0123,\n"
    )
    (pupil,) = found.pupils
    assert (pupil.number, pupil.email, pupil.id_number) == ("77", "anna@x.il", "0123")
    for owner in (
        Owner("Cohen Anna", "77"),
        Owner("Participant", "77"),
        Owner("anna@x.il"),
        Owner("anna"),
        Owner("0123"),
    ):
        assert (found.find(owner) is pupil) == (owner.name != "Participant"), owner


def test_where_nobody_may_know_who_it_is_the_number_counts(listed):
    found = listed("Identifier,Grade\nParticipant 12,\nParticipant 13,\n")
    assert found.find(Owner("Participant", "13")) is found.pupils[1]


def test_who_may_be_several_is_nobody(listed):
    found = listed("Anna Cohen\nAnna Levi\n")
    assert found.find(Owner("anna")) is None
    assert found.find(Owner("Levi Anna")) is found.pupils[1]


@pytest.mark.parametrize("content", ["", "\n\n", "Full name,Grade\n"])
def test_a_list_of_nobody_is_refused(listed, content):
    with pytest.raises(Refused):
        listed(content)


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused):
        read(tmp_path / "no.csv")
