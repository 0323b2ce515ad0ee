"""A page to project: how the class does and what most get wrong, without anybody's name, file or line."""

from lenproto.exercises.classes import pages
from lenproto.exercises.classes.pages.of_class import mistakes, passed

TEMPLATE = "to_project.html"
SHOWN_MISTAKES = 5


def page(book):
    """Return the page of a Book as a text of HTML."""
    rows = [row for row in book.rows if not row.absent and row.report]
    found = [
        {key: each[key] for key in ("name", "many", "share", "says", "concept")}
        for each in mistakes(rows)[:SHOWN_MISTAKES]
    ]
    return pages.rendered(TEMPLATE, mistakes=found, passed=passed(rows), many=len(rows))
