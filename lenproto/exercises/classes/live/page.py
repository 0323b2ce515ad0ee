"""The two pages of a class at work: the board without a name, for all to see, and the teacher's.

A page is a frame of HTML and its parts, which change. A part is sent as a tree, [tag, attributes, child, …], of which
the page makes elements: what comes out of a learner's file is a text in it, and never HTML.
"""

import datetime
import hashlib
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any

import jinja2

from lenproto.exercises.classes.live.classroom import Classroom
from lenproto.exercises.classes.live.state import Cell, Column, Learner, Misconception, News, View
from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.report import text
from lenproto.exercises.report.misconceptions import misconception
from lenproto.words import direction, language, say

BOARD, TEACHER = "board", "teacher"
ROW = "row-"  # the id of a learner's row begins with it
SHOWN = 3  # misconceptions, and places where somebody is stuck, that fit on the board
SHOWN_TO_TEACHER = 6
Tree = list[Any]  # [tag, attributes, child, …]; a child is a Tree or a text


class Pages:
    """What the pages of a classroom hold, now."""

    def __init__(self, classroom: Classroom, port: int, open_to_others: bool) -> None:
        self.classroom, self.port = classroom, port
        self._open = open_to_others
        self._templates = jinja2.Environment(
            loader=jinja2.FunctionLoader(_text),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._made: dict[str, tuple[int, dict[str, Tree]]] = {}  # of which version

    def whole(self, page: str, *, with_link: bool) -> str:
        """Return the frame of a page, as HTML. with_link: who asks may open the other one, too."""
        return self._render(
            "live.html",
            page=page,
            other=(TEACHER if page == BOARD else BOARD) if with_link else "",
            folder=self.classroom.folder.resolve().name if page == TEACHER else "",
            functions=FUNCTIONS,
            open_to_others=self._open,
        )

    def closed(self) -> str:
        """Return the page for who has no token."""
        return self._render("closed.html")

    def asset(self, name: str) -> str:
        """Return the style or the script."""
        return _text(name)

    def parts(self, page: str) -> dict[str, Tree]:
        """Return the parts of a page by their ids, rows of a table in their order."""
        version, made = self._made.get(page, (-1, {}))
        if version != self.classroom.version:
            made = {BOARD: board, TEACHER: teacher}[page](
                self.classroom.view, self.classroom.latest, self.classroom.there
            )
            self._made[page] = self.classroom.version, made
        return made

    def _render(self, name: str, **values: Any) -> str:
        made: str = self._templates.get_template(name).render(
            say=lambda key, **more: say(f"live.{key}", **more),
            language=language(),
            direction=direction(),
            **values,
        )
        return made


def board(view: View, latest: Iterable[News], there: bool = True) -> dict[str, Tree]:
    """Return the parts of the page without names: numbers, and what the catalogue of misconceptions says."""
    return {
        "summary": _summary(view, there),
        **{
            f"column-{column.function}": _column(column, len(view.learners))
            for column in view.columns
        },
        "now": _now(view, SHOWN, _first_of_board),
        "stuck": _stuck_together(view),
        "latest": _latest(latest, lambda news: say(f"live.news.{news.kind}", at=news.function)),
    }


def teacher(view: View, latest: Iterable[News], there: bool = True) -> dict[str, Tree]:
    """Return the parts of the page with names."""
    return {
        "summary": _summary(view, there),
        "now": _now(view, SHOWN_TO_TEACHER, _with_names),
        "stuck": _stuck(view),
        "latest": _latest(latest, _named_news),
        **{_row_id(each): _row(each, view.now_s) for each in view.learners},
    }


# ---- what both pages have ----


def _summary(view: View, there: bool) -> Tree:
    """How many there are, how many are done, and whether it is up to date."""
    said = [
        say("live.learners", n=len(view.learners)),
        say("live.finished", n=view.finished),
        *([say("live.waiting", n=view.waiting)] if view.waiting else []),
        *([] if there else [say("live.away")]),
    ]
    return ["p", {}, " · ".join(said)]


def _now(view: View, many: int, told: Callable[[Misconception], list[Tree]]) -> Tree:
    """The commonest misconception, and those after it."""
    found = view.misconceptions[:many]
    if not found:
        nothing = say("live.nobody-yet" if not view.learners else "live.no-misconception")
        return ["p", {}, nothing]
    return ["div", {}, *told(found[0]), *_others(found[1:])]


def _opening(found: Misconception) -> str:
    known = misconception(found.name, found.failure.function)
    return known.opening if known else ""


def _functions(found: Misconception) -> str:
    """At which functions it is seen."""
    own = {each.at for each in found.learners}
    return ", ".join(name for name in FUNCTIONS if name in own)


def _others(others: Iterable[Misconception]) -> list[Tree]:
    lines = [
        [
            "li",
            {},
            _code(each.name),
            f" {say('live.at', at=_functions(each))}: {len(each.learners)}",
        ]
        for each in others
    ]
    return [["ul", {"class": "others"}, *lines]] if lines else []


def _latest(latest: Iterable[News], told: Callable[[News], Any]) -> Tree:
    return ["div", {}, *(["p", {}, *_listed(told(each))] for each in list(latest)[:1])]


def _listed(children: Any) -> list[Any]:
    return children if isinstance(children, list) else [children]


def _code(name: str) -> Tree:
    """A name of the code, which is written from left to right everywhere."""
    return ["code", {"dir": "ltr"}, name]


def _name(learner: str) -> Tree:
    """A learner's name, in its own direction."""
    return ["bdi", {"dir": "auto"}, learner]


# ---- the board ----


def _column(column: Column, many: int) -> Tree:
    """One function: how many pass it, how many are at it, how many are stuck. The bar says nothing else."""
    return [
        "div",
        {},
        _bar(column, many),
        ["p", {"class": "both"}, ["b", {}, str(column.both)], f" ✓✓ {say('live.both')}"],
        ["p", {}, ["b", {}, str(column.spec)], f" ✓ {say('live.spec-alone')}"],
        ["p", {}, ["b", {}, str(column.at)], f" ● {say('live.at-it')}"],
        [
            "p",
            {"class": "stuck" if column.stuck else "none"},
            ["b", {}, str(column.stuck)],
            f" ‼ {say('live.stuck-here')}",
        ],
    ]


def _bar(column: Column, many: int) -> Tree:
    parts, start = [], 0
    for kind, width in (("both", column.both), ("spec", column.spec)):
        shape = {"class": kind, "x": str(start), "y": "0", "width": str(width), "height": "1"}
        parts.append(["rect", shape])
        start += width
    frame = {"viewBox": f"0 0 {max(many, 1)} 1", "preserveAspectRatio": "none"}
    return ["svg", frame | {"aria-hidden": "true"}, *parts]


def _first_of_board(found: Misconception) -> list[Tree]:
    opening = _opening(found)
    many = say("live.have-it", n=len(found.learners), at=_functions(found))
    return [
        ["p", {"class": "first"}, _code(found.name)],
        *([["p", {"class": "opening"}, opening]] if opening else []),
        ["p", {}, many],
    ]


def _stuck_together(view: View) -> Tree:
    """How many are stuck, and where."""
    places: dict[tuple[str, str], int] = {}
    for each in view.stuck:
        if each.streak:
            place = each.streak.function, each.streak.misconception
            places[place] = places.get(place, 0) + 1
    order = sorted(places.items(), key=lambda entry: (-entry[1], entry[0]))
    lines = [
        ["li", {}, ["b", {}, str(many)], " ", _code(function), " ", _code(name)]
        for (function, name), many in order[:SHOWN]
    ]
    return [
        "div",
        {},
        ["p", {"class": "first"}, say("live.are-stuck", n=len(view.stuck))],
        *([["ul", {}, *lines]] if lines else []),
    ]


# ---- the teacher's page ----


def _with_names(found: Misconception) -> list[Tree]:
    names: list[Any] = []
    for number, each in enumerate(found.learners):
        names += [*([", "] if number else []), _name(each.name)]
    return [
        *_first_of_board(found),
        ["p", {}, *names],
    ]


def _stuck(view: View) -> Tree:
    """Who is stuck, at what, and for how long: the longest first."""
    lines = [
        [
            "li",
            {},
            ["a", {"href": f"#{_row_id(each)}"}, _name(each.name)],
            " ",
            _code(each.streak.function),
            " ",
            _code(each.streak.misconception),
            f" {_lasts(each, view.now_s)}",
        ]
        for each in view.stuck
        if each.streak
    ]
    return ["ol", {}, *lines] if lines else ["p", {}, say("live.are-stuck", n=0)]


def _lasts(learner: Learner, now_s: float) -> str:
    """In how many saves, and for how long, the same is wrong."""
    streak = learner.streak
    if streak is None:
        return ""
    time = _time(streak.since_s, now_s)
    return (
        say("live.lasts", saves=say("live.saves", n=streak.saves), time=time)
        if streak.saves
        else time
    )


def _time(since_s: float, now_s: float) -> str:
    """The time that has passed."""
    minutes = int((now_s - since_s) // 60)
    return say("live.minutes", n=minutes) if minutes > 0 else say("live.moment")


def _named_news(news: News) -> list[Any]:
    """News with a name, which has its own direction: what stands before and behind it."""
    before, _, behind = say(
        f"live.named-news.{news.kind}", learner="\0", at=news.function
    ).partition("\0")
    return [before, _name(news.learner), behind]


def _row_id(learner: Learner) -> str:
    """The id of a learner's row, whoever comes and goes."""
    digest = hashlib.sha256(learner.name.encode(errors="backslashreplace")).hexdigest()
    return ROW + digest[:16]


def _row(learner: Learner, now_s: float) -> Tree:
    """A learner's line of the table."""
    kind = "in-need" if learner.stuck else "quiet" if learner.quiet else ""
    problem = [["p", {"class": "problem"}, str(learner.problem)]] if learner.problem else []
    return [
        "tr",
        {"class": kind},
        ["th", {"scope": "row"}, _name(learner.name), *problem],
        *(_cell(learner, function) for function in FUNCTIONS),
        ["td", {"class": "at"}, *_at(learner, now_s)],
        ["td", {}, _saved(learner, now_s)],
    ]


def _cell(learner: Learner, function: str) -> Tree:
    """Both levels of a function; whether it is the one in hand."""
    cell = learner.cells.get(function)
    here = {"class": "here", "aria-current": "true"} if learner.at == function else {}
    if cell is None:
        return ["td", here, ["span", {"class": "missing"}, f"· {say('live.missing')}"]]
    if not cell.begun:
        return ["td", here, ["span", {"class": "missing"}, f"· {say('live.not-begun')}"]]
    return ["td", here, *(_mark(cell, level) for level in LEVELS)]


def _mark(cell: Cell, level: str) -> Tree:
    verdict = cell.spec if level == "spec" else cell.shock
    said = say("live.level-verdict", level=level, verdict=say(f"live.verdict.{verdict}"))
    shown = ["span", {"aria-hidden": "true"}, f"{text.SIGNS[verdict]} {level}"]
    return ["span", {"class": f"mark {verdict}"}, shown, ["span", {"class": "heard"}, f"{said}. "]]


def _at(learner: Learner, now_s: float) -> list[Tree]:
    """What is wrong with the function in hand, and how long; it opens and shows what was seen, and a hint."""
    failure = learner.failure
    if failure is None:
        return [["span", {"class": "missing"}, "–"]]
    stuck = f"‼ {say('live.stuck-here')} " if learner.stuck else ""
    hint = [["p", {}, failure.hint]] if failure.hint else []
    return [
        [
            "details",
            {"id": f"{_row_id(learner)}-more"},
            [
                "summary",
                {"id": f"{_row_id(learner)}-summary"},
                *([["b", {"class": "stuck"}, stuck]] if stuck else []),
                _code(failure.misconception or ""),
                f" {_lasts(learner, now_s)}",
            ],
            ["p", {}, text.headline(failure)],
            ["p", {"dir": "auto"}, failure.message],
            *hint,
        ]
    ]


def _saved(learner: Learner, now_s: float) -> Tree:
    """When somebody has saved last: how long ago, and for programs the time itself."""
    saved = datetime.datetime.fromtimestamp(learner.saved_s, datetime.UTC)
    ago = say("live.saved", time=_time(learner.saved_s, now_s))
    return ["time", {"datetime": saved.isoformat(timespec="milliseconds")}, ago]


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
