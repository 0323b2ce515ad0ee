"""Whose a file is, and which files of a learner count: as platforms hand them out, doubles and lessons among them."""

import json
import os
import shutil
import zipfile
from pathlib import PurePosixPath

import pytest
from helpers.places import ROOT

from lenproto.exercises.classes import archive, names
from lenproto.exercises.classes.class_list import ClassList, Pupil
from lenproto.exercises.classes.files import files, opened
from lenproto.exercises.classes.handed_in import named, sort_out
from lenproto.exercises.classes.reading import (
    BOUND,
    EMPTY,
    PACKAGE,
    STAR,
    WRITTEN,
    read,
    standing,
)
from lenproto.exercises.classes.refused import Refused
from lenproto.exercises.judging.submission import Part

LESSONS = ROOT / "notebooks" / "en"
LISTEN = "def initial_listen(ip, port):\n    return 7\n"
CHECK = "def check_client(server_socket):\n    return 7\n"
CONTACT = "def initial_contact(ip, port):\n    return 7\n"


def owners(*paths, zipped=False):
    """The names that paths are given."""
    found = names.owners([names.in_folder_form(PurePosixPath(path)) for path in paths], zipped)
    return [owner.name for owner in found]


def notebook(*sources):
    """A notebook's text."""
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": each,
        }
        for each in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def lay(root, **texts):
    """Write files, each a second newer than the one before."""
    for number, (place, text) in enumerate(texts.items()):
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (1_700_000_000 + number,) * 2)
    return root


def sorted_out(place, class_list=None):
    """What is there of whom: {learner: ({file: functions}, {file: why it does not count}, why nothing is judged)}."""
    with opened(place) as gathered:
        found = sort_out(gathered, class_list)
    told = {
        each.learner: (
            {source.name: set(source.functions) for source in each.sources},
            {aside.file: aside.why.key.rpartition(".")[2] for aside in each.asides},
            each.fault and each.fault.key.rpartition(".")[2],
        )
        for each in found.learners
    }
    return told, {aside.file: aside.why.key.rpartition(".")[2] for aside in found.asides}, found


# ---- whose ----


@pytest.mark.parametrize(
    "path, name",
    [
        ("Cohen Anna_12345_assignsubmission_file_/x.ipynb", "Cohen Anna"),
        ("Cohen Anna_12345_assignsubmission_file_x.ipynb", "Cohen Anna"),
        ("כהן אנה_12345_assignsubmission_file_/x.ipynb", "כהן אנה"),
        ("hw 7/Cohen Anna_12345_assignsubmission_file_/sub/x.py", "Cohen Anna"),
        ("07_build_the_server - Anna Cohen.ipynb", "Anna Cohen"),
        ("Copy of 07_build_the_server - Anna Cohen (1).ipynb", "Anna Cohen"),
        ("עותק של 07_build_the_server - אנה כהן.ipynb", "אנה כהן"),
        ("submitted/anna/lesson7/07_build_the_server.ipynb", "anna"),
        ("07_build_the_server/anna.ipynb", "anna"),
        ("Copy of anna.py", "anna"),
        ("anna - Copy (2).py", "anna"),
        ("anna-Copy1.ipynb", "anna"),
        ("anna/07_build_the_server.ipynb", "anna"),
        ("Anne-Marie O'Neil.py", "Anne-Marie O'Neil"),
        ("-dana.py", "-dana"),
        ("Ren_ Levi_12345_assignsubmission_file_/x.py", "Ren_ Levi"),
    ],
)
def test_a_file_is_of_whom_its_place_or_its_name_says(path, name):
    assert owners(path) == [name]


def test_what_several_files_have_before_a_hyphen_is_a_title():
    assert owners("Home work - Anna.py", "Home work - Ben.py") == ["Anna", "Ben"]
    assert owners("Home work - Anna.py", "Ben - Levi.py") == ["Home work - Anna", "Ben - Levi"]


def test_a_folder_around_all_is_nobody():
    both = "7b/anna/server.py", "7b/ben/server.py"
    assert owners(*both) == ["anna", "ben"]
    flat = "7b/anna.py", "7b/ben.py"
    assert owners(*flat, zipped=True) == ["anna", "ben"]
    assert owners(*flat) == ["7b", "7b"]
    assert owners("anna/server.py", "anna/client.py") == ["anna", "anna"]
    lessons = "anna/07_build_the_server/x.ipynb", "anna/08_build_the_client/x.ipynb"
    assert owners(*lessons) == ["anna", "anna"]


