"""A verdict in words: each part of it from a case that is written by hand."""

import ast
from dataclasses import replace

import pytest

from lenproto.exercises.learner import check
from lenproto.exercises.report import text
from lenproto.exercises.report.hints import hints
from lenproto.exercises.report.types import CaseReport, FunctionReport, StepReport
from lenproto.words import Words


def step(number, who, what, line=None, problem="", where=None, call=""):
    return StepReport(number, who, what, line=line, problem=problem, where=where, call=call)


def case(verdict="fail", level="spec", name="asks NAME", **more):
    story = "A client asks NAME."
    return CaseReport("send_requests", name, name, level, story, verdict, **more)


def verdict(*cases, spec="fail", shock="skipped"):
    return FunctionReport(spec, shock, 0.1, cases)


FAILED = case(seen="It sent 3 bytes.", misconception="greeting-too-short", steps=(
    step(1, "client", "connects"),
    step(2, "you", "accept() → a client", 3, where=["check_client", 3, "a.py"]),
    step(0, "", "… 7 more steps like these …"),
    step(10, "you", "recv(4)", 2, "never came back", ["exactly", 2, "a.py"]),
))  # fmt: skip


def test_steps_are_numbered_and_the_functions_own_stand_out_by_more_than_colour():
    assert text.step_lines(FAILED) == [
        ("   1  client         connects", "peer"),
        ("▸  2  your function  accept() → a client   (line 3 of check_client)", "yours"),
        ("                     … 7 more steps like these …", "peer"),
        ("▸ 10  your function  recv(4)   (line 2 of exactly)", "yours"),
        ("                     ✗ never came back", "problem"),
    ]


def test_the_call_that_never_came_back_and_the_line_in_question_are_quoted(tmp_path):
    source = tmp_path / "mine.py"
    source.write_text("def exactly(sock, n):\n    return sock.recv(n)\n", encoding="utf-8")
    where = ["exactly", 2, str(source)]
    stuck = case(
        seen="It waits.",
        misconception="waits",
        where=where,
        steps=(step(1, "you", "recv(4)", 2, "never came back", where),),
    )
    stuck = stuck.with_sources(check.source_here)
    assert "✗ never came back: return sock.recv(n)\n" in text.failure(stuck)
    assert "  Line 2 of exactly:\n      return sock.recv(n)\n" in text.failure(stuck)


