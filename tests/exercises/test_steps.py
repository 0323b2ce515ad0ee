"""The steps of lessons 1 to 5: what passes in any style, what is told by its name, and that the learner sees one level.

tests/corpus/steps has a file for each, whose cells begin with "# %% right" or with the name of the mistake.
"""

import json
import re

import pytest
from helpers.cells import Cells
from helpers.judged import failures_of_steps
from helpers.places import CORPUS

from lenproto.exercises import check, solution
from lenproto.exercises.functions import LESSON_OF, STEPS, source_of
from lenproto.exercises.functions.case import cases
from lenproto.exercises.judging.judge import judge_function
from lenproto.exercises.learner import progress
from lenproto.exercises.report.misconceptions import misconception
from lenproto.words import table

CELL = re.compile(r"^# %% (.*)\n", re.MULTILINE)
STUBS = {  # what is said of what a learner begins with
    "talk_in_order": "uses-what-is-not-there",
    "serve_in_order": "closes-before-it-answers",
    "meet_the_server": "reads-before-it-speaks",
    "serve_until_exit": "answers-nobody",
}


def handed_in():
    """All cells of the corpus: (step, heading, source)."""
    for step in LESSON_OF:
        _, *parts = CELL.split((CORPUS / "steps" / f"{step}.py").read_text("utf-8"))
        for heading, source in zip(parts[::2], parts[1::2], strict=True):
            yield step, heading, source


CELLS = [*handed_in()]
NAMES = [f"{step}: {heading}" for step, heading, _ in CELLS]


@pytest.fixture(scope="module")
def told():
    pairs = [(step, source) for step, _, source in CELLS]
    pairs += [(step, source_of(step, part)) for step in LESSON_OF for part in ("solution", "stub")]
    keys = [*NAMES, *((step, part) for step in LESSON_OF for part in ("solution", "stub"))]
    return dict(zip(keys, failures_of_steps(pairs), strict=True))


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("LENPROTO_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "_memory", {})


@pytest.mark.parametrize("name", NAMES)
def test_what_is_handed_in_is_told_by_its_name(told, name):
    wanted = name.partition(": ")[2].partition(":")[0]
    assert (told[name][2] if told[name] else "right") == wanted


@pytest.mark.parametrize("step", LESSON_OF)
def test_a_solution_passes_and_a_stub_does_not(told, step):
    assert told[step, "solution"] is None
    assert told[step, "stub"][2] in (STUBS.get(step), "gives-nothing", "reads-nothing", "calls-nobody",
                                     "says-nothing", "says-no-exit")  # fmt: skip


def test_each_has_right_ones_in_other_styles_and_five_mistakes_by_name():
    assert len(LESSON_OF) >= 14
    for step in LESSON_OF:
        headings = [heading for name, heading, _ in CELLS if name == step]
        assert sum(heading.startswith("right") for heading in headings) >= 1
        mistakes = {heading.partition(":")[0] for heading in headings} - {"right"}
        assert len(mistakes) >= 5, step


def test_each_mistake_that_a_lessons_table_knows_is_in_the_corpus():
    for lesson, steps in STEPS.items():
        seen = {heading.partition(":")[0] for step, heading, _ in CELLS if step in steps}
        assert set(table(f"steps_{lesson}")) <= seen


def test_three_hints_follow_and_none_says_the_message_again(told):
    for name in NAMES:
        if told[name]:
            (message, _, _, hints), _ = json.loads(told[name][3])
            assert len(set(hints)) == 3
            assert message not in hints
            assert misconception(told[name][2], name.partition(": ")[0])


def test_bytes_that_come_back_are_marked_at_the_first_wrong_one():
    report = judge_function(
        Cells('def frame(body):\n    return b"%04d" % len(body) + body.encode()')["frame"], "frame"
    )
    failure = report.failure
    assert (bytes.fromhex(failure.bytes)[:4], failure.at) == (b"0004", 3)


def test_a_step_has_one_level_and_its_verdict_says_no_more(kept):
    right = Cells(source_of("recv_exactly", "solution"))["recv_exactly"]
    verdict = check(right)
    assert verdict.passed
    assert (verdict.spec, verdict.shock) == ("pass", "none")
    assert str(verdict) == (
        "recv_exactly\n  ✓ pass     as its text says  (5 of 5 cases)\n\n"
        "1 of 4 steps of this lesson pass. Still open: frame."
    )
    assert verdict.points(4) == 4
    assert {case.level for case in cases("recv_exactly")} == {"spec"}


def test_a_step_is_kept_in_the_progress_and_its_solution_opens(kept):
    assert solution("frame").source == ""
    assert not check(Cells(source_of("frame", "stub"))["frame"]).passed
    assert progress.recorded()[0]["frame"].tried == [], "an untouched stub is no try"
    check(
        Cells("def frame(body):\n    return b'%04d' % len(body.encode()) + body.encode()")["frame"]
    )
    record = progress.recorded()[0]["frame"]
    assert (record.passed, record.spec, record.shock, len(record.tried)) == (True, True, False, 1)
    assert "def frame(body)" in solution("frame").source
