"""Shocks at the press of a button: what each of several servers did, side by side; and all of them, as a table."""

import html
import queue
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import ipywidgets

from lenproto.lab.program import LabError
from lenproto.lab.shocks.expose import expose
from lenproto.lab.shocks.framings import OURS
from lenproto.lab.shocks.table import families, family_name, server_shocks, shock_named
from lenproto.lab.views.cells import replace_earlier
from lenproto.lab.views.opened import OpenedStage
from lenproto.lab.views.page import TextForm, joined, mirrored, page
from lenproto.server import CLIENT_TIMEOUT_S
from lenproto.words import say

AROUND = 3  # lines of source shown before and after the one that matters
TEXT_WIDTH = 96  # characters, of the sentences below a table in text form
STYLE = """<style>
.lenproto .servers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26em, 100%), 1fr)); gap: 0.8em; }
.lenproto .seen { border: 1px solid var(--jp-border-color1, #bbb); border-left: 0.4em solid #b34700; border-radius: 4px;
  padding: 0.3em 0.7em 0.5em; min-width: 0; background: var(--jp-layout-color1, #fff); }
.lenproto .seen.held { border-left-color: #00805c; }
.lenproto .seen p, .lenproto .story { margin: 0.2em 0 0.5em; line-height: 1.4; }
.lenproto .seen p { min-height: 2.8em; }
.lenproto .story { font-size: 1.1em; }
.lenproto .good, .lenproto .bad { font-weight: 700; white-space: nowrap; }
.lenproto .good { color: #00704f; }
.lenproto .bad { color: #b34700; }
[data-jp-theme-light="false"] .lenproto .good { color: #35c99b; }
[data-jp-theme-light="false"] .lenproto .bad { color: #ff9d57; }
.lenproto .seen pre { padding: 4px 0; overflow-x: auto; }
.lenproto .seen .lines { border: 1px solid var(--jp-border-color2, #ccc); border-radius: 4px; overflow-x: auto; }
.lenproto .seen .lines .here { background: color-mix(in srgb, #b34700 16%, transparent); font-weight: 700; }
.lenproto .seen.held .lines .here { background: color-mix(in srgb, #00805c 16%, transparent); }
.lenproto .lines span { display: inline-block; min-width: 100%; box-sizing: border-box; padding: 0 8px; }
.lenproto .talk span { display: block; border-radius: 3px; }
.lenproto .talk .last { font-weight: 700; background: color-mix(in srgb, #b34700 16%, transparent); }
.lenproto .talk .next { font-weight: 700; }
.lenproto .talk .client { color: var(--jp-content-font-color2, #555); }
.lenproto table.shocks { border-collapse: collapse; line-height: 1.4; }
.lenproto table.shocks :is(th, td) { padding: 2px 4px; padding-inline-end: 1.6em; font-size: 1em; text-align: start;
  border-bottom: 1px solid var(--jp-border-color2, #ccc); }
.lenproto table.shocks .place { color: var(--jp-ui-font-color2, #555); white-space: nowrap; }
</style>"""


