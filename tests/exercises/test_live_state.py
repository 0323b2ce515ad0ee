"""The board of a class at work: who is at what, who is stuck, what most get wrong; what of it is on which page."""

import json
from pathlib import Path

import pytest

from lenproto.exercises import FUNCTIONS
from lenproto.exercises.classes.live.judging import Judged
from lenproto.exercises.classes.live.page import board as board_parts
from lenproto.exercises.classes.live.page import teacher as teacher_parts
from lenproto.exercises.classes.live.state import (
    HALF_WRITTEN_S,
    QUIET_S,
    Board,
    Cell,
    News,
    in_hand,
    news,
)
from lenproto.exercises.report.types import CaseReport, FunctionReport, Report
from lenproto.words import Words, speaking

LISTEN, CHECK, SERVE = "initial_listen", "check_client", "serve_requests"
MINE = Path("anna.py")
BEGAN_S = 1_000_000.0
PASSES = FunctionReport("pass", "pass")
STUB = "does-not-bind"  # what a stub shows, in these tests


def fails(misconception, level="spec", bytes_=""):
    """The verdict on a function with this misconception."""
    case = CaseReport(
        LISTEN, "a case", "a case", level, "", "fail", misconception, "seen", bytes=bytes_
    )
    return FunctionReport(
        *(("fail", "skipped") if level == "spec" else ("pass", "fail")), 0.1, (case,)
    )


def report(**functions):
    """The verdict on a file; what is not named is not there."""
    missing = FunctionReport("missing", "missing")
    return Report({name: functions.get(name, missing) for name in FUNCTIONS})


STUBS = report(**dict.fromkeys(FUNCTIONS, fails(STUB)))


class Class:
    """A board, and the time."""

    def __init__(self, **options):
        self.board, self.now_s = Board(BEGAN_S, **options), BEGAN_S
        self.board.stubs = STUBS
        self.names = {}

    def save(self, name, after_s=1.0, file=None, **functions):
        """Somebody saves: what came of it."""
        self.now_s += after_s
        path = Path(file or f"{name}.py")
        self.names[path] = name
        self.board.judged(path, Judged(self.now_s, report(**functions)), self.now_s)

    def view(self, after_s=0.0):
        return self.board.view(self.names, self.now_s + after_s)

    def of(self, name, after_s=0.0):
        return next(each for each in self.view(after_s).learners if each.name == name)


@pytest.fixture
def room():
    return Class()


# ---- who is at which function ----


def cells(**marks):
    """Cells by name: "pass", "stub", or a misconception."""
    made = {}
    for name, mark in marks.items():
        verdict = PASSES if mark == "pass" else fails(mark)
        failure = verdict.failure
        made[name] = Cell(verdict.spec, verdict.shock, failure, begun=mark != "stub")
    return made


@pytest.mark.parametrize(
    "before, now, at, found",
    [
        ({}, {}, None, None),
        ({}, {LISTEN: "pass", CHECK: "a", SERVE: "stub"}, None, CHECK),
        ({}, {LISTEN: "a", CHECK: "a", SERVE: "stub"}, None, CHECK),
        ({}, {LISTEN: "stub", CHECK: "stub"}, None, LISTEN),
        ({LISTEN: "a", CHECK: "a"}, {LISTEN: "b", CHECK: "a"}, CHECK, LISTEN),
        ({LISTEN: "a", CHECK: "a"}, {LISTEN: "b", CHECK: "b"}, LISTEN, LISTEN),
        ({LISTEN: "a", CHECK: "stub"}, {LISTEN: "pass", CHECK: "stub"}, LISTEN, CHECK),
        ({LISTEN: "stub", CHECK: "a"}, {LISTEN: "stub", CHECK: "pass"}, CHECK, LISTEN),
        ({LISTEN: "a"}, {LISTEN: "pass"}, LISTEN, None),
        ({LISTEN: "a"}, {CHECK: "a"}, LISTEN, CHECK),
    ],
)
def test_somebody_is_at_what_changes_then_at_what_does_not_pass_then_at_the_next(
    before, now, at, found
):
    assert in_hand(cells(**before), cells(**now), at) == found


def test_a_stub_is_not_begun_and_no_misconception(room):
    room.save("anna", **{LISTEN: fails(STUB)})
    anna = room.of("anna")
    assert (anna.at, anna.cells[LISTEN].begun, anna.failure) == (LISTEN, False, None)
    assert room.view().misconceptions == []
    room.save("anna", **{LISTEN: fails(STUB, bytes_="00")})
    assert room.of("anna").failure.misconception == STUB, "it does something by now"