def test_of_an_nbgrader_course_only_what_is_submitted_is_somebodys():
    paths = [
        PurePosixPath(path)
        for path in (
            "course/submitted/anna/hw/x.ipynb",
            "course/submitted/ben/hw/x.ipynb",
            "course/source/hw/x.ipynb",
            "course/autograded/anna/hw/x.ipynb",
        )
    ]
    found = names.owners(paths)
    assert [owner.name for owner in found[:2]] == ["anna", "ben"]
    assert [owner.aside for owner in found] == [False, False, True, True]


def test_a_lesson_by_itself_is_of_nobody_knows_whom():
    found = names.owners([PurePosixPath("Copy of 07_build_the_server (3).ipynb")])
    assert [owner.named for owner in found] == [False]


def test_names_fit_as_a_whole_then_by_words_then_by_some_of_them():
    known = ["Anna Cohen", "Anna Levi", "Ben Cohen", "Benny"]
    assert names.fitting("anna cohen", known) == [0]
    assert names.fitting("Cohen, Anna", known) == [0]
    assert names.fitting("levi", known) == [1]
    assert names.fitting("anna", known) == [0, 1]
    assert names.fitting("07 Ben Cohen", known) == [2]
    assert names.fitting("ben", known) == [2]
    assert names.fitting("cohe", known) == []
    assert names.fitting("René", ["RENE"]) == [0]


# ---- what stands in a file ----


def test_how_a_function_stands_in_a_file():
    source = """
from lenproto import initial_contact
from elsewhere import send_requests
def initial_listen(ip, port):
    '''Make the server socket.'''
    # TODO
def check_client(server_socket):
    raise NotImplementedError
class serve_requests: pass
"""
    assert standing([Part("x.py", source)]) == {
        "initial_contact": PACKAGE,
        "send_requests": BOUND,
        "initial_listen": EMPTY,
        "check_client": EMPTY,
        "serve_requests": WRITTEN,
    }
    assert set(standing([Part("x.py", "from helpers import *")]).values()) == {STAR}
    assert set(standing([Part("x.py", "from lenproto import *")]).values()) == {PACKAGE}
    assert standing([Part("x.py", "from socket import *")]) == {}
    assert standing([Part("x.py", "def initial_listen(): pass\n" + LISTEN)]) == {
        "initial_listen": WRITTEN
    }


def test_a_lesson_as_it_is_handed_out_has_nothing_that_is_somebodys():
    lessons = sorted(LESSONS.glob("0*.ipynb"))
    assert len(lessons) > 8
    assert [path.name for path, each in zip(lessons, read(lessons), strict=True) if each.own] == []