class Shocks(TextForm, ipywidgets.VBox):
    """A button for each shock; what each server did, side by side: Shocks({"mine": main, "hardened": server.main}).

    shocks are names of shocks or of families, such as "leaves", by default all; chosen is one that
    is given at once. give(name) is what a button does. seen has, by server, its Fate in the
    last one. Close the view when it is not needed any more; running its cell again closes it, too.
    """

    _worker = _choice = None  # until all is there

    def __init__(self, servers, chosen=None, *, shocks=None):
        self.servers, self.seen, self.shock = dict(servers), {}, chosen and shock_named(chosen)
        rows = _chosen_families(shocks)
        self._orders, self._buttons = queue.Queue(), {}
        self._worker = threading.Thread(target=self._work, name="shocks", daemon=True)
        replace_earlier(self)
        self._story, self._picture = ipywidgets.HTML(), ipywidgets.HTML()
        self._choice = _StageChoice(self.fate)
        super().__init__(
            [
                *(self._row(family, names) for family, names in rows.items()),
                self._story,
                self._picture,
                self._choice,
            ]
        )
        mirrored(self)
        if chosen:
            self.give(chosen)
        else:
            self._paint(say("views.shocks.press"))
        self._worker.start()

    def give(self, name):
        """Give all servers this shock; return its Fate, by server. LabError if there is none of that name."""
        self.shock = shock_named(name)
        self._paint(say("views.shocks.talk"))
        with ThreadPoolExecutor(max(len(self.servers), 1)) as pool:
            fates = pool.map(lambda server: expose(self.shock, server), self.servers.values())
            self.seen = dict(zip(self.servers, fates, strict=True))
        self._paint()
        return self.seen

    def fate(self, server):
        """Return what became of a server in the last shock."""
        return self.seen[server]

    def close(self):
        """Stop the view's thread, and close it."""
        if self._worker and self._worker.is_alive():
            self._orders.put(None)
            self._worker.join()
        if self._choice:
            self._choice.close()
        super().close()

    def text(self):
        """What each server did, one below the other."""
        if not self.shock:
            shocks = list(self._buttons)
            return say("views.shocks.offered", servers=joined(self.servers), shocks=shocks)
        parts = [say("views.shocks.named", shock=self.shock.name, story=self.shock.story)]
        for name, fate in self.seen.items():
            parts += ["", say("views.shocks.seen", server=name, what=fate)]
            parts += [f"  {line}" for line, _ in _lines(fate)]
            parts += ["", *(f"  {line}" for line in fate.conversation())]
        return "\n".join(parts)

    def _row(self, family, names):
        """The buttons of one family, behind its name; those that differ only in a number are narrow."""
        label = ipywidgets.HTML(
            f"<b>{html.escape(str(family_name(family)))}</b>",
            layout={"width": "5.5em", "flex": "0 0 auto"},
        )
        shocks = [shock for shock in server_shocks(CLIENT_TIMEOUT_S) if shock.id in names]
        cuts = [shock for shock in shocks if shock.after]
        pieces = [self._button(shock, shock.name) for shock in shocks if not shock.after]
        if cuts:
            pieces.append(
                ipywidgets.HTML(say("views.shocks.cut"), layout={"margin": "2px 4px 2px 12px"})
            )
            pieces += [self._button(shock, str(shock.after)) for shock in cuts]
        box = ipywidgets.HBox(pieces, layout={"flex_flow": "row wrap", "flex": "1 1 0"})
        return ipywidgets.HBox([label, box])

    def _button(self, shock, words):
        button = ipywidgets.Button(
            description=words, tooltip=str(shock.story), layout={"width": "auto"}
        )
        button.on_click(lambda _: self._orders.put(shock.id))
        self._buttons[shock.id] = button
        return button

    def _work(self):
        """The life of the thread that gives the shocks: a click may never freeze the page."""
        while (name := self._orders.get()) is not None:
            if self._orders.empty():  # else another button was pressed meanwhile
                try:
                    self.give(name)
                except Exception as error:  # whatever it is, the next button has to be heard
                    self._paint(str(error) if isinstance(error, LabError) else repr(error))

    def _paint(self, instead=""):
        """Show the chosen shock, and what was seen of it; or some words instead."""
        for name, button in self._buttons.items():
            button.button_style = "primary" if self.shock and name == self.shock.id else ""
        story = ""
        if self.shock:
            story = f"<b>{html.escape(self.shock.name)}</b> · {html.escape(str(self.shock.story))}"
        sentences = (
            say("views.shocks.heard", server=name, sentence=fate.sentence)
            for name, fate in self.seen.items()
        )
        heard = instead or joined(sentences, "views.shocks.then")
        self._story.value = page(
            f'<div class="story" role="status" aria-label="{html.escape(heard)}">{story}</div>'
        )
        panels = "" if instead else "".join(_panel(name, fate) for name, fate in self.seen.items())
        self._picture.value = STYLE + page(
            f'<div class="servers">{panels or html.escape(instead)}</div>'
        )
        self._choice.offer(
            [] if instead else [(name, name) for name, fate in self.seen.items() if fate.trace]
        )


class _StageChoice(ipywidgets.VBox):
    """What may be put on the stage, a button for that, and the stage: fate(what) is asked for what is chosen."""

    def __init__(self, fate):
        self._fate = fate
        self._chosen = ipywidgets.Dropdown(
            description=say("views.shocks.conversation"),
            style={"description_width": "auto"},
            layout={"width": "auto"},
        )
        self._button = ipywidgets.Button(
            description=say("views.shocks.stage"), layout={"width": "auto"}
        )
        self._button.on_click(lambda _: self.put(self._chosen.value))
        self._row = ipywidgets.HBox([self._chosen, self._button])
        self.opened = OpenedStage()
        super().__init__([self._row, self.opened])
        self.offer([])

    def offer(self, options):
        """Offer these: pairs of a name and what fate() takes for it."""
        before = self._chosen.value
        self._chosen.options = options
        if options:
            values = [value for _, value in options]
            self._chosen.index = values.index(before) if before in values else 0
        self._row.layout.display = "" if options else "none"
        if not options:
            self.opened.empty()

    def put(self, what):
        """Put a conversation on the stage."""
        return self.opened.show(self._fate(what).trace)

    def close(self):
        """Close all of it."""
        self.opened.close()
        super().close()


