"""What a class's verdicts are written to: tables for a spreadsheet and for Moodle, and JSON, which can be read back."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TextIO

from lenproto.exercises.classes import names
from lenproto.exercises.classes import weights as weighing
from lenproto.exercises.classes.class_list import ClassList, Pupil
from lenproto.exercises.classes.files import Aside
from lenproto.exercises.classes.grading import Row, commonest
from lenproto.exercises.classes.refused import Refused
from lenproto.exercises.classes.weights import Weights
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.report import text
from lenproto.exercises.report.remembered import report_of
from lenproto.exercises.report.types import unpacked
from lenproto.words import Words, say

BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows that a table is UTF-8
# With these at its beginning a spreadsheet takes a text for a formula. A name may begin with a sign, too, and is no
# danger, for only what calls or leads somewhere is one.
FORMULA, SIGN, CALLS = ("=", "+", "\t", "\r", "\n"), ("-", "@"), ("(", "|", "!", "[")
# Moodle's columns, in English; in a class list of another language they are found by their place
MOODLE = (
    "Identifier",
    "Full name",
    "Email address",
    "ID number",
    "Username",
    "Grade",
    "Maximum Grade",
    "Last modified (grade)",
    "Feedback comments",
)
GRADE, MOST, FEEDBACK = (
    ("grade", "ציון"),
    ("maximum grade", "ציון מרבי", "ציון מירבי"),
    ("feedback comments", "הערות משוב", "משוב"),
)
FORMATS = ("plain", "moodle")


@dataclass(frozen=True)
class Book:
    """A class that was judged: its title, rows and points, files that are nobody's, the class list if there is one."""

    title: str
    rows: Sequence[Row]
    weights: Weights = field(default_factory=Weights)
    asides: Sequence[Aside] = ()
    class_list: ClassList | None = None

    def with_rows(self, new: Sequence[Row]) -> "Book":
        """Return the same with these rows, in the place of those of the same learners."""
        rows = list(self.rows)
        for row in new:
            fits = names.fitting(row.learner, [each.learner for each in rows])
            if len(fits) == 1:
                rows[fits[0]] = _in_place_of(rows[fits[0]], row, self.class_list is not None)
            else:
                rows.append(row)
        if self.class_list is None:
            rows.sort(key=lambda row: names.natural(row.learner))
        return replace(self, rows=rows)

    def with_list(self, class_list: ClassList) -> "Book":
        """Return the same with a class list, in which its rows find their pupils again."""
        rows = [replace(row, pupil=row.pupil and class_list.same(row.pupil)) for row in self.rows]
        return replace(self, rows=rows, class_list=class_list)


def _in_place_of(old: Row, new: Row, by_list: bool) -> Row:
    """A new row, which knows of its learner what the old one did."""
    if by_list:
        return new
    return replace(new, learner=old.learner, pupil=old.pupil, listed=old.listed)


# ---- tables ----


def write_plain(file: TextIO, book: Book) -> None:
    """Write a line for each learner: the verdicts, points, dates, and the misconceptions by name."""
    pairs = [(function, level) for function in FUNCTIONS for level in LEVELS]
    file.write(BYTE_ORDER_MARK)
    writer = csv.writer(file)
    writer.writerow(
        [
            "learner",
            "file",
            *(f"{function} {level}" for function, level in pairs),
            *(f"{function} {level} points" for function, level in pairs),
            "total",
            "out of",
            "handed in",
            "judged",
            "misconceptions",
            "seconds",
            "problem",
            "left aside",
            "email",
            "identifier",
        ]
    )
    for row in book.rows:
        own = [weighing.points(row, *pair, book.weights) for pair in pairs]
        names = " ".join(dict.fromkeys(case.misconception or "" for _, case in row.failures))
        asides = "; ".join(f"{aside.file}: {aside.why}" for aside in row.asides)
        writer.writerow(
            [
                cell(row.learner),
                cell(row.path),
                *(row.verdict(*pair) for pair in pairs),
                *map(weighing.number, own),
                weighing.number(weighing.total(row, book.weights)),
                weighing.number(book.weights.most),
                row.handed_in,
                row.judged,
                names,
                row.report.seconds if row.report else "",
                cell(remarks(row)),
                cell(asides),
                cell(row.pupil.email if row.pupil else ""),
                cell(row.pupil.number if row.pupil else ""),
            ]
        )


def write_moodle(file: TextIO, book: Book) -> None:
    """Write what Moodle imports: into a homework as its grading worksheet, or into the gradebook by e-mail address,
    ID number or username.

    If the class list is a grading worksheet, its columns stay as they are, in whatever language they stand. Who has
    handed in nothing gets no grade.
    """
    file.write(BYTE_ORDER_MARK)
    writer = csv.writer(file)
    listed = book.class_list
    sheet = listed if listed and _column(listed, GRADE) is not None else None
    writer.writerow(sheet.titles if sheet else MOODLE)
    by_place = {row.pupil.place: row for row in book.rows if row.pupil and row.pupil.place >= 0}
    if sheet:
        for pupil in sheet.pupils:
            writer.writerow(_in_sheet(sheet, pupil, by_place.get(pupil.place), book.weights))
        return
    for row in book.rows:
        pupil = row.pupil or Pupil(row.learner)
        number = f"Participant {pupil.number}" if pupil.number else ""
        grade = "" if row.absent else weighing.number(weighing.total(row, book.weights))
        writer.writerow(
            [
                number,
                cell(row.learner),
                cell(pupil.email),
                cell(pupil.id_number),
                cell(pupil.username),
                grade,
                weighing.number(book.weights.most),
                "",
                cell(feedback(row, book.weights)),
            ]
        )


