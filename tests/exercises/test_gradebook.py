"""Points, and what is written of a class: tables that Excel and Moodle read, and JSON that goes on with a latecomer."""

import csv
import io
import json
import re
import zipfile

import pytest
from helpers.places import CORPUS

from lenproto import __main__
from lenproto.exercises import FUNCTIONS, grade
from lenproto.exercises.classes import class_list, gradebook, weights
from lenproto.exercises.classes.class_list import Pupil
from lenproto.exercises.classes.gradebook import Book, cell
from lenproto.exercises.classes.grading import Row, absent
from lenproto.exercises.classes.refused import Refused
from lenproto.exercises.classes.weights import Weights, points, total
from lenproto.exercises.functions import LEVELS
from lenproto.exercises.report.remembered import report_of
from lenproto.exercises.report.types import CaseReport, FunctionReport, Report
from lenproto.words import Words

LISTEN = (
    "import socket\ndef initial_listen(ip, port):\n    return socket.create_server((ip, port))\n"
)
RESTS = Words("judging.rests-on-level", level="spec")
NO_TIME = Words("judging.no-time-left")


def case(level, verdict, seen=""):
    """A case of check_client."""
    return CaseReport("check_client", f"{level} {verdict}", "a case", level, "", verdict, seen=seen)


def row(*cases, learner="anna", pupil=None, spec="fail", shock="skipped"):
    """The row of a learner who has written check_client."""
    functions = {name: FunctionReport("missing", "missing") for name in FUNCTIONS}
    functions["check_client"] = FunctionReport(spec, shock, 0.1, cases)
    return Row(learner, f"{learner}.py", Report(functions), pupil=pupil, judged="2025-11-03 14:05")


PASSES = row(case("spec", "pass"), case("shock", "pass"), spec="pass", shock="pass")


@pytest.fixture
def main(monkeypatch):
    """The command line, in this process, whose standard streams are pytest's."""
    monkeypatch.setattr(__main__, "prepare_standard_streams", lambda: None)
    monkeypatch.setattr(__main__, "let_go_of_output", lambda: None)
    return __main__.main


def table(write, book):
    """What is written, as lines of cells."""
    file = io.StringIO(newline="")
    write(file, book)
    text = file.getvalue()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


# ---- points ----


def test_points_are_in_proportion_to_the_cases_that_pass():
    some = row(
        *(case("spec", "pass") for _ in range(3)), case("shock", "pass"), case("shock", "fail")
    )
    assert points(some, "check_client", "spec", Weights()) == 10
    assert points(some, "check_client", "shock", Weights()) == 5
    assert points(some, "serve_requests", "spec", Weights()) == 0
    third = row(case("spec", "fail"), case("spec", "pass"), case("spec", "fail"))
    assert points(third, "check_client", "spec", Weights()) == 3.33
    assert total(some, Weights()) == 15


def test_all_that_passes_is_worth_all_points():
    every = FunctionReport("pass", "pass", 0.1, PASSES.report.functions["check_client"].cases)
    best = Row("anna", "anna.py", Report(dict.fromkeys(FUNCTIONS, every)))
    assert total(best, Weights()) == Weights().most == 100
    odd = weights.read("spec=3.33, shock=1.11")
    assert total(best, odd) == odd.most == 22.2


def test_who_could_not_be_judged_has_no_points_and_a_remark():
    assert total(Row("anna", "anna.py"), Weights()) == 0
    unjudged = row(case("spec", "pass"), case("shock", "skipped", NO_TIME), spec="pass")
    assert weights.undecided(unjudged) == ["check_client"]
    assert "check_client" in gradebook.remarks(unjudged)
    rests = row(case("spec", "fail"), case("shock", "skipped", RESTS))
    assert weights.undecided(rests) == [] and gradebook.remarks(rests) == ""


@pytest.mark.parametrize(
    "text, expected",
    [
        ("spec=15", {("check_client", "spec"): 15, ("check_client", "shock"): 10}),
        (
            "spec=15, shock=5, serve_requests.spec=20",
            {("serve_requests", "spec"): 20, ("serve_requests", "shock"): 5},
        ),
        ("serve_requests=40", {("serve_requests", "spec"): 20, ("serve_requests", "shock"): 20}),
        ("[check_client]\nspec = 7.5\n", {("check_client", "spec"): 7.5, ("initial_listen", "spec"): 10}),
    ],
)  # fmt: skip
def test_weights_are_given_in_a_line_or_in_a_file(tmp_path, text, expected):
    for given in (text, str(tmp_path / "weights.toml")):
        (tmp_path / "weights.toml").write_text(text.replace(",", "\n"), encoding="utf-8")
        if "\n" not in given:
            found = weights.read(given).points
            assert {pair: found[pair] for pair in expected} == expected