class ShockTable(TextForm, ipywidgets.VBox):
    """A table of shocks, a column for each server, filled by running: its button, or run().

    shocks are names of shocks or of families, by default all. framings has, by server, the Framing of one that
    does not speak quite our protocol. seen has, by shock and server, the Fate so far.
    """

    _thread = _choice = None  # until all is there

    def __init__(self, servers, *, shocks=None, framings=None):
        self.servers = dict(servers)
        self._names = [name for names in _chosen_families(shocks).values() for name in names]
        self._shocks = _by_id(OURS)
        self._framed = {name: _by_id(framing) for name, framing in (framings or {}).items()}
        self.seen = {}
        replace_earlier(self)
        self._button = ipywidgets.Button(
            description=say("views.shock-table.give-all"),
            button_style="primary",
            layout={"width": "auto"},
        )
        self._button.on_click(lambda _: self._start())
        self._progress = ipywidgets.IntProgress(
            0, 0, self._runs, description="", layout={"width": "16em"}
        )
        self._count, self._picture = ipywidgets.HTML(), ipywidgets.HTML()
        self._giving, self._closed = threading.Lock(), False
        self._choice = _StageChoice(self.seen_of)
        super().__init__(
            [
                ipywidgets.HBox([self._button, self._progress, self._count]),
                self._picture,
                self._choice,
            ]
        )
        mirrored(self)
        self._paint()

    @property
    def _runs(self):
        return len(self._names) * len(self.servers)

    def run(self):
        """Give each server each shock, one after another; returns when all are over.

        Several at a time would take as long: in one Python, their threads wait for each other.
        """
        with self._giving:
            self._button.disabled = True
            self.seen = {}
            try:
                for name in self._names:
                    for server in self.servers:
                        self._give(name, server)
            finally:
                self._button.disabled = False
                self._paint()

    def seen_of(self, given):
        """Return what became of a server in a shock: given is the shock's name and the server's."""
        return self.seen[given]

    def held(self, server):
        """How many shocks a server has withstood so far."""
        return sum(fate.held for (_, name), fate in self.seen.items() if name == server)

    def close(self):
        """Wait for the shocks that are being given, give no more, and close the view."""
        self._closed = True
        if self._thread:
            self._thread.join()
        if self._choice:
            self._choice.close()
        super().close()

    def text(self):
        """The table in characters: for each shock and server the verdict, and the line on which it failed."""
        if not self.seen:
            return say(
                "views.shock-table.none-given", n=len(self._names), servers=list(self.servers)
            )
        rows = [(say("views.shock-table.shock"), *self.servers)]
        for name in self._names:
            label = self._shocks[name].name
            rows.append((label, *(self._cell(name, server) for server in self.servers)))
        rows.append((say("views.shock-table.withstood"), *map(self._share, self.servers)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
        failures = [
            line
            for said in self._first_failures()
            for line in ("", *textwrap.wrap(said, TEXT_WIDTH))
        ]
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1], *failures])

    def _first_failures(self):
        """For each server the first shock of the table that it did not withstand, in a sentence."""
        for server in self.servers:
            failed = [
                name
                for name in self._names
                if (name, server) in self.seen and not self.seen[name, server].held
            ]
            if failed:
                first = failed[0]
                sentence = self.seen[first, server].sentence
                yield say(
                    "views.shock-table.first-failure",
                    server=server,
                    shock=repr(self._shocks[first].name),
                    sentence=sentence,
                )

    def _start(self):
        """What the button does, in a thread of its own."""
        if not (self._thread and self._thread.is_alive()):
            self._thread = threading.Thread(
                target=self._run_and_tell, name="shock table", daemon=True
            )
            self._thread.start()

    def _run_and_tell(self):
        try:
            self.run()
        except Exception as error:  # there is no cell that could show it
            self._count.value = page(f'<span role="alert">{html.escape(str(error))}</span>')

    def _give(self, name, server):
        if self._closed:
            return
        shock = self._framed.get(server, self._shocks)[name]
        self.seen[name, server] = expose(shock, self.servers[server])
        self._progress.value = len(self.seen)
        if len(self.seen) % 8 == 0:
            self._paint()

    def _share(self, server):
        """How many shocks of all a server has withstood, as the last row says it."""
        return say("views.shock-table.share", part=self.held(server), whole=len(self._names))

    def _cell(self, name, server):
        return str(self.seen[name, server].brief) if (name, server) in self.seen else "·"

    def _paint(self):
        seen = self.seen.copy()
        self._progress.value = len(seen)
        given = say("views.shock-table.given", part=len(seen), whole=self._runs)
        self._count.value = page(f'<span role="status">{html.escape(given)}</span>')
        head = "".join(
            f'<th scope="col">{html.escape(name)}</th>'
            for name in (say("views.shock-table.shock"), *self.servers)
        )
        rows = "".join(self._html_row(name, seen) for name in self._names)
        totals = "".join(f"<th>{html.escape(self._share(server))}</th>" for server in self.servers)
        last = f'<th scope="row">{html.escape(say("views.shock-table.withstood"))}</th>{totals}'
        table = f'<table class="shocks"><tr>{head}</tr>{rows}<tr>{last}</tr></table>'
        failures = "".join(f"<p>{html.escape(line)}</p>" for line in self._first_failures())
        self._picture.value = STYLE + page(table + failures)
        self._choice.offer(self._failures(seen))

    def _failures(self, seen):
        """What went wrong on a stage, as it is offered there."""
        return [
            (
                say("views.shock-table.failure", server=server, shock=self._shocks[name].name),
                (name, server),
            )
            for name in self._names
            for server in self.servers
            if (name, server) in seen and not seen[name, server].held and seen[name, server].trace
        ]

    def _html_row(self, name, seen):
        shock = self._shocks[name]
        label, story = html.escape(shock.name), html.escape(str(shock.story))
        cells = "".join(
            f"<td>{_verdict(seen[name, server])}</td>" if (name, server) in seen else "<td>·</td>"
            for server in self.servers
        )
        return f'<tr title="{story}"><th scope="row">{label}</th>{cells}</tr>'