def _in_sheet(sheet: ClassList, pupil: Pupil, row: Row | None, weights: Weights) -> list[str]:
    """A line of a grading worksheet, with grade and feedback."""
    cells = [*pupil.cells, *("" for _ in sheet.titles[len(pupil.cells) :])]
    if row and not row.absent:
        cells[_column(sheet, GRADE) or 0] = weighing.number(weighing.total(row, weights))
        if at := _column(sheet, FEEDBACK):
            cells[at] = feedback(row, weights)
    return [cell(each) for each in cells]


def _column(listed: ClassList, known: Sequence[str]) -> int | None:
    titles = [title.casefold().strip() for title in listed.titles]
    return next((titles.index(name) for name in known if name in titles), None)


def other_maximum(listed: ClassList, weights: Weights) -> str:
    """Return the maximum that stands in a grading worksheet, where it is another one; else ""."""
    at = _column(listed, MOST)
    if at is None:
        return ""
    found = {pupil.cells[at] for pupil in listed.pupils if len(pupil.cells) > at} - {""}
    try:
        return "" if {float(each) for each in found} <= {weights.most} else ", ".join(sorted(found))
    except ValueError:
        return ""


def feedback(row: Row, weights: Weights) -> str:
    """Return what a learner reads beside the grade: the points of each function, and the first thing that is wrong."""
    if row.fault:
        return row.problem
    lines = []
    for function in FUNCTIONS:
        own = sum(weighing.points(row, function, level, weights) for level in LEVELS)
        most = sum(weights.points[function, level] for level in LEVELS)
        line = say(
            "grading.feedback.function",
            function=function,
            points=weighing.number(own),
            most=weighing.number(most),
            seen=_seen(row, function),
        )
        lines.append(line)
    return "\n".join([*lines, *([remarks(row)] if remarks(row) else [])])


def _seen(row: Row, function: str) -> str:
    """What came of a function, in words."""
    verdict = row.report.functions[function] if row.report else None
    if verdict is None or verdict.missing:
        return say("grading.feedback.missing")
    if case := verdict.failure:
        return f"{text.headline(case)} {case.message}"
    return say("grading.feedback.passes" if verdict.passed else "grading.feedback.undecided")


def remarks(row: Row) -> str:
    """Return what is to be known of a row beside its verdicts: a problem, what could not be judged."""
    said = [row.problem] if row.fault else []
    if names := weighing.undecided(row):
        said.append(say("grading.undecided", functions=names))
    said += row.taken
    if not row.listed:
        said.append(say("grading.not-listed"))
    return " ".join(said)


def cell(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula which does something; names stay as they are."""
    is_formula = value.startswith(FORMULA) or (
        value.startswith(SIGN) and any(each in value for each in CALLS)
    )
    return f"'{value}" if is_formula else value


WRITERS: dict[str, Callable[[TextIO, Book], None]] = {
    "plain": write_plain,
    "moodle": write_moodle,
}


# ---- JSON ----


def write_json(file: TextIO, book: Book, *, steps: bool = False) -> None:
    """Write all that was seen; steps: also those of failed cases that no page shows."""
    found = [
        {"name": name, "learners": list(dict.fromkeys(row.learner for row, *_ in cases))}
        for name, cases in commonest(book.rows)
    ]
    data = {
        "folder": book.title,
        "misconceptions": found,
        "out_of": book.weights.most,
        "weights": book.weights.as_json(),
        "left_aside": [aside.as_json() for aside in book.asides],
        "learners": [
            (row.as_json() if steps else _short(row.as_json())) | _points(row, book.weights)
            for row in book.rows
        ],
    }
    json.dump(data, file, indent=1)


def _short(data: dict[str, Any]) -> dict[str, Any]:
    """A row without the steps of cases behind the first one that fails: no page shows them."""
    for function in data["functions"].values():
        failed = [case for case in function["cases"] if case["verdict"] == "fail"]
        for case in failed[1:]:
            case["steps"] = []
    return data


def _points(row: Row, weights: Weights) -> dict[str, Any]:
    return {
        "points": {
            function: {level: weighing.points(row, function, level, weights) for level in LEVELS}
            for function in FUNCTIONS
        },
        "total": weighing.total(row, weights),
    }


def read_json(file: TextIO, name: str) -> Book:
    """Return what write_json() has written to a file of this name. Refused if it is something else."""
    try:
        data = json.load(file)
        rows = [_row(each) for each in data["learners"]]
        asides = [_aside(each) for each in data["left_aside"]]
        return Book(data["folder"], rows, weighing.from_table(data["weights"]), asides)
    except (ValueError, KeyError, TypeError, AttributeError, Refused):
        raise Refused(Words("grading.no-memory", file=name)) from None


def _row(data: Mapping[str, Any]) -> Row:
    fault = unpacked(data["problem_words"])
    return Row(
        data["learner"],
        data["file"],
        report_of(data) if data["functions"] else None,
        fault if isinstance(fault, Words) else None,
        data["files"],
        tuple(_aside(each) for each in data["left_aside"]),
        data["handed_in"],
        data["judged"],
        Pupil(**data["pupil"]) if data["pupil"] else None,
        data["absent"],
        data["listed"],
    )


def _aside(data: Mapping[str, Any]) -> Aside:
    return Aside(data["file"], Words.from_json(data["why_words"]))