def test_a_column_says_how_many_pass_and_how_many_are_there(room):
    room.save("anna", **{LISTEN: PASSES, CHECK: fails("a")})
    room.save("ben", **{LISTEN: fails("b", "shock")})
    room.save("carla", **{LISTEN: PASSES})
    found = {each.function: (each.both, each.spec, each.at) for each in room.view().columns}
    assert found[LISTEN] == (2, 1, 1)
    assert found[CHECK] == (0, 0, 1)
    assert list(found) == list(FUNCTIONS)
    assert room.view().finished == 0


def test_several_files_of_a_learner_are_one_row_and_the_last_save_counts(room):
    room.save("anna", file="anna/7.py", **{LISTEN: fails("old"), CHECK: PASSES})
    room.save("anna", file="anna/8.py", **{LISTEN: PASSES, SERVE: fails("new")})
    (anna,) = room.view().learners
    assert {name: cell.passed for name, cell in anna.cells.items()} == {
        LISTEN: True,
        CHECK: True,
        SERVE: False,
    }
    assert anna.at == SERVE


def test_a_stub_in_a_newer_file_does_not_hide_what_was_done_in_another_one(room):
    room.save("anna", file="anna/7.py", **{LISTEN: PASSES})
    room.save("anna", file="anna/8.py", **{LISTEN: fails(STUB), SERVE: fails("a")})
    anna = room.of("anna")
    assert anna.cells[LISTEN].passed
    assert anna.at == SERVE


def test_who_passes_all_has_nothing_in_hand(room):
    room.save("anna", **dict.fromkeys(FUNCTIONS, PASSES))
    assert (room.view().finished, room.of("anna").at) == (1, None)


def test_a_file_that_is_gone_is_no_longer_there(room):
    room.save("anna", **{LISTEN: PASSES})
    room.board.gone(MINE)
    assert room.view().learners == []


# ---- who is stuck ----


def test_the_same_misconception_in_three_saves_is_stuck(room):
    for number in range(3):
        assert not number or not room.of("anna").stuck
        room.save("anna", **{LISTEN: fails("a", bytes_=f"{number:02}")})
    anna = room.of("anna")
    assert (anna.stuck, anna.streak.saves, anna.streak.misconception) == (True, 3, "a")
    room.save("anna", **{LISTEN: fails("b")})
    assert not room.of("anna").stuck, "another one is another matter"


def test_the_same_misconception_for_five_minutes_is_stuck(room):
    room.save("anna", **{LISTEN: fails("a")})
    assert not room.of("anna", 299).stuck
    assert room.of("anna", 300).stuck
    assert [each.name for each in room.view(300).stuck] == ["anna"]


def test_how_much_is_too_much_can_be_chosen():
    room = Class(saves=2, minutes=1.0)
    room.save("anna", **{LISTEN: fails("a")})
    assert room.of("anna", 60).stuck
    room.save("anna", **{LISTEN: fails("a")})
    assert room.of("anna").stuck


def test_what_was_saved_before_the_board_is_no_work_until_it_is_saved_again(room):
    room.names[MINE] = "anna"
    room.board.judged(MINE, Judged(BEGAN_S - 600, report(**{LISTEN: fails("a")})), BEGAN_S)
    assert not room.of("anna").stuck
    room.save("anna", **{LISTEN: fails("a")})
    anna = room.of("anna")
    assert (anna.stuck, anna.streak.saves) == (True, 1), "since ten minutes"


def test_who_has_not_saved_for_long_is_quiet_and_not_stuck(room):
    for _ in range(3):
        room.save("anna", **{LISTEN: fails("a")})
    anna = room.of("anna", QUIET_S + 1)
    assert (anna.quiet, anna.stuck) == (True, False)
    assert room.view(QUIET_S + 1).misconceptions == []
    assert sum(column.at for column in room.view(QUIET_S + 1).columns) == 0


def test_a_clock_that_goes_ahead_is_set_right(room):
    room.names[MINE] = "anna"
    room.board.judged(MINE, Judged(BEGAN_S + 9999, report(**{LISTEN: fails("a")})), BEGAN_S)
    assert room.of("anna").saved_s == BEGAN_S


def test_the_longest_stuck_stands_first(room):
    for name in ("ben", "anna"):
        for _ in range(3):
            room.save(name, **{LISTEN: fails("a")})
    assert [each.name for each in room.view().stuck] == ["ben", "anna"]


# ---- what cannot be read ----


def unreadable(room, name="anna"):
    path = Path(f"{name}.py")
    room.names[path] = name
    room.now_s += 1
    problem = Words("grading.not-readable", why="no Python")
    room.board.judged(path, Judged(room.now_s, problem=problem), room.now_s)