def test_a_file_that_ends_the_process_which_reads_it_costs_only_itself(tmp_path, monkeypatch):
    from lenproto.exercises.classes import reading

    lay(tmp_path, **{"a.py": LISTEN, "b.py": "x", "c.py": CHECK})
    dies = (
        "import json, os, sys\n"
        "from lenproto.exercises.classes import reading\n"
        "answer = reading._answer\n"
        "reading._answer = lambda path: os._exit(1) if path.endswith('b.py') else answer(path)\n"
        "reading.main()"
    )
    monkeypatch.setattr(reading, "CODE", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{dies}")
    found = read([tmp_path / name for name in ("a.py", "b.py", "c.py")])
    assert [sorted(each.own) for each in found] == [["initial_listen"], [], ["check_client"]]
    assert [each.unknown for each in found] == [False, True, False]


# ---- which count ----


@pytest.fixture(scope="module")
def sorted_class(tmp_path_factory):
    """A class with what happens in classes."""
    root = tmp_path_factory.mktemp("class")
    lay(
        root,
        **{
            "both/old.py": LISTEN + CHECK,
            "both/client.py": CONTACT + "import wire\n",
            "both/wire.py": "def pack(): pass",
            "both/new.py": LISTEN,
            "doubles/server.py": LISTEN,
            "doubles/server (1).py": LISTEN,
            "Copy of doubles.py": LISTEN,
            "broken/good.py": LISTEN,
            "broken/bad.py": "x = (",
            "only_broken/bad.py": "x = (",
            "kept/x.ipynb": notebook(LISTEN),
            "kept/.ipynb_checkpoints/x-checkpoint.ipynb": notebook(CHECK),
            "kept/y-checkpoint.ipynb": notebook(CHECK),
            "Eli Oz_7_assignsubmission_file_report.docx": "x",
            "Eli Oz_7_assignsubmission_file_/data.csv": "x",
            "notes.txt": "x",
        },
    )
    for learner, lesson in (
        ("asked", "07_build_the_server"),
        ("asked", "08_build_the_client"),
        ("seven", "08_build_the_client"),
        ("three", "03_framing"),
        (".", "07_build_the_server"),
        (".", "03_framing"),
    ):
        (root / learner).mkdir(exist_ok=True)
        shutil.copy(LESSONS / f"{lesson}.ipynb", root / learner)
    lay(root, **{"seven/07_build_the_server.ipynb": notebook(LISTEN, CHECK)})
    return sorted_out(root)


@pytest.mark.parametrize(
    "learner, sources, asides, fault",
    [
        (
            "both",
            {
                "both/old.py": {"check_client"},
                "both/client.py": {"initial_contact"},
                "both/new.py": {"initial_listen"},
            },
            {"both/old.py": "function"},
            None,
        ),
        (
            "doubles",
            {"Copy of doubles.py": set()},
            {"doubles/server.py": "double", "doubles/server (1).py": "double"},
            None,
        ),
        ("broken", {"broken/good.py": set()}, {"broken/bad.py": "not-readable"}, None),
        ("only_broken", {"only_broken/bad.py": set()}, {}, None),
        ("kept", {"kept/x.ipynb": set()}, {}, None),
        (
            "seven",
            {"seven/07_build_the_server.ipynb": set()},
            {"seven/08_build_the_client.ipynb": "untouched"},
            None,
        ),
    ],
)
def test_each_function_is_of_the_file_where_it_is_written(
    sorted_class, learner, sources, asides, fault
):
    assert sorted_class[0][learner] == (sources, asides, fault)


def test_who_has_written_nothing_has_a_row_that_says_so(sorted_class):
    told, _, _ = sorted_class
    assert [told[name][2] for name in ("asked", "three")] == ["untouched", "only-imported"]
    assert len(told["asked"][0]) == len(told["asked"][1]) == 1
    assert told["Eli Oz"][2] == "in-file" and set(told["Eli Oz"][1].values()) == {"kind"}
    assert set(told) == {
        "both",
        "doubles",
        "broken",
        "only_broken",
        "kept",
        "seven",
        "asked",
        "three",
        "Eli Oz",
    }


def test_copies_of_jupyter_and_lessons_that_are_nobodys_are_left_aside(sorted_class):
    assert sorted_class[1] == {
        "kept/.ipynb_checkpoints/x-checkpoint.ipynb": "checkpoint",
        "kept/y-checkpoint.ipynb": "checkpoint",
        "07_build_the_server.ipynb": "untouched",
        "03_framing.ipynb": "foreign",
    }


def test_files_gives_no_checkpoints(tmp_path):
    lay(tmp_path, **{"a.py": "", "b-checkpoint.py": "", ".ipynb_checkpoints/c.py": ""})
    assert [path.name for path in files(tmp_path)] == ["a.py"]


def test_a_learner_is_found_by_a_name(sorted_class):
    assert [each.learner for each in named(sorted_class[2], "eli")] == ["Eli Oz"]
    assert named(sorted_class[2], "nobody") == []


def test_two_of_the_same_name_are_two_if_both_have_written_the_same(tmp_path):
    moodle = "Anna Cohen_{}_assignsubmission_file_/x.py"
    lay(tmp_path / "a", **{moodle.format(1): LISTEN, moodle.format(2): LISTEN})
    assert set(sorted_out(tmp_path / "a")[0]) == {"Anna Cohen (1)", "Anna Cohen (2)"}
    lay(tmp_path / "b", **{moodle.format(1): LISTEN, moodle.format(2): CONTACT})
    assert set(sorted_out(tmp_path / "b")[0]) == {"Anna Cohen"}


def test_what_a_platform_puts_before_a_name_hides_no_module(tmp_path):
    lay(
        tmp_path,
        **{f"Anna_1_assignsubmission_file_{name}.py": LISTEN for name in ("wire", "server")},
    )
    with opened(tmp_path) as gathered:
        places = [each.path for each in gathered.found]
        assert sorted(path.name for path in places) == ["server.py", "wire.py"]
        assert len({path.parent for path in places}) == 1
        assert all(str(tmp_path) in each.shown for each in gathered.found)


# ---- a class list ----


def test_whoever_is_on_the_class_list_has_the_name_that_stands_there(tmp_path):
    lay(tmp_path, **{f"{name}.py": LISTEN for name in ("anna", "LEVI_ben", "gil@x.il", "zoe")})
    pupils = tuple(
        Pupil(name, email, place=place)
        for place, (name, email) in enumerate(
            [("Cohen Anna", ""), ("Ben Levi", ""), ("Gil Bar", "gil@x.il"), ("Tal Or", "")]
        )
    )
    told, _, found = sorted_out(tmp_path, ClassList(pupils))
    assert list(told) == ["Cohen Anna", "Ben Levi", "Gil Bar", "zoe"]  # in the list's order
    assert [each.listed for each in found.learners] == [True, True, True, False]
    assert [each.name for each in found.absent] == ["Tal Or"]


def test_two_people_are_never_taken_for_one_on_the_list(tmp_path):
    lay(tmp_path, **{"Anna Cohen.py": LISTEN, "Anna Levi.py": LISTEN})
    told, _, found = sorted_out(tmp_path, ClassList((Pupil("Anna", place=0),)))
    assert set(told) == {"Anna Cohen", "Anna Levi"} and len(found.absent) == 1


# ---- zips ----


def zipped(path, *entries):
    """A zip of (name as bytes, content); names that are no ASCII stand in it as they are, without a word on how."""
    plain = [f"{number:04}".ljust(len(name), "x") for number, (name, _) in enumerate(entries)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, (_, content) in zip(plain, entries, strict=True):
            file.writestr(name, content)
    content = path.read_bytes()
    for name, (meant, _) in zip(plain, entries, strict=True):
        assert content.count(name.encode()) == 2
        content = content.replace(name.encode(), meant)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["cp862", "cp1255", "utf-8"])
def test_names_in_a_zip_are_read_in_the_encoding_of_whoever_packed_it(tmp_path, encoding):
    name = "כהן אנה_12345_assignsubmission_file_/שרת.py"
    place = zipped(tmp_path / "class.zip", (name.encode(encoding), LISTEN))
    told, _, _ = sorted_out(place)
    assert told == {"כהן אנה": ({name: set()}, {}, None)}


@pytest.mark.parametrize("name, encoding", [("José", "cp437"), ("Zoë", "utf-8"), ("Ben", "ascii")])
def test_other_names_stay_as_they_are(name, encoding):
    assert archive.decoded(name.encode(encoding)) == name


def test_a_zip_says_in_its_flag_that_a_name_is_utf_8(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as file:
        file.writestr("7b/אנה.py", LISTEN)
        file.writestr("7b/בן.py", LISTEN)
        file.writestr("__MACOSX/7b/._בן.py", b"\0")
    assert list(sorted_out(tmp_path / "class.zip")[0]) == ["אנה", "בן"]


def test_when_a_file_in_a_zip_was_changed_stays_known(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as file:
        for year, name in ((2024, "anna/b.py"), (2023, "anna/a.py")):
            file.writestr(zipfile.ZipInfo(name, (year, 5, 6, 7, 8, 10)), LISTEN)
    told, _, found = sorted_out(tmp_path / "class.zip")
    assert (
        len(told) == 2
    )  # the zip's only folder is taken for its own, and so each file for a learner's
    assert len({each.modified for each in found.learners}) == 2


@pytest.mark.parametrize(
    "name", ["../x.py", "a/../../x.py", "/x.py", "C:/x.py", "..\\x.py", "C:x.py"]
)
def test_a_path_that_leads_out_refuses_the_zip(tmp_path, name):
    place = zipped(tmp_path / "class.zip", (b"anna.py", LISTEN), (name.encode(), LISTEN))
    with pytest.raises(Refused) as refused, opened(place):
        pass
    assert refused.value.words.key == "grading.archive.leads-out"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["class.zip"]


def test_a_link_refuses_the_zip(tmp_path):
    link = zipfile.ZipInfo("anna.py")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as file:
        file.writestr(link, "/etc/passwd")
    with pytest.raises(Refused), opened(tmp_path / "class.zip"):
        pass


def test_a_zip_that_would_fill_the_disk_is_refused_before_anything_is_unpacked(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(archive, "DENSE_BYTES", 1_000_000)
    place = zipped(tmp_path / "class.zip", (b"anna.py", LISTEN), (b"bomb.py", b"\0" * 5_000_000))
    with pytest.raises(Refused) as refused, opened(place):
        pass
    assert refused.value.words.key == "grading.archive.large"
    monkeypatch.setattr(archive, "MOST_FILES", 1)
    budget = archive.Budget(files=1)
    with pytest.raises(Refused) as refused:
        list(archive.unpack(place, tmp_path / "out", (".py",), budget))
    assert refused.value.words.key == "grading.archive.files"
    assert not (tmp_path / "out").exists()


def test_of_a_file_that_is_too_large_to_be_read_no_more_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "NOTEBOOK_BYTES", 1000)
    place = zipped(tmp_path / "class.zip", (b"anna.py", b"#" * 5000))
    with opened(place) as gathered:
        assert [each.path.stat().st_size for each in gathered.found] == [1001]


def test_a_zip_that_a_learner_hands_in_is_opened_and_costs_nobody_else_anything(tmp_path):
    zipped(tmp_path / "hw.zip", (b"hw/server.py", LISTEN))
    zipped(tmp_path / "evil.zip", (b"../../server.py", LISTEN))
    (tmp_path / "torn.zip").write_bytes((tmp_path / "hw.zip").read_bytes()[:40])
    place = tmp_path / "class.zip"
    with zipfile.ZipFile(place, "w") as file:
        for learner, handed_in in (("Anna", "hw"), ("Ben", "evil"), ("Gil", "torn")):
            name = f"{learner}_1_assignsubmission_file_/{handed_in}.zip"
            file.write(tmp_path / f"{handed_in}.zip", name)
    told, _, found = sorted_out(place)
    assert told["Anna"] == ({"Anna_1_assignsubmission_file_/hw/hw/server.py": set()}, {}, None)
    problems = {each.learner: str(each.fault) for each in found.learners if each.fault}
    assert "would be written outside" in problems["Ben"]
    assert "cannot be unpacked" in problems["Gil"]


def test_what_is_locked_is_said_to_be(tmp_path):
    place = zipped(tmp_path / "class.zip", (b"anna.py", LISTEN), (b"ben.py", LISTEN))
    content = bytearray(place.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    place.write_bytes(content)
    told, _, found = sorted_out(place)
    assert told["anna"][2] is None
    assert "locked with a password" in str(found.learners[1].fault)


def test_what_is_damaged_is_no_half_a_file(tmp_path):
    place = zipped(tmp_path / "class.zip", (b"anna.py", b"#" * 10_000), (b"ben.py", LISTEN))
    content = bytearray(place.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")  # it says that it is shorter
    place.write_bytes(content)
    with opened(place) as gathered:
        assert [each.within.name for each in gathered.found] == ["ben.py"]
        assert [each.within.name for each, _ in gathered.refused] == ["anna.py"]


def test_the_number_that_moodle_gives_stays_known_beside_a_list_without_numbers(tmp_path):
    lay(tmp_path, **{"Anna Cohen_77_assignsubmission_file_/x.py": LISTEN})
    _, _, found = sorted_out(tmp_path, ClassList((Pupil("Cohen Anna", place=0),)))
    assert [(each.learner, each.pupil.number) for each in found.learners] == [("Cohen Anna", "77")]


def test_names_that_no_file_may_have_and_twice_the_same_are_unpacked_too(tmp_path):
    long = "א" * 140 + ".py"
    place = tmp_path / "class.zip"
    with zipfile.ZipFile(place, "w") as file:
        for name in ("anna/a.py", "ben/x?.py", f"gil/{long}"):
            file.writestr(name, LISTEN)
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("anna/a.py", LISTEN)
    with opened(place) as gathered:
        assert len(gathered.found) == 4 and not gathered.refused
        assert all(each.path.read_text() == LISTEN for each in gathered.found)
