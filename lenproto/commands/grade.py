"""lenproto grade: judges a class's files, shows a table, and writes it for a gradebook, a spreadsheet or a browser."""

import contextlib
import sys
from dataclasses import replace
from pathlib import Path

from lenproto.commands import grade_table
from lenproto.commands.files import check_place, put_in_place
from lenproto.commands.numbers import jobs
from lenproto.commands.streams import plain
from lenproto.exercises.classes import archive, class_list, gradebook, handed_in, weights
from lenproto.exercises.classes.files import opened
from lenproto.exercises.classes.gradebook import Book
from lenproto.exercises.classes.grading import absent, grade_learners
from lenproto.exercises.classes.refused import Refused
from lenproto.words import Words, say

DONE, NOT_THERE = 0, 2  # exit codes


def add_options(parser):
    """Add what the command takes."""
    add, file = parser.add_argument, say("commands.placeholder.file")
    add("folder", metavar=say("commands.placeholder.class"), help=say("commands.grade.folder"))
    add("--csv", metavar=file, help=say("commands.grade.csv"))
    formats = gradebook.FORMATS
    said = say("commands.grade.csv-format", default=formats[0])
    add("--csv-format", choices=formats, default=formats[0], help=said)
    add("--json", metavar=file, help=say("commands.grade.json"))
    add("--html", metavar=file, help=say("commands.grade.html"))
    add("--class-list", metavar=file, help=say("commands.grade.class-list"))
    said = say("commands.grade.weights", default=weights.number(weights.DEFAULT))
    add("--weights", metavar=say("commands.placeholder.weights"), help=said)
    said = say("commands.grade.only")
    add("--only", metavar=say("commands.placeholder.name"), action="append", default=[], help=said)
    number = say("commands.placeholder.number")
    add("--jobs", metavar=number, type=jobs, help=say("commands.grade.jobs"))


def run(args):
    """Judge the files of a folder or a zip, and show and write what came of it; return the exit code.

    0: all were judged, whatever came of it. 2: there is no such folder, nothing in it, or a file
    that cannot be read or written; the table is shown all the same, if there is one.
    """
    place = Path(args.folder)
    if not place.is_dir() and not archive.is_zip(place):
        return _refuse(say("commands.grade.no-folder", folder=args.folder))
    try:
        before = _before(args, place)
        _see_whether_html_can_be_written(args.html)
        with contextlib.ExitStack() as stack:
            with grade_table.reading():
                gathered = _read(lambda name: stack.enter_context(opened(name)), place)
            return _run(args, before, gathered)
    except Refused as refused:
        return _refuse(refused.words)
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")


def _run(args, before, gathered):
    """Judge what was gathered, on top of what is known from before."""
    outputs = _outputs(args)
    inputs = [Path(name) for name in (args.folder, args.class_list, args.weights) if name]
    for place, _ in outputs:
        check_place(place, [*(each.path for each in gathered.found), *inputs])
    with grade_table.reading():
        found = handed_in.sort_out(gathered, before.class_list)
    learners = _wanted(found, args.only, args.folder)
    if not learners:
        return _refuse(say("commands.grade.empty", folder=args.folder))
    with grade_table.progress(len(learners)) as tell:
        rows = grade_learners(learners, jobs=args.jobs, tell=tell)
    if args.only:
        book = before.with_rows(rows)
    else:
        rows += map(absent, found.absent)
        book = replace(before, rows=rows, asides=found.asides)
    grade_table.show(book)
    if before.class_list and (other := gradebook.other_maximum(before.class_list, before.weights)):
        most = weights.number(before.weights.most)
        print(say("commands.grade.other-maximum", other=other, most=most), file=sys.stderr)
    return _write(outputs, book)


def _before(args, place):
    """The Book that the new rows are put into: an empty one, or that of an earlier run."""
    title = place.resolve().stem if place.is_file() else place.resolve().name
    book = Book(title, [])
    if args.only and (args.json or args.csv or args.html):
        book = _remembered(args.json)
    if args.weights:
        book = replace(book, weights=_read(weights.read, args.weights))
    if args.class_list:
        book = book.with_list(_read(class_list.read, args.class_list))
    return book


def _remembered(place):
    """The Book of an earlier run. Refused where there is none: one learner alone would be written over the class."""
    if not place:
        raise Refused(Words("commands.grade.only-needs-json"))
    if not Path(place).is_file():
        raise Refused(Words("commands.grade.no-earlier", file=place))
    with open(place, encoding="utf-8") as file:
        return gradebook.read_json(file, place)


def _read(reader, name):
    """What a reader makes of a file; a refusal says of which."""
    try:
        return reader(name)
    except Refused as refused:
        raise Refused(Words("commands.grade.in-file", file=name, why=refused.words)) from None


def _wanted(found, only, folder):
    """The learners to judge. Refused for a name that is nobody's, or of several."""
    chosen = []
    for name in only:
        fits = handed_in.named(found, name)
        if len(fits) != 1:
            known = sorted(each.learner for each in fits or found.learners)
            key = "several" if fits else "nobody"
            raise Refused(Words(f"commands.grade.{key}", name=name, folder=folder, known=known))
        chosen += [each for each in fits if each not in chosen]
    return chosen if only else found.learners


def _see_whether_html_can_be_written(html):
    if html:
        try:
            import lenproto.exercises.classes.page  # noqa: F401  now, and not when all is judged
        except ModuleNotFoundError as error:
            if error.name != "jinja2":
                raise
            raise Refused(Words("commands.grade.needs-jinja")) from None


def _outputs(args):
    """The files that are asked for, as (place, what writes it)."""
    asked = (
        (args.csv, gradebook.WRITERS[args.csv_format]),
        (args.json, gradebook.write_json),
        (args.html, write_html),
    )
    return [(Path(place), write) for place, write in asked if place]


def _write(outputs, book):
    """Write the files; one that cannot be written costs neither the table nor the others. Return the exit code."""
    code = DONE
    for place, write in outputs:
        try:
            with put_in_place(place) as file:
                write(file, book)
        except OSError as error:
            code = _refuse(f"{place}: {error.strerror}")
    return code


def write_html(file, book):
    """Write the page with the evidence."""
    from lenproto.exercises.classes import page

    file.write(page.page(book.rows, book.title))


def _refuse(sentence):
    print(plain(str(sentence)), file=sys.stderr)
    return NOT_THERE
