"""lenproto grade: judges a class's files, shows a table, and writes it for a gradebook, a spreadsheet or a browser."""

import contextlib
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from lenproto.commands import grade_table
from lenproto.commands.files import check_place, put_in_place
from lenproto.commands.numbers import jobs
from lenproto.commands.streams import plain
from lenproto.exercises.classes import archive, class_list, gradebook, handed_in, weights
from lenproto.exercises.classes.files import opened
from lenproto.exercises.classes.gradebook import Book
from lenproto.exercises.classes.grading import absent, grade_learners
from lenproto.exercises.classes.names import file_names
from lenproto.exercises.classes.refused import Refused
from lenproto.exercises.classes.since import news
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
    add("--pages", metavar=say("commands.placeholder.folder"), help=say("commands.grade.pages"))
    add("--project", metavar=file, help=say("commands.grade.project"))
    add("--since", metavar=file, help=say("commands.grade.since"))
    add("--steps", action="store_true", help=say("commands.grade.steps"))
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
        earlier = _earlier(args.since) if args.since else None
        _see_whether_pages_can_be_written(args.html or args.pages or args.project)
        with contextlib.ExitStack() as stack:
            with grade_table.reading():
                gathered = _read(lambda name: stack.enter_context(opened(name)), place)
            return _run(args, before, earlier, gathered)
    except Refused as refused:
        return _refuse(refused.words)
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")


def _run(args, before, earlier, gathered):
    """Judge what was gathered, on top of what is known from before; earlier: the Book to compare with."""
    found = handed_in.Class()
    outputs = _outputs(args, earlier, lambda: found.learners)
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
    if earlier:
        grade_table.show_news(news(earlier, book))
    code = _write(outputs, book)
    return max(code, _write_pages(args.pages, book)) if args.pages else code


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
    return _earlier(place)


def _earlier(place):
    """The Book that an earlier run has written."""
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


def _see_whether_pages_can_be_written(asked):
    if asked:
        try:
            import lenproto.exercises.classes.pages  # noqa: F401  now, and not when all is judged
        except ModuleNotFoundError as error:
            if error.name != "jinja2":
                raise
            raise Refused(Words("commands.grade.needs-jinja")) from None


def _outputs(args, earlier, learners):
    """The files that are asked for, as (place, what writes it); learners() are all that have handed something in."""
    asked = (
        (args.csv, gradebook.WRITERS[args.csv_format]),
        (args.json, partial(gradebook.write_json, steps=args.steps)),
        (args.html, partial(write_html, earlier=earlier, learners=learners)),
        (args.project, write_projected),
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


def write_html(file, book, earlier=None, learners=list):
    """Write the page with the evidence; earlier: the Book to compare with, learners(): what is compared with itself."""
    from lenproto.exercises.classes import alike
    from lenproto.exercises.classes.pages import of_class

    changes = news(earlier, book) if earlier else ()
    file.write(of_class.page(book, changes, alike.pairs(learners())))


def write_projected(file, book):
    """Write the page without names."""
    from lenproto.exercises.classes.pages import to_project

    file.write(to_project.page(book))


def _write_pages(folder, book):
    """Write a page for each pupil into a folder; return the exit code."""
    from lenproto.exercises.classes.pages import of_pupil

    rows = [row for row in book.rows if not row.absent]
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for row, name in zip(rows, file_names([row.learner for row in rows]), strict=True):
            with put_in_place(Path(folder, f"{name}.html")) as file:
                file.write(of_pupil.page(row, book.weights))
    except OSError as error:
        return _refuse(f"{error.filename or folder}: {error.strerror}")
    return DONE


def _refuse(sentence):
    print(plain(str(sentence)), file=sys.stderr)
    return NOT_THERE