def _by_id(framing):
    """The shocks of a protocol, by id."""
    return {shock.id: shock for shock in server_shocks(CLIENT_TIMEOUT_S, framing=framing)}


def _chosen_families(shocks):
    """The families, with those of their shocks that were chosen. LabError for a name that is none."""
    known = families()
    if shocks is None:
        return known
    for name in shocks:
        if name not in known:
            shock_named(name)
    chosen = {
        family: [name for name in names if {name, family} & set(shocks)]
        for family, names in known.items()
    }
    return {family: names for family, names in chosen.items() if names}


def _verdict(fate):
    """Mark and verdict in colour, and the line on which it died or hangs."""
    return f'{_marked(fate)} <span class="place">{html.escape(str(fate.place))}</span>'


def _marked(fate):
    """Mark and verdict in colour."""
    return f'<span class="{"good" if fate.held else "bad"}">{fate.mark} {fate.label}</span>'


def _lines(fate):
    """The lines of source around the place that matters, each with whether it is that one."""
    if not (fate.source and fate.source.text):
        return []
    lines = list(enumerate(fate.source.text.split("\n"), fate.source.first))
    near = [(number, line) for number, line in lines if abs(number - fate.line) <= AROUND]
    blanks = min((len(line) - len(line.lstrip()) for _, line in near if line.strip()), default=0)
    sign = "✓" if fate.held else "■"
    return [
        (
            f"{sign if number == fate.line else ' '} {number:3} {line[blanks:]}".rstrip(),
            number == fate.line,
        )
        for number, line in near
    ]


def _panel(name, fate):
    """What became of one server, as HTML: verdict, place, conversation."""
    rows = "".join(
        f'<span class="{"here" if here else ""}">{html.escape(line)}</span>\n'
        for line, here in _lines(fate)
    )
    place = f'<div class="lines" tabindex="0"><pre dir="ltr">{rows}</pre></div>' if rows else ""
    rest = html.escape(fate.rest)
    kind, title = "held" if fate.held else "", html.escape(name)
    return (
        f'<section class="seen {kind}" aria-label="{title}"><h4>{title}</h4>'
        f'<p>{_marked(fate)}{rest}</p>{place}<pre class="talk" dir="ltr">{_talk(fate)}</pre></section>'
    )


def _talk(fate):
    """The conversation as HTML: the client's lines paler, and the server's last one marked if it ended there."""
    lines = fate.talk()
    servers = [number for number, line in enumerate(lines) if line.kind == "server"]
    last = servers[-1] if servers and fate.place else None
    return "".join(
        f'<span class="{"last" if number == last else line.kind}">{html.escape(line.text)}</span>'
        for number, line in enumerate(lines)
    )