@pytest.mark.parametrize(
    "text, key",
    [
        ("speck=1", "unknown"),
        ("check_client.sepc=1", "unknown"),
        ("spec=-1", "no-number"),
        ("spec=true", "no-number"),
        ("spec=nan", "no-number"),
        ("check_client='much'", "no-number"),
        ("spec=", "no-toml"),
        ("spec=0, shock=0", "nothing"),
        ("no such file", "closed"),
    ],
)
def test_weights_that_are_none_are_refused(text, key):
    with pytest.raises(Refused) as refused:
        weights.read(text)
    assert refused.value.words.key == f"grading.weights.{key}"
    assert str(refused.value.words)


def test_weights_are_read_back_as_they_are_written():
    given = weights.read("spec=1.5, serve_requests=7")
    assert weights.from_table(given.as_json()) == given


def test_points_are_written_without_what_says_nothing():
    assert [weights.number(each) for each in (10.0, 7.5, 3.33, 0.0, 100.0)] == [
        "10",
        "7.5",
        "3.33",
        "0",
        "100",
    ]


# ---- tables ----


@pytest.mark.parametrize(
    "name", ["-dana", "@noa", "- Dana Levi", "@noa_7", "אנה", "anna+ben", "a=b", "Anna (1)"]
)
def test_a_name_stays_as_it_is(name):
    assert cell(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        '-HYPERLINK("x")',
        "@SUM(1+1)",
        "@[x.xls]A!B1",
        "\t=1+1",
        "\r=1+1",
    ],
)
def test_what_a_spreadsheet_would_do_something_for_is_a_text(text):
    assert cell(text) == f"'{text}"


def test_the_plain_table_has_points_dates_and_what_is_to_be_known():
    listed = [
        PASSES,
        row(case("spec", "fail"), learner="-dana", pupil=Pupil("-dana", "d@x.il", "77")),
        absent(Pupil("זוהר")),
    ]
    titles, *lines = table(gradebook.write_plain, Book("7b", listed))
    found = [dict(zip(titles, line, strict=True)) for line in lines]
    assert [each["learner"] for each in found] == ["anna", "-dana", "זוהר"]
    assert [each["total"] for each in found] == ["20", "0", "0"]
    assert found[0]["check_client spec"] == "pass" and found[0]["check_client spec points"] == "10"
    assert found[0]["out of"] == "100" and found[0]["judged"] == "2025-11-03 14:05"
    assert (found[1]["email"], found[1]["identifier"]) == ("d@x.il", "77")
    assert found[2]["problem"] == "Nothing was handed in."


def test_moodles_table_has_identifier_mail_grade_and_feedback():
    listed = [
        row(*PASSES.report.functions["check_client"].cases, pupil=Pupil("anna", "a@x.il", "77")),
        absent(Pupil("ben", number="78")),
    ]
    titles, anna, ben = table(gradebook.write_moodle, Book("7b", listed))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(
        titles
    )  # without them Moodle reads nothing
    found = dict(zip(titles, anna, strict=True))
    assert found["Identifier"] == "Participant 77" and found["Email address"] == "a@x.il"
    assert found["Grade"] == "20" and found["Maximum Grade"] == "100"
    assert "check_client: 20 of 20." in found["Feedback comments"]
    assert "serve_requests: 0 of 20. It was not handed in." in found["Feedback comments"]
    assert dict(zip(titles, ben, strict=True))["Grade"] == ""


def test_moodles_own_worksheet_keeps_its_columns_in_its_language(tmp_path):
    sheet = (
        "מזהה,שם מלא,מצב,ציון,ציון מרבי,שינוי אחרון (ציון),הערות משוב\n"
        "משתתף 77,אנה כהן,הוגש,,50,-,\nמשתתף 78,בן לוי,לא הוגש,,50,-,\n"
    )
    (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8-sig")
    listed = class_list.read(tmp_path / "sheet.csv")
    anna = row(case("spec", "pass"), pupil=listed.pupils[0], learner="אנה כהן")
    book = Book("7b", [anna, absent(listed.pupils[1])], class_list=listed)
    titles, first, second = table(gradebook.write_moodle, book)
    assert titles == sheet.splitlines()[0].split(",")
    assert first[:4] == ["משתתף 77", "אנה כהן", "הוגש", "10"] and "check_client" in first[6]
    assert second == ["משתתף 78", "בן לוי", "לא הוגש", "", "50", "-", ""]
    assert gradebook.other_maximum(listed, Weights()) == "50"
    assert gradebook.other_maximum(listed, weights.read("spec=5, shock=5")) == ""


# ---- JSON, and going on with it ----


def test_a_row_is_read_back_as_it_was_written():
    (judged,) = grade([CORPUS / "wrong" / "serve_requests__binary_length.py"])
    asided = Row("ben", "", None, Words("grading.none"), {"x": "y"}, absent=True, listed=False)
    file = io.StringIO()
    gradebook.write_json(file, Book("7b", [judged, asided], weights.read("spec=1")))
    file.seek(0)
    again = gradebook.read_json(file, "class.json")
    assert [each.as_json() for each in again.rows] == [judged.as_json(), asided.as_json()]
    assert again.weights == weights.read("spec=1") and again.title == "7b"
    assert report_of(judged.as_json()).functions["serve_requests"].failure.hint
    (case, *_), (same, *_) = ([one for _, one in each.failures] for each in (judged, again.rows[0]))
    assert case.hint == same.hint and case.seen == same.seen


def test_whoever_was_judged_earlier_is_found_on_the_list_again(tmp_path):
    (tmp_path / "list.csv").write_text("Full name,Email\nAnna,a@x.il\nBen,b@x.il\n")
    listed = class_list.read(tmp_path / "list.csv")
    book = Book("7b", [row(pupil=Pupil("Ben", "b@x.il", "77")), row(pupil=Pupil("Zoe"))])
    found = [each.pupil for each in book.with_list(listed).rows]
    assert [(each.place, each.number) for each in found] == [(1, "77"), (-1, "")]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"learners": [{}]}', "no"])