def test_a_file_half_written_is_no_error_and_what_was_known_stays(room):
    room.save("anna", **{LISTEN: PASSES})
    unreadable(room)
    assert (room.of("anna").problem, room.of("anna").cells[LISTEN].passed) == (None, True)
    unreadable(room)
    assert room.of("anna", HALF_WRITTEN_S).problem is not None, "it is still so"
    assert room.of("anna", HALF_WRITTEN_S).cells[LISTEN].passed
    room.save("anna", **{LISTEN: PASSES})
    assert room.of("anna", HALF_WRITTEN_S).problem is None


def test_a_file_that_was_never_readable_is_a_learner_without_a_function(room):
    unreadable(room)
    anna = room.of("anna", HALF_WRITTEN_S)
    assert (anna.cells, anna.at) == ({}, None)
    assert anna.problem


def test_an_unreadable_save_does_not_end_a_streak(room):
    room.save("anna", **{LISTEN: fails("a")})
    unreadable(room)
    room.save("anna", **{LISTEN: fails("a")})
    assert room.of("anna").streak.saves == 2


# ---- the commonest, and news ----


def test_the_commonest_misconception_is_that_of_most_learners_at_the_function_in_hand(room):
    room.save("anna", **{LISTEN: fails("b")})
    room.save("ben", **{CHECK: fails("a"), SERVE: fails("b")})
    room.save("carla", **{CHECK: fails("a")})
    found = [(each.name, len(each.learners)) for each in room.view().misconceptions]
    assert found == [("b", 2), ("a", 1)]


def test_news_is_who_passes_and_who_is_stuck_but_not_a_first_verdict(room):
    empty = room.view()
    room.save("anna", **{LISTEN: fails("a")})
    first = room.view()
    assert news(empty, first) == []
    room.save("anna", **{LISTEN: PASSES, CHECK: fails("b")})
    second = room.view()
    assert news(first, second) == [News("passes", "anna", LISTEN)]
    assert news(second, room.view(300)) == [News("stuck", "anna", CHECK)]
    assert news(room.view(300), room.view(301)) == []


# ---- the pages ----


def busy_room():
    """A class with a Hebrew name, a name that is HTML, and somebody stuck."""
    room = Class()
    for name in ("נועה", "<img src=x onerror=alert(1)>", "anna"):
        for _ in range(3):
            room.save(name, **{LISTEN: fails("does-not-listen"), CHECK: fails(STUB)})
    return room


def texts(tree):
    """All texts of a tree."""
    if isinstance(tree, str):
        return [tree]
    return [text for child in tree[2:] for text in texts(child)]


def test_no_name_and_nothing_of_a_file_stands_on_the_board():
    room = busy_room()
    said = json.dumps(board_parts(room.view(), [News("stuck", "anna", LISTEN)]), ensure_ascii=False)
    for name in ("נועה", "img", "anna", "seen"):
        assert name not in said
    assert "does-not-listen" in said


def test_the_teachers_page_has_a_row_for_each_name_in_its_own_direction():
    room = busy_room()
    parts = teacher_parts(room.view(), [News("stuck", "נועה", LISTEN)])
    rows = [tree for name, tree in parts.items() if name.startswith("row-")]
    names = [row[2][2] for row in rows]
    assert names == [
        ["bdi", {"dir": "auto"}, name] for name in ("<img src=x onerror=alert(1)>", "anna", "נועה")
    ], "a text in an element, and never HTML"
    assert "".join(texts(parts["latest"])) == "נועה is stuck at initial_listen."
    assert "3 saves" in "".join(texts(parts["stuck"]))


def test_what_a_colour_says_a_word_says_too():
    room = busy_room()
    row = next(
        tree for name, tree in teacher_parts(room.view(), []).items() if name.startswith("row-")
    )
    said = " ".join(texts(row))
    for word in ("spec fails", "shock was skipped", "not begun", "not there", "stuck"):
        assert word in said, word


def test_parts_that_nobody_changes_stay_the_same():
    room = busy_room()
    before, after = (teacher_parts(room.view(seconds), []) for seconds in (0, 1))
    assert before == after


def test_each_learner_keeps_the_place_on_the_page_when_others_come():
    room = busy_room()
    before = teacher_parts(room.view(), []).keys()
    room.save("aaron", **{LISTEN: PASSES})
    assert before < teacher_parts(room.view(), []).keys()


def test_the_pages_can_be_made_in_a_language_from_right_to_left():
    room = busy_room()
    with speaking("he"):
        parts = teacher_parts(room.view(), [News("passes", "anna", LISTEN)])
    assert ["bdi", {"dir": "auto"}, "anna"] in parts["latest"][2]
