"""lenproto grade: judges a class's files, shows a table, and writes it for a spreadsheet or a browser."""

import contextlib
import csv as csv_files
import json
import sys
from pathlib import Path

from lenproto.commands.files import check_place, put_in_place
from lenproto.commands.numbers import jobs
from lenproto.commands.streams import plain
from lenproto.exercises.classes.files import files
from lenproto.exercises.classes.grading import commonest, grade
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.words import say

DONE, NOT_THERE = 0, 2  # exit codes
SIGNS = {"pass": "✓", "fail": "✗", "skipped": "–", "missing": "·"}
COLOURS = {"✓": "green", "✗": "bold red"}
SHOWN_COMMONEST = 5
# with these at its beginning, a spreadsheet takes a text for a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def add_options(parser):
    """Add what the command takes."""
    add, file = parser.add_argument, say("commands.placeholder.file")
    add("folder", metavar=say("commands.placeholder.folder"), help=say("commands.grade.folder"))
    add("--csv", metavar=file, help=say("commands.grade.csv"))
    add("--json", metavar=file, help=say("commands.grade.json"))
    add("--html", metavar=file, help=say("commands.grade.html"))
    number = say("commands.placeholder.number")
    add("--jobs", metavar=number, type=jobs, help=say("commands.grade.jobs"))


def run(args):
    """Judge the files of a folder, and show and write what came of it; return the exit code.

    0: all were judged, whatever came of it. 2: there is no such folder, nothing in it, or a file
    that cannot be written; the table is shown all the same.
    """
    if not Path(args.folder).is_dir():
        return _refuse(say("commands.grade.no-folder", folder=args.folder))
    paths = files(args.folder)
    if not paths:
        return _refuse(say("commands.grade.empty", folder=args.folder))
    outputs = _outputs(args)
    try:
        if args.html:
            import lenproto.exercises.classes.page  # noqa: F401  now, and not when all is judged
        for place, _ in outputs:
            check_place(place, paths)
    except ModuleNotFoundError as error:
        if error.name != "jinja2":
            raise
        return _refuse(say("commands.grade.needs-jinja"))
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")
    with _progress(len(paths)) as tell:
        rows = grade(paths, jobs=args.jobs, root=args.folder, tell=tell)
    _show(rows)
    return _write(outputs, rows, Path(args.folder).resolve().name)


def _outputs(args):
    """The files that are asked for, as (place, what writes it)."""
    asked = ((args.csv, write_csv), (args.json, write_json), (args.html, write_html))
    return [(Path(place), write) for place, write in asked if place]


def _write(outputs, rows, title):
    """Write the files; one that cannot be written costs neither the table nor the others. Return the exit code."""
    code = DONE
    for place, write in outputs:
        try:
            with put_in_place(place) as file:
                write(file, rows, title)
        except OSError as error:
            code = _refuse(f"{place}: {error.strerror}")
    return code


def write_csv(file, rows, title):
    """Write a line for each learner: the verdicts, and the misconceptions by name."""
    writer = csv_files.writer(file)
    columns = [f"{function} {level}" for function in FUNCTIONS for level in LEVELS]
    writer.writerow(["learner", "file", *columns, "misconceptions", "seconds", "problem"])
    for row in rows:
        verdicts = [row.verdict(function, level) for function in FUNCTIONS for level in LEVELS]
        names = " ".join(dict.fromkeys(case.misconception for _, case in row.failures))
        seconds = row.report.seconds if row.report else ""
        writer.writerow(
            [_cell(row.learner), _cell(row.path), *verdicts, names, seconds, _cell(row.problem)]
        )


def write_json(file, rows, title):
    """Write all that was seen."""
    found = [
        {"name": name, "learners": list(dict.fromkeys(row.learner for row, *_ in cases))}
        for name, cases in commonest(rows)
    ]
    json.dump(
        {"folder": title, "misconceptions": found, "learners": [row.as_json() for row in rows]},
        file,
        indent=1,
    )


def write_html(file, rows, title):
    """Write the page with the evidence."""
    from lenproto.exercises.classes import page

    file.write(page.page(rows, title))


def _cell(text):
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


@contextlib.contextmanager
def _progress(many):
    """Give what is called with each Row: on a terminal it moves a bar on."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield _counter(many)
        print(file=sys.stderr)
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("commands.grade.judging"), total=many)
        yield lambda row: bar.update(
            task, advance=1, description=plain(row.learner)[:30].replace("[", "(")
        )


def _counter(many):
    """The same without rich: counts."""
    done = []

    def tell(row):
        done.append(row)
        said = say("commands.grade.judged", n=len(done), all=many)
        print(f"\r{said}", end="", file=sys.stderr, flush=True)

    return tell


def _show(rows):
    """Print the table, what could not be judged, and what most learners get wrong."""
    table = [
        [plain(row.learner), *(_signs(row, function) for function in FUNCTIONS)] for row in rows
    ]
    _table([say("commands.grade.learner"), *FUNCTIONS], table)
    print(f"\n{say('commands.grade.legend')}")
    for row in rows:
        if row.problem:
            print(plain(f"{row.learner}: {row.problem}"))
    if found := commonest(rows)[:SHOWN_COMMONEST]:
        print(f"\n{say('commands.grade.commonest')}")
    for name, cases in found:
        many = len({row.path for row, *_ in cases})
        line = say("commands.grade.learners", n=many, count=f"{many:3}", misconception=name)
        print(f"  {line}")
    good = sum(
        all(row.verdict(function, level) == "pass" for function in FUNCTIONS for level in LEVELS)
        for row in rows
    )
    print(f"\n{say('commands.grade.total', n=good, all=len(rows))}")


def _signs(row, function):
    return " ".join(SIGNS[row.verdict(function, level)] for level in LEVELS)


def _table(titles, lines):
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        _plain_table([titles, *lines])
        return
    table = Table(box=None)
    for number, title in enumerate(titles):
        table.add_column(title, overflow="fold", justify="center" if number else "left")
    for name, *cells in lines:
        table.add_row(
            Text(name),
            *(Text.assemble(*((sign, COLOURS.get(sign, "")) for sign in cell)) for cell in cells),
        )
    console = Console()
    if not console.is_terminal:  # a file takes lines of any length
        columns = zip(titles, *lines, strict=True)
        width = sum(2 + max(map(len, column)) for column in columns)
        console.width = max(console.width, 2 + width)
    console.print(table)


def _plain_table(lines):
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    for line in lines:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def _refuse(sentence):
    print(plain(sentence), file=sys.stderr)
    return NOT_THERE