def test_a_line_of_a_file_that_is_not_here_is_not_quoted(tmp_path, monkeypatch):
    """A graded file is known by its name alone: another one of that name may lie in this folder."""
    (tmp_path / "plain.py").write_text("wrong()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    named = case(seen="It waits.", misconception="waits", where=["check_client", 1, "plain.py"])
    named = named.with_sources(check.source_here)
    assert "Line 1" not in text.failure(named)


@pytest.mark.parametrize(("data", "at"), [
    (b"0003lena", 3),
    (b"\xd7\xa9\xd7\x9c0004", 4),
    (b'"\\\x00', 1),
    ("שלום, how are you all today? שלום".encode() * 3, 70),
    (b"", 0),
    (b"abc", 3),
])  # fmt: skip
def test_the_mark_stands_under_the_first_character_of_the_wrong_byte(data, at):
    shown, mark = text.marked_lines(case(bytes=data.hex(), at=at))
    column = mark.index("^")
    assert mark[column:] == f"^ byte {at}, counted from 0"
    quoted = shown.removeprefix("… ").removesuffix(" …")
    start = max(0, at - text.AROUND_BYTES)
    assert eval(quoted) == data[start : at + text.AROUND_BYTES]
    upto = shown[:column].removeprefix("… ")
    assert eval(upto + '"') == data[start:at]
    assert shown.startswith("… ") == (start > 0)
    assert shown.endswith(" …") == (at + text.AROUND_BYTES < len(data))


def test_levels_have_marks_and_counts_and_a_skipped_one_has_none():
    told = text.summary(
        "check_client", verdict(case("pass"), case(), case("skipped", level="shock"))
    )
    assert told.splitlines() == [
        "check_client",
        "  ✗ fail     spec: what the course says, with a polite peer  (1 of 2 cases)",
        "  – skipped  shock: peers that misbehave",
    ]
    assert (
        text.summary("check_client", verdict(spec="missing", shock="missing"))
        == "check_client: – missing"
    )


def test_the_first_failure_is_told_and_a_pass_has_none():
    two = verdict(case("pass"), FAILED, case(seen="later", misconception="other"))
    assert two.failure is FAILED
    assert "The first that failed: asks NAME. A client asks NAME." in text.told("check_client", two)
    assert "later" not in text.told("check_client", two)
    passed = verdict(case("pass"), spec="pass", shock="pass")
    assert text.told("check_client", passed, hinted=3) == text.summary("check_client", passed)


def test_what_was_printed_stands_apart_and_is_cut_with_a_note():
    printed = text.failure(replace(FAILED, printed="a\nb\n"))
    assert printed.endswith("\n\nWhat it printed:\n  | a\n  | b")
    long = text.printed_lines(case(printed="x" * 500 + "\n" + "line\n" * 30))
    assert long[0] == "x" * 200 + " … (500 characters)"
    assert long[-1] == "… and 19 lines more"
    assert len(long) == text.PRINTED_LINES + 1
    assert "What it printed" not in text.failure(replace(FAILED, printed=" \n"))


def test_a_case_without_steps_leaves_no_gap():
    assert "\n\n\n" not in text.failure(
        case(seen="It ended the process.", misconception="ends-the-program")
    )


def test_hints_come_one_after_another_numbered_and_the_solution_as_lines_of_python():
    many = len(hints(FAILED))
    assert many == 3
    assert text.hint_lines(FAILED, 0) == []
    assert text.hint_lines(FAILED, 2)[0].startswith("Hint 1 of 3: ")
    assert FAILED.message not in "".join(text.hint_lines(FAILED, many))
    for given in range(1, many + 2):
        said = "\n".join(text.hint_lines(FAILED, given))
        assert said.count("Hint ") == min(given, many)
    first, *code = text.hint_lines(FAILED, many)[2:]
    assert first == "Hint 3 of 3:"
    ast.parse("\n".join(line.removeprefix("    ") for line in code))


def test_where_no_line_is_known_the_last_one_that_talked_is_named_with_its_function():
    steps = (
        step(1, "you", "send", 2, where=["f", 2, "<cell 2>"], call="send"),
        step(2, "you", "recv(4)", 7, where=["helper", 7, "<cell 3>"], call="recv"),
        step(3, "server", "closes"),
    )
    said = hints(replace(FAILED, where=None, steps=steps))[0]
    assert said.endswith(
        "Look at what comes after the last line that turned to the other side, line 7 of helper."
    )
    # of a long case only the beginning is told: nobody knows which line was the last
    said = hints(replace(FAILED, where=None, steps=(*steps, step(0, "", "more"))))[0]
    assert "line 7" not in said and "Which line it was is not known" in said


def test_what_else_is_wrong_in_a_line_is_said_with_the_first_hint():
    aside = Words("judging.mixed.with-text", line=4, function="f")
    first, *rest = hints(replace(FAILED, asides=(aside,)))
    assert first.endswith(str(aside)), "and nothing of another line"
    assert rest == hints(FAILED)[1:]


def test_every_case_says_once_why_the_rest_was_skipped():
    rest = [case("skipped", name=f"case {n}", seen="It rests on another.") for n in range(3)]
    said = text.every_case("check_client", verdict(case("pass"), FAILED, *rest))
    assert said.count("It rests on another.") == 1
    assert [line.split()[:3] for line in said.splitlines() if line.lstrip()[:1] in "✓✗–"] == [
        ["✓", "pass", "spec"],
        ["✗", "fail", "spec"],
        *[["–", "skipped", "spec"]] * 3,
    ]
    assert "It sent 3 bytes." in said
