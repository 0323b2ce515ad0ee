"""A verdict in words, the same each run: what was wrong, in which step and byte, what to think about next."""

from lenproto.exercises.functions import LEVELS
from lenproto.exercises.report.hints import ladder
from lenproto.exercises.report.types import (
    CaseReport,
    FunctionReport,
    LevelVerdict,
    StepReport,
)
from lenproto.lab.call import literal
from lenproto.words import isolated, say

SIGNS = {"pass": "✓", "fail": "✗", "skipped": "–", "missing": "–", "none": ""}  # of a verdict
AROUND_BYTES = 24  # shown before and after the first wrong byte
PRINTED_LINES = 12  # of what a function printed
PRINTED_WIDTH = 200  # characters of one of these lines
YOURS = "▸"  # before the function's own steps


def summary(name: str, verdict: FunctionReport) -> str:
    """One line for each level."""
    if verdict.missing:
        return f"{name}: {mark('missing')}"
    return "\n".join(
        [name, *(f"  {sign:<10} {words}{count}" for _, sign, words, count in levels(verdict))]
    )


def mark(verdict: LevelVerdict) -> str:
    """A verdict with its sign."""
    return f"{SIGNS[verdict]} {say(f'judging.verdict.{verdict}')}"


def levels(verdict: FunctionReport) -> list[tuple[LevelVerdict, str, str, str]]:
    """For each level: its verdict, the same with its mark, what the level is, and how many of its cases passed."""
    found = []
    for level in (each for each in LEVELS if verdict.at(each) != "none"):
        cases = [case for case in verdict.cases if case.level == level]
        passed = sum(case.verdict == "pass" for case in cases)
        skipped = verdict.at(level) == "skipped" or not cases
        found.append(
            (
                verdict.at(level),
                mark(verdict.at(level)),
                say(f"judging.level.{'step' if verdict.shock == 'none' else level}"),
                "" if skipped else f"  {say('judging.report.passed', n=len(cases), passed=passed)}",
            )
        )
    return found


def failure(case: CaseReport) -> str:
    """A failed case: its story, the steps, the first wrong byte, the evidence, and the misconception by name."""
    lines = [headline(case)]
    if steps := step_lines(case):
        lines += ["", *(line for line, _ in steps)]
    if marked := marked_lines(case):
        lines += ["", *(f"  {line}" for line in marked)]
    lines += ["", f"✗ {case.message}"]
    if case.source:
        at = say("judging.report.at", place=place(case))
        lines += [f"  {at}", f"      {case.source}"]
    lines.append(f"  {named(case)}")
    if printed := printed_lines(case):
        lines += ["", say("judging.report.printed"), *(f"  | {line}" for line in printed)]
    return "\n".join(lines)


def headline(case: CaseReport) -> str:
    """Which case failed first, and what happens in it."""
    return say("judging.report.headline", case=case.label, story=case.story)


def place(case: CaseReport) -> str:
    """The line that matters."""
    where = case.where
    return say("judging.report.place", line=where[1], function=where[0]) if where else ""


def named(case: CaseReport) -> str:
    """The misconception by its name."""
    return say("judging.report.named", name=case.misconception)


def told(name: str, verdict: FunctionReport, *, hinted: int = 0) -> str:
    """The verdict on one function: both levels, the first failure, and so many of its hints."""
    lines = [summary(name, verdict)]
    case = verdict.failure
    if case:
        lines += ["", failure(case)]
        lines += ["", *hint_lines(case, hinted)] if hinted else []
    lines += note_lines(verdict)
    return "\n".join(lines)


def note_lines(verdict: FunctionReport) -> list[str]:
    """What is to be said all the same of a function in which nothing failed."""
    return [say("judging.report.note", note=note) for note in verdict.notes]


def hint_lines(case: CaseReport, many: int) -> list[str]:
    """The first so many hints of a failed case, numbered; lines of Python below their number."""
    rungs = ladder(case)
    lines = []
    for number, hint in enumerate(rungs[:many], 1):
        told = say("hints.number", number=number, many=len(rungs))
        lines.append(told if hint.is_code else f"{told} {hint.text}")
        if hint.is_code:
            lines += [f"    {line}".rstrip() for line in hint.text.splitlines()]
    return lines


def every_case(name: str, verdict: FunctionReport) -> str:
    """A line for each case, with what happens in it; one more for what went wrong, or why cases were skipped."""
    lines = [name]
    for sign, level, case_name, story, message in case_rows(verdict):
        lines.append(f"  {sign:<10} {level:<6} {case_name:<32}  {story}")
        if message:
            lines.append(f"  {'':<10} {'':<6} {'':<32}  {message}")
    return "\n".join(lines)


def case_rows(verdict: FunctionReport) -> list[tuple[str, str, str, str, str]]:
    """For each case its verdict with a mark, level, name, story and message.

    Why cases were skipped stands at the first of them.
    """
    rows: list[tuple[str, str, str, str, str]] = []
    before = ""
    for case in verdict.cases:
        skipped = case.verdict == "skipped"
        rows.append(
            (
                mark(case.verdict),
                case.level,
                str(case.label),
                str(case.story),
                "" if skipped and case.message == before else case.message,
            )
        )
        before = case.message if skipped else ""
    return rows


def step_lines(case: CaseReport) -> list[tuple[str, str]]:
    """The numbered steps, each a pair of its line and "yours", "problem" or "peer".

    The function's own steps have a mark, and tell their line in its source.
    """
    lines = []
    for step in case.steps:
        yours = step.who == "you"
        number = f"{step.number:3}" if step.number else "   "
        who = say(f"judging.who.{step.who}") if step.who else ""
        what, place = isolated(str(step.what)), isolated(_place(step))
        told = f"{YOURS if yours else ' '}{number}  {isolated(f'{who:<13}')}  {what}{place}"
        lines.append((told, "yours" if yours else "peer"))
        if step.problem:
            problem = step.problem
            if yours and step.source:
                source = step.source
                problem = say("judging.report.problem", problem=problem, source=source)
            lines.append((f"{'':<4}  {'':<13}  ✗ {isolated(str(problem))}", "problem"))
    return lines


def _place(step: StepReport) -> str:
    """The line of a step, and its function: a helper may be in another cell, whose lines are counted anew."""
    if not (step.line and step.where):
        return ""
    said = say("judging.report.step-place", line=step.line, function=step.where[0])
    return f"   {said}"


def marked_lines(case: CaseReport) -> list[str]:
    """The bytes in question, and below them a mark under the first wrong one; nothing where no byte is wrong."""
    at = case.at
    if at is None:
        return []
    data = bytes.fromhex(case.bytes)
    start = max(0, at - AROUND_BYTES)
    stop = at + AROUND_BYTES
    lead, rest = "… " if start else "", " …" if stop < len(data) else ""
    before = len(lead) + len(literal(data[start:at])) - len('"')
    return [
        f"{lead}{literal(data[start:stop])}{rest}",
        " " * before + f"^ {say('judging.report.byte', at=at)}",
    ]


def printed_lines(case: CaseReport) -> list[str]:
    """The first lines of what the function printed, and how much was left out."""
    lines = case.all_printed.rstrip().splitlines()
    shown = [*map(_printed_line, lines)]
    left_out = len(lines) - PRINTED_LINES
    if left_out <= 0:
        return shown
    return [*shown[:PRINTED_LINES], say("judging.report.more-lines", left_out=left_out)]


def _printed_line(line: str) -> str:
    if len(line) <= PRINTED_WIDTH:
        return line
    begin = line[:PRINTED_WIDTH]
    return say("judging.report.long-line", begin=begin, characters=len(line))
