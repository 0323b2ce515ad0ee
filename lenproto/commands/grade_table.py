"""What lenproto grade shows on a terminal: progress, the table of the class, and what is to be known beside it."""

import contextlib
import sys

from lenproto.commands.streams import plain
from lenproto.exercises.classes import weights as weighing
from lenproto.exercises.classes.gradebook import remarks
from lenproto.exercises.classes.grading import commonest
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.words import say

SIGNS = {"pass": "✓", "fail": "✗", "skipped": "–", "missing": "·"}
COLOURS = {"✓": "green", "✗": "bold red"}
SHOWN_COMMONEST = 5
SHOWN_ASIDE = 30


@contextlib.contextmanager
def reading():
    """In here, a terminal says that files are read."""
    shows = sys.stderr.isatty()
    if shows:
        print(say("commands.grade.reading"), end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if shows:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def progress(many):
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


def show(book):
    """Print the table, what could not be judged, what does not count, and what most learners get wrong."""
    table = [
        [
            plain(row.learner),
            *(_signs(row, function) for function in FUNCTIONS),
            weighing.number(weighing.total(row, book.weights)),
        ]
        for row in book.rows
        if not row.absent
    ]
    points = say("commands.grade.points", most=weighing.number(book.weights.most))
    _table([say("commands.grade.learner"), *FUNCTIONS, points], table)
    print(f"\n{say('commands.grade.legend')}")
    for row in book.rows:
        if not row.absent and (said := remarks(row)):
            print(plain(f"{row.learner}: {said}"))
    if absent := [row.learner for row in book.rows if row.absent]:
        print(plain(f"\n{say('commands.grade.absent', n=len(absent), learners=absent)}"))
    _show_asides(book)
    _show_commonest(book.rows)
    good = sum(
        all(row.verdict(function, level) == "pass" for function in FUNCTIONS for level in LEVELS)
        for row in book.rows
    )
    print(f"\n{say('commands.grade.total', n=good, all=len(table))}")


def show_news(news):
    """Print what has changed since an earlier run."""
    print(f"\n{say('class_page.news.title')}:")
    for said in news or [say("commands.grade.no-news")]:
        print(plain(f"  {said}"))


def _show_asides(book):
    """Print which files do not count, and why; of those that nobody wrote only how many."""
    own = [(row.learner, aside) for row in book.rows for aside in row.asides]
    checkpoints = [each for each in book.asides if each.why.key == "grading.aside.checkpoint"]
    lines = [f"{learner}: {aside.file}: {aside.why}" for learner, aside in own]
    lines += [f"{each.file}: {each.why}" for each in book.asides if each not in checkpoints]
    if checkpoints:
        lines.append(say("commands.grade.checkpoints", n=len(checkpoints)))
    if not lines:
        return
    print(f"\n{say('commands.grade.aside')}")
    for line in lines[:SHOWN_ASIDE]:
        print(plain(f"  {line}"))
    if len(lines) > SHOWN_ASIDE:
        print(f"  {say('commands.grade.more-aside', n=len(lines) - SHOWN_ASIDE)}")


def _show_commonest(rows):
    if found := commonest(rows)[:SHOWN_COMMONEST]:
        print(f"\n{say('commands.grade.commonest')}")
    for name, cases in found:
        many = len({row.learner for row, *_ in cases})
        line = say("commands.grade.learners", n=many, count=f"{many:3}", misconception=name)
        print(f"  {line}")


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
    last = len(titles) - 1
    for number, title in enumerate(titles):
        justify = "left" if number == 0 else "right" if number == last else "center"
        table.add_column(title, overflow="fold", justify=justify)
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
