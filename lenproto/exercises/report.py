"""A verdict in words: what was wrong, in which step, with which byte, and what to think about next. The same each run."""

from lenproto.exercises.cases import LEVELS
from lenproto.exercises.misconceptions import hints
from lenproto.lab.trace import literal

MARKS = {"pass": "✓ pass", "fail": "✗ fail", "skipped": "– skipped", "missing": "– missing"}
NAMES = {"spec": "spec: what the course says, with a polite peer", "shock": "shock: peers that misbehave"}
AROUND_BYTES = 24  # shown before and after the first wrong byte
PRINTED_LINES = 12  # of what a function printed


def first_failure(verdict):
    """The first failed case of a function's verdict; None if none failed."""
    return next((case for case in verdict["cases"] if case["verdict"] == "fail"), None)


def summary(name, verdict):
    """One line for each level."""
    if verdict["spec"] == "missing":
        return f"{name}: – missing"
    lines = []
    for level in LEVELS:
        cases = [case for case in verdict["cases"] if case["level"] == level]
        passed = sum(case["verdict"] == "pass" for case in cases)
        count = f"  ({passed} of {len(cases)} cases)" if cases else ""
        lines.append(f"  {MARKS[verdict[level]]:<10} {NAMES[level]}{count}")
    return "\n".join([name, *lines])


def failure(case):
    """A failed case: its story, the steps, the first wrong byte, the evidence, and the misconception by name."""
    lines = [f"The first that failed: {case['name']}. {case['story']}", "", *_steps(case), *_marked(case), ""]
    lines += [f"✗ {case['message']}", f"  This is called: {case['misconception']}."]
    if case["printed"].strip():
        printed = case["printed"].rstrip().splitlines()
        lines += ["", "What it printed:", *(f"  | {line}" for line in printed[:PRINTED_LINES])]
        if len(printed) > PRINTED_LINES:
            lines.append(f"  | … and {len(printed) - PRINTED_LINES} lines more")
    return "\n".join(lines)


def told(name, verdict, *, hinted=0):
    """The verdict on one function: both levels, the first failure, and so many of its hints."""
    lines = [summary(name, verdict)]
    case = first_failure(verdict)
    if case:
        lines += ["", failure(case)]
        lines += ["", *hint_lines(case, hinted)] if hinted else []
    return "\n".join(lines)


def hint_lines(case, many):
    """The first so many hints of a failed case, numbered."""
    ladder = hints(case)
    return [f"Hint {number} of {len(ladder)}: {hint}" for number, hint in enumerate(ladder[:many], 1)]


def every_case(name, verdict):
    """One line for each case."""
    lines = [name]
    for case in verdict["cases"]:
        why = f"  {case['message']}" if case["verdict"] != "pass" else ""
        lines.append(f"  {MARKS[case['verdict']]:<10} {case['level']:<6} {case['name']:<32}{why}".rstrip())
    return "\n".join(lines)


def _steps(case):
    """The numbered steps, the function's own marked with its line."""
    lines = []
    for step in case["steps"]:
        number = f"{step['number']:3}" if step["number"] else "   "
        place = f"   (line {step['line']})" if step["line"] else ""
        who = {"you": "your function", "": ""}.get(step["who"], step["who"])
        lines.append(f"{number}  {who:<13}  {step['what']}{place}")
        if step["problem"]:
            lines.append(f"     {'':<13}  ✗ {step['problem']}")
    return lines


def _marked(case):
    """The bytes in question, and a mark under the first wrong one."""
    at = case["at"]
    if at is None:
        return []
    data = bytes.fromhex(case["bytes"])
    start = max(0, at - AROUND_BYTES)
    shown, before = literal(data[start : at + AROUND_BYTES]), literal(data[start:at])
    lead = "… " if start else ""
    return ["", f"  {lead}{shown}", "  " + " " * (len(lead) + len(before) - 1) + f"^ byte {at}"]
