"""Pages for a browser: a class's for its teacher, one to project without names, one for each pupil.

Each is one file that loads nothing from elsewhere. What learners wrote is escaped by Jinja2, and a content security
policy forbids every script but the page's own.
"""

import base64
import hashlib
from importlib import resources

import jinja2

from lenproto.exercises.functions import FUNCTIONS, LEVELS
from lenproto.exercises.report import text
from lenproto.exercises.report.hints import ladder
from lenproto.words import direction, language, say

STYLE, SCRIPT = "page.css", "page.js"


def rendered(template, **values):
    """Return a page as a text of HTML: a template of this folder, with what stands in it."""
    script, style, source = (_text(name) for name in (SCRIPT, STYLE, template))
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(_text),
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.from_string(source).render(
        say=lambda key, **more: say(f"class_page.{key}", **more),
        language=language(),
        direction=direction(),
        functions=FUNCTIONS,
        levels=LEVELS,
        script=jinja2.utils.markupsafe.Markup(script),
        style=jinja2.utils.markupsafe.Markup(style),
        digest=digest,
        **values,
    )


def marks(row, function):
    """Both verdicts on a function, each with its sign."""
    verdicts = ((level, row.verdict(function, level)) for level in LEVELS)
    return [{"level": level, "verdict": word, "sign": text.SIGNS[word]} for level, word in verdicts]


def evidence(case):
    """A failed case, in the words and with the marks of every other verdict."""
    return {
        "headline": text.headline(case),
        "level": case.level,
        "name": case.label,
        "steps": text.step_lines(case),
        "marked": text.marked_lines(case),
        "message": case.message,
        "misconception": case.misconception,
        "named": text.named(case),
        "source": case.source,
        "place": text.place(case) if case.where else "",
        "printed": text.printed_lines(case),
        "hints": ladder(case),
    }


def _text(name):
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
