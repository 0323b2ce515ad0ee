"""What all views share: a text form for pages where no widget lives, colours, and a painter."""

import functools
import html
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lenproto import words
from lenproto.words import direction, language, say

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]*)";\n', re.MULTILINE)
FIELDS = (Path(__file__).parent / "fields.css").read_text("utf-8")
STYLE = (
    f"<style>{FIELDS}"
    """
.lenproto { font-size: var(--jp-ui-font-size1, 13px); color: var(--jp-ui-font-color1, inherit); }
.lenproto pre { font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px);
  line-height: 1.5; margin: 0; padding: 8px; white-space: pre; flex: none; overflow: visible;
  background: none; color: var(--jp-content-font-color1, #000); }
.lenproto .newest { display: flex; flex-direction: column-reverse; overflow: auto; max-height: 30em;
  background: var(--jp-layout-color1, #fff); border: 1px solid var(--jp-border-color1, #bbb); border-radius: 4px; }
/* What a box prints has columns: a line that is too long is scrolled, and does not go on in the wrong one */
.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stdout"] pre { white-space: pre; overflow-x: auto; }
.lenproto h4 { margin: 8px 0 4px; font-size: inherit; font-weight: 600; }
.lenproto .boxes { display: flex; flex-wrap: wrap; gap: 3px; min-height: 3.4em; align-items: center; }
.lenproto .box { font-family: var(--jp-code-font-family, monospace); text-align: center; min-width: 2em;
  border: 1px solid var(--jp-border-color1, #bbb); border-radius: 3px; padding: 1px 3px; line-height: 1.3; }
.lenproto .box b { font-size: 1.3em; } .lenproto .box small { display: block; opacity: .75; }
.lenproto th, .lenproto td { text-align: start; padding: 2px 0; padding-inline-end: 2em; }
.lenproto-rtl { direction: rtl; }
.lenproto-rtl .lenproto-stage, .lenproto-rtl pre { direction: ltr; }
.lenproto .empty { border-style: dashed; }
.lenproto .cut { align-self: stretch; margin: 0 8px; border-left: 3px dashed var(--jp-ui-font-color1, #000); }
</style>"""
)


class TextForm:
    """A widget that also says in text what it shows: for a page that is only read, and for tests."""

    def text(self):
        """Return what the widget shows, as text that is the same from run to run."""
        raise NotImplementedError

    def __repr__(self):
        return self.text()

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        # anywidget adds a dict of metadata
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**data, "text/plain": self.text()}


class Painter:
    """Calls paint soon after touch(), in a thread of its own, at most 20 times a second."""

    INTERVAL_S = 0.05

    def __init__(self, paint):
        self._paint = paint
        self._dirty = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="painter", daemon=True)
        self._thread.start()

    def touch(self):
        """What is shown has changed."""
        self._dirty.set()

    def close(self):
        """Stop painting; returns once the thread has ended."""
        self._closed.set()
        self._dirty.set()
        self._thread.join()

    def _run(self):
        while not self._closed.is_set():
            self._dirty.wait()
            self._dirty.clear()
            self._paint()
            self._closed.wait(self.INTERVAL_S)


def module(path: Path) -> str:
    """Return a module of JavaScript with what it imports in the place of its imports: a page has no files to import."""
    return _with_imports(path.resolve(), set())


def _with_imports(path: Path, there: set[Path]) -> str:
    """The same, without the files that are there already."""

    def imported(found: re.Match[str]) -> str:
        file = (path.parent / found[1]).resolve()
        if file in there:
            return ""
        there.add(file)
        return _with_imports(file, there)

    return IMPORT.sub(imported, path.read_text("utf-8"))


def spoken(name: str) -> dict[str, Any]:
    """Return what say() of words.js takes: a table, its language, and how that is written."""
    return {
        "language": language(),
        "direction": direction(),
        "tables": {name: words.table(name)},
    }


def mirrored(view):
    """Let a view begin at the right where the language of now does; pictures of bytes, and code, do not."""
    if direction() == "rtl":
        view.add_class("lenproto-rtl")


def page(content):
    """Return HTML in the views' own style."""
    return f'{STYLE}<div class="lenproto" lang="{language()}" dir="{direction()}">{content}</div>'


def joined(parts: Iterable[str], key: str = "views.joined") -> str:
    """Return names as a sentence has them, one and another; or, by another entry, sentences in a row."""
    first, *more = [*parts] or [""]
    return functools.reduce(lambda others, last: say(key, others=others, last=last), more, first)


def heading(text):
    """Return a small heading."""
    return f"<h4>{html.escape(text)}</h4>"


def preformatted(lines):
    """Return lines of text as they stand, scrolled to the last; each is a pair of the text and a field, or None."""
    marked = (
        f'<span class="{field}">{html.escape(line)}</span>' if field else html.escape(line)
        for line, field in lines
    )
    return f'<div class="newest" tabindex="0"><pre dir="ltr">{"<br>".join(marked)}</pre></div>'
