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
from lenproto.lab.trace import Trace
from lenproto.words import direction, language, say

STYLE, SCRIPT = "page.css", "page.js"


class Stages:
    """What plays the conversations of a page: the first one brings the player along, and a script the page's end."""

    def __init__(self):
        self._any = False

    def part(self, case):
        """Return the HTML of a case's conversation; "" where it has none, or no widgets are installed here."""
        if not case.conversation:
            return ""
        try:
            from lenproto.lab.views import recorded
            from lenproto.lab.views.stage import Replay
        except ImportError:
            return ""
        replay = Replay(Trace.from_json(case.conversation))
        try:
            part = recorded.as_part(replay, first=not self._any)
        finally:
            replay.close()
        self._any = True
        return jinja2.utils.markupsafe.Markup(part)

    def script(self):
        """Return the script that plays them; "" where there are none."""
        if not self._any:
            return ""
        from lenproto.lab.views import recorded

        return recorded.SCRIPT


def rendered(template, stages="", **values):
    """Return a page as a text of HTML: a template of this folder, with what stands in it; stages: what plays them."""
    script, style, source = (_text(name) for name in (SCRIPT, STYLE, template))
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(_text),
    )
    digests = [
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()
        for each in (script, stages)
    ]
    return environment.from_string(source).render(
        say=lambda key, **more: say(f"class_page.{key}", **more),
        language=language(),
        direction=direction(),
        functions=FUNCTIONS,
        levels=LEVELS,
        script=jinja2.utils.markupsafe.Markup(script),
        style=jinja2.utils.markupsafe.Markup(style),
        digest=digests[0],
        stages=jinja2.utils.markupsafe.Markup(stages),
        # the player is a module that the page itself makes
        may_play=jinja2.utils.markupsafe.Markup(f"'sha256-{digests[1]}' blob:") if stages else "",
        **values,
    )


def marks(row, function):
    """Both verdicts on a function, each with its sign."""
    verdicts = ((level, row.verdict(function, level)) for level in LEVELS)
    return [{"level": level, "verdict": word, "sign": text.SIGNS[word]} for level, word in verdicts]


def evidence(case, stages=None):
    """A failed case, in the words and with the marks of every other verdict; stages: with its conversation."""
    return {
        "stage": stages.part(case) if stages else "",
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