def test_what_no_run_has_written_is_refused(text):
    with pytest.raises(Refused):
        gradebook.read_json(io.StringIO(text), "class.json")


@pytest.fixture
def folder(tmp_path):
    """A class of two."""
    folder = tmp_path / "7b"
    folder.mkdir()
    (folder / "Anna Cohen.py").write_text("x = (")
    (folder / "ben.py").write_text("x = (")
    return folder


def test_a_latecomer_is_put_into_the_table_of_an_earlier_run(main, folder, tmp_path, capsys):
    outputs = ["--json", str(tmp_path / "o.json"), "--csv", str(tmp_path / "o.csv")]
    (tmp_path / "list.txt").write_text("Anna Cohen\nBen\nZoe\n")
    given = [str(folder), *outputs, "--class-list", str(tmp_path / "list.txt")]
    assert main(["grade", *given, "--weights", "spec=5,shock=5"]) == 0
    assert "1 has not handed in: Zoe" in capsys.readouterr().out
    before = json.loads((tmp_path / "o.json").read_text("utf-8"))
    assert before["out_of"] == 50
    (folder / "zoe.py").write_text(LISTEN)
    (folder / "ben.py").write_text(LISTEN)  # which nobody asks about now
    assert main(["grade", str(folder), *outputs, "--only", "zoe"]) == 0
    after = json.loads((tmp_path / "o.json").read_text("utf-8"))
    assert after["learners"][:2] == before["learners"][:2] and after["out_of"] == 50
    assert [each["learner"] for each in after["learners"]] == ["Anna Cohen", "Ben", "Zoe"]
    assert [each["total"] for each in after["learners"]] == [0, 0, 10]
    assert not after["learners"][2]["absent"] and after["learners"][2]["listed"]
    with (tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [line["total"] for line in csv.DictReader(file)] == ["0", "0", "10"]
    assert "has not handed in" not in capsys.readouterr().out


def test_a_zip_is_judged_as_it_is(main, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "7b.zip", "w") as file:
        file.writestr("כהן אנה_77_assignsubmission_file_/server.py", LISTEN)
    given = ["--csv", str(tmp_path / "o.csv"), "--csv-format", "moodle"]
    assert main(["grade", str(tmp_path / "7b.zip"), *given]) == 0
    assert re.search("כהן אנה .* 20", capsys.readouterr().out)
    with (tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["Identifier"], line["Full name"], line["Grade"]) == (
        "Participant 77",
        "כהן אנה",
        "20",
    )


def test_a_zip_that_is_refused_is_named(main, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "7b.zip", "w") as file:
        file.writestr("../server.py", LISTEN)
    assert main(["grade", str(tmp_path / "7b.zip")]) == 2
    assert re.search(r"7b\.zip: .*outside of its folder: \.\./server\.py", capsys.readouterr().err)


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--only", "zoe"], "zoe is nobody"),
        (["--only", "anna", "--csv", "{}/o.csv"], "--json FILE says"),
        (["--only", "anna", "--json", "{}/o.json"], "o.json: there is no such file"),
        (["--only", "anna", "--json", "{}/7b/ben.py"], "not what an earlier run"),
        (["--class-list", "{}/no.txt"], "no.txt: it cannot be read"),
        (["--weights", "speck=1"], "speck is none of"),
        (["--weights", "{}/7b/ben.py"], "ben.py: that is no TOML"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_judged_or_written(
    main, folder, tmp_path, capsys, options, sentence
):
    before = sorted(tmp_path.rglob("*"))
    assert main(["grade", str(folder), *(each.format(tmp_path) for each in options)]) == 2
    said = capsys.readouterr()
    assert sentence in said.err and said.out == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_lessons_of_one_learner_are_one_row_whose_functions_tell_their_file(tmp_path):
    (tmp_path / "server.py").write_text(LISTEN)
    (tmp_path / "client.py").write_text("def initial_contact(ip, port):\n    return 7\n")
    (only,) = grade([tmp_path / "server.py", tmp_path / "client.py"], root=tmp_path.parent)
    assert only.verdict("initial_listen", LEVELS[-1]) == "pass"
    assert only.verdict("initial_contact", "spec") == "fail"
    assert {name: file.rpartition("/")[2] for name, file in only.files.items()} == {
        "initial_listen": "server.py",
        "initial_contact": "client.py",
    }
