"""Who hands in what lenproto has written, or replaces what judges, gets no points; who types the same lines does."""

import json

import pytest
from helpers.cheats import FETCHED, REPLACED, TAKEN, cheat
from helpers.lessons import solution

from lenproto.exercises import check, points, samples
from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.learner import progress
from lenproto.exercises.learner.verdict import Verdict

WORTH = {"spec": 2.0, "shock": 2.0}


@pytest.fixture
def judged(tmp_path):
    """judged(source): the report on a file."""

    def judged(source):
        file = tmp_path / "handed_in.py"
        file.write_text(source, "utf-8")
        return judge_file(file)

    return judged


@pytest.mark.parametrize(
    ("name", "way"),
    [("check_client", way) for way in TAKEN]
    + [("initial_contact", way) for way in TAKEN if way != "the course-literal one"],
)
def test_what_lenproto_has_written_is_worth_nothing(judged, name, way):
    report = judged(cheat(TAKEN[way], name)).functions[name]
    assert report.not_ones_own, report
    assert report.points(WORTH) == 0
    assert "lenproto's own" in report.failure.message


@pytest.mark.parametrize("way", FETCHED)
def test_no_solution_is_shown_to_what_is_judged(judged, way):
    report = judged(cheat(FETCHED[way], "check_client"))
    verdict = report.functions["check_client"]
    assert verdict.missing and verdict.points(WORTH) == 0
    assert report.taken == (way != "it is asked for"), "there, nothing was taken"


def test_a_function_that_fetches_the_solution_when_it_is_called_is_told_so(judged):
    lines = [
        f"    {line}" for line in cheat(FETCHED["its file is read"], "check_client").splitlines()
    ]
    own = "\n".join(
        ["def check_client(server_socket):", *lines, "    return check_client(server_socket)"]
    )
    report = judged(own).functions["check_client"]
    assert report.not_ones_own and report.points(WORTH) == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_who_writes_the_lines_of_the_solution_has_written_them(judged, name):
    report = judged(solution(name)).functions[name]
    assert report.points(WORTH) == 4


def test_points_are_given_by_the_cases_that_pass(judged):
    report = judged(
        "import contextlib, socket\n\n"
        "def initial_listen(ip, port):\n"
        "    with contextlib.suppress(OSError):\n"
        "        return socket.create_server((ip, port if port else 8820))\n"
    ).functions["initial_listen"]
    passed = [case.name for case in report.cases if case.verdict == "pass"]
    assert 0 < len(passed) < 3, "of those at spec"
    assert report.points(WORTH) == pytest.approx(2 * len(passed) / 3, abs=0.01)


# ---- in a notebook ----


def stub(server_socket):
    """Does nothing."""


def test_a_sample_shows_its_verdict_and_is_worth_nothing():
    verdict = check(samples.greedy_check_client, name="check_client")
    assert (verdict.spec, verdict.shock, verdict.points(4)) == ("pass", "fail", 0)


@pytest.fixture
def as_it_was():
    """All that a cheat replaces is put back."""
    import sys

    import lenproto.exercises

    modules, reads = dict(sys.modules), json.loads
    kept = [(lenproto.exercises, dict(vars(lenproto.exercises))), (Verdict, dict(vars(Verdict)))]
    yield
    json.loads = reads
    sys.modules.update(modules)
    for owner, names in kept:
        for name in ("points", "check"):
            if name in names:
                setattr(owner, name, names[name])


@pytest.mark.parametrize("way", ["check and points", "points of a verdict"])
def test_the_cell_that_gives_points_sees_what_was_replaced(way, as_it_was, capsys):
    exec(REPLACED[way], {})
    space = {"check_client": stub}
    exec(
        "from lenproto.exercises import points\n\nworth = points(check_client, 4, name='check_client')",
        space,
    )
    assert space["worth"] == 0
    if way == "points of a verdict":
        assert "lenproto.exercises.learner.verdict.Verdict.points" in capsys.readouterr().out


def test_what_was_not_replaced_is_not_said_to_be(capsys):
    assert points(stub, 4, name="check_client") == 0
    assert "replaced" not in capsys.readouterr().out


# ---- while it is graded ----


@pytest.fixture
def graded(monkeypatch, tmp_path):
    """A progress of who grades, with passes in it, while a notebook is graded."""
    file = tmp_path / "progress.json"
    passed = {"tried": ["a"], "spec": True, "shock": True, "last": "2026-01-01"}
    file.write_text(json.dumps({"version": 1, "functions": dict.fromkeys(FUNCTIONS, passed)}))
    monkeypatch.setenv("LENPROTO_PROGRESS", str(file))
    from lenproto.exercises import solution as shown

    assert shown("check_client").source, "where nobody is graded"
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    return file


def test_grading_reads_and_writes_no_progress_and_shows_no_solution(graded):
    from lenproto.exercises import solution as shown

    before = graded.read_text()

    def check_client(server_socket):
        return server_socket

    check(check_client)
    assert graded.read_text() == before
    assert not any(record.passed or record.tried for record in progress.recorded()[0].values())
    solution_of = shown("check_client")
    assert solution_of.source == ""
    assert str(solution_of) == solution_of._repr_markdown_()
    assert "while a notebook is graded" in str(solution_of)


def test_a_course_can_keep_its_solutions_back(monkeypatch, graded):
    from lenproto.exercises import solution as shown

    monkeypatch.delenv("NBGRADER_EXECUTION")
    monkeypatch.setenv("LENPROTO_SOLUTIONS", "off")
    assert shown("check_client").source == ""
    assert str(shown("check_client")) == (
        "This course shows no solutions. Of check_client your teacher has one."
    )


def test_a_class_is_graded_without_a_word_in_any_progress(graded, monkeypatch, tmp_path):
    from lenproto.exercises import grade

    monkeypatch.delenv("NBGRADER_EXECUTION")
    before = graded.read_text()
    file = tmp_path / "anna.py"
    file.write_text(solution("check_client"), "utf-8")
    [row] = grade([file])
    assert row.verdict("check_client", "shock") == "pass"
    assert graded.read_text() == before
