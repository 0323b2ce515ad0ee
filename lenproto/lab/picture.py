"""The ladder of a trace as a picture to keep: SVG, or PNG where resvg-py is installed.

It shows what the stage shows at the end: both sides, each call in time, and the arrows between them with their fields.
"""

import html
import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from lenproto.lab.call import SERVER
from lenproto.lab.ladder import Ladder
from lenproto.words import language, say

SIZE = 14  # pixels, of letters
ROW = 2.6 * SIZE  # height of one call
NUMBERS = 2.4 * SIZE  # width of the numbers of the calls
LANE = 25 * SIZE  # width of the calls of one side
BETWEEN = 21 * SIZE  # for the arrows
MARGIN = SIZE
WIDTH = NUMBERS + 2 * LANE + BETWEEN + 2 * MARGIN
HEAD = 2.4 * SIZE  # height of the names of the two sides
LEFT = {"client": MARGIN + NUMBERS, "server": MARGIN + NUMBERS + LANE + BETWEEN}
LETTER = 0.61 * SIZE  # of code, at most: all fonts of CODE are as wide, or narrower
WORD_LETTER = 0.56 * SIZE  # of words, on average
LINE = 1.25 * SIZE
UNKNOWN = "unknown"  # the name of bytes of which nobody knows what they are
SPELT_BYTES = 12  # so many stand as text at an arrow
LOOKED_BACK = 30  # labels; those before are far above
REACH = 0.42  # how far the arrow of bytes goes that have not arrived
CODE = "'DejaVu Sans Mono', Consolas, Menlo, monospace"
WORDS = "'DejaVu Sans', 'Segoe UI', Helvetica, Arial, sans-serif"

PNG_SCALE = 2.0  # pixels of a PNG for each of the picture
LEAST_SCALE = 0.5  # below it nobody reads anything
PNG_PIXELS = 32_000  # of its height: what programs that show pictures can take

LIGHT = {
    "text": "#111", "faint": "#555", "page": "#fff", "shade": "#eee", "line": "#999", "accent": "#0072b2",
    "alarm": "#b34700", "waits": "#f6e9e0", "failed": "#ecd1bf",
}  # fmt: skip
DARK = {
    "text": "#eee", "faint": "#aaa", "page": "#111", "shade": "#2a2a2a", "line": "#777", "accent": "#56b4e9",
    "alarm": "#ff9d57", "waits": "#2e221a", "failed": "#4d3423",
}  # fmt: skip
# what an XML file cannot hold
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Label(NamedTuple):
    """Where a text at an arrow lies."""

    left: float
    right: float
    baseline: float

    def meets(self, other: "_Label") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and abs(self.baseline - other.baseline) < LINE


def save(
    path: str | PathLike[str], trace: Any, below: Iterable[str] = (), *, dark: bool | None = None
) -> None:
    """Draw a trace into a file whose name ends in .svg or .png; below are sentences that stand under it.

    dark: for dark pages, or not. Without it an SVG is as its reader's page is, a PNG is light. Raises ValueError
    for another ending, or a conversation that is too long for a PNG, ImportError without resvg-py, OSError.
    """
    kind = Path(path).suffix.lower()
    if kind == ".svg":
        Path(path).write_text(svg(trace, below, dark=dark), encoding="utf-8")
    elif kind == ".png":
        Path(path).write_bytes(png(trace, below, dark=bool(dark)))
    else:
        raise ValueError(say("lab.picture.ending", path=path))


def svg(trace: Any, below: Iterable[str] = (), *, dark: bool | None = None) -> str:
    """Return the ladder of a trace as SVG; dark as in save()."""
    ladder = Ladder(trace)
    ladder.update()
    rungs, lines = ladder.rungs, [line for each in below for line in textwrap.wrap(each, 118)]
    drawing = _Drawing(rungs)
    foot = HEAD + (len(rungs) + 0.5) * ROW
    height = foot + (len(lines) + 0.8) * LINE
    title = html.escape(say("views.stage.calls"))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:.0f}"'
        f' viewBox="0 0 {WIDTH:g} {height:.0f}" role="img" lang="{language()}">',
        f"<title>{title}</title><desc>{_text(str(trace))}</desc>{_style(dark)}",
        f'<rect class="page" width="{WIDTH:g}" height="{height:.0f}"/>',
        *_sides(rungs),
        *drawing.boxes(),
        *drawing.arrows(),
        *(_write("", MARGIN, foot + (n + 1) * LINE, each) for n, each in enumerate(lines)),
        "</svg>\n",
    ]
    return "\n".join(parts)


def png(trace: Any, below: Iterable[str] = (), *, dark: bool = False) -> bytes:
    """Return the ladder of a trace as PNG. Raises ImportError without resvg-py, ValueError if it is too long."""
    drawn = svg(trace, below, dark=dark)
    height = HEAD + len(trace) * ROW
    scale = min(PNG_SCALE, PNG_PIXELS / height)
    if scale < LEAST_SCALE:
        raise ValueError(say("lab.picture.too-long", n=len(trace)))
    try:
        import resvg_py  # here: who keeps an SVG needs no library
    except ImportError as error:
        raise ImportError(say("lab.picture.no-png")) from error
    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, zoom=scale))


def _style(dark: bool | None) -> str:
    """The colours; with None those of the reader's page. (resvg knows no variables of CSS.)"""
    if dark is not None:
        return f"<style>{_rules(DARK if dark else LIGHT)}</style>"
    both = f"{_rules(LIGHT)} @media (prefers-color-scheme: dark) {{ {_rules(DARK)} }}"
    return f"<style>{both}</style>"


def _rules(colours: dict[str, str]) -> str:
    text, faint, page, shade, line, accent, alarm, waits, failed = colours.values()
    return (
        f"text {{ fill: {text}; font: {SIZE}px {WORDS}; }} .side {{ font-weight: bold; }}"
        f" .number {{ fill: {faint}; font-size: {0.75 * SIZE:g}px; }}"
        f" .call {{ font-family: {CODE}; }}"
        f" .label {{ paint-order: stroke; stroke: {page}; stroke-width: 4px; stroke-linejoin: round; }}"
        f" .page {{ fill: {page}; }} .life {{ stroke: {line}; stroke-dasharray: 2 4; }}"
        f" .box {{ fill: {shade}; stroke: {line}; }}"
        f" .other {{ stroke-dasharray: 1 4; stroke-width: 2.2; stroke-linecap: round; }}"
        f" .box.other {{ stroke: {text}; }}"
        f" .waits {{ fill: {waits}; stroke: {alarm}; stroke-dasharray: 5 3; }}"
        f" .failed {{ fill: {failed}; stroke: {alarm}; stroke-width: 2; }}"
        f" .arrow {{ fill: none; stroke: {text}; stroke-width: 1.8; }} .tip {{ fill: {text}; }}"
        f" .away {{ stroke: {accent}; stroke-dasharray: 6 4; }}"
        f" .dot {{ fill: {page}; stroke: {accent}; stroke-width: 1.8; }}"
        f" .quiet {{ stroke: {faint}; stroke-width: 1; }} .quiet-tip {{ fill: {faint}; }}"
        f" text.away {{ fill: {accent}; stroke: {page}; stroke-dasharray: none; }}"
        f" text.quiet {{ fill: {faint}; stroke: {page}; stroke-width: 4px; }}"
    )


def _sides(rungs: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The names of both sides, their lines, and the numbers of the calls."""
    for side, left in LEFT.items():
        middle = left + LANE / 2
        bottom = HEAD + (len(rungs) + 0.3) * ROW
        yield f'<line class="life" x1="{middle:g}" x2="{middle:g}" y1="{HEAD:g}" y2="{bottom:g}"/>'
        yield _write("side", middle, HEAD - 0.9 * SIZE, _name(side), anchor="middle")
    for rung in rungs:
        yield _write("number", MARGIN, _middle(rung["number"]) + 0.3 * SIZE, rung["number"])


class _Drawing:
    """The calls and arrows of a ladder's rungs."""

    def __init__(self, rungs: Sequence[dict[str, Any]]) -> None:
        self._rungs, self._streams = rungs, _streams(rungs)
        self._several = len({rung["connection"] for rung in rungs} - {None}) > 1

    def boxes(self) -> Iterator[str]:
        """Each call as a box, as long as it lasted."""
        for rung, track in zip(self._rungs, _tracks(self._rungs), strict=True):
            shift = min(track, 4) * 0.9 * SIZE
            end = rung["made"] or len(self._rungs) + 0.3
            x, y = LEFT[_side(rung)] + shift, HEAD + (rung["number"] - 1) * ROW + 2
            width, height = LANE - shift, (end - rung["number"] + 1) * ROW - 4
            kind = (
                "waits"
                if rung["made"] is None
                else "failed"
                if rung["failed"]
                else self._style(rung)
            )
            texts = self._written(rung, x + 0.5 * SIZE, y, height, int((width - SIZE) / LETTER))
            box = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4"'
            yield f'<g><rect class="box {kind}" {box}/>{"".join(texts)}</g>'

    def arrows(self) -> Iterator[str]:
        """What went from one side to the other; all lines first, so that none goes through a label."""
        labels: list[_Label] = []
        lines, texts = [], []
        for rung in self._rungs:
            for arrow in rung["arrows"]:
                to = self._rungs[arrow["to"] - 1] if arrow["to"] else None
                landed = to is not None and to["made"] is not None
                if arrow["quiet"] == "end" and not landed:
                    continue
                kind = "quiet" if arrow["quiet"] else "" if landed else "away"
                x1, x2 = _ends(rung)
                y1 = _middle(rung["made"])
                y2 = _middle(to["made"]) if landed and to else y1
                ends = x1, y1, x2 if landed else x1 + (x2 - x1) * REACH, y2
                lines.append(_line(kind, self._style(rung), landed, ends))
                forms = [self._numbered(each, rung) for each in self._forms(rung, arrow, landed)]
                texts.append(_label(kind, forms, (x1, y1, x2, y2), labels))
        yield from lines
        yield from texts

    def _style(self, rung: dict[str, Any]) -> str:
        """The lines of every other connection have a style of their own, where there are several."""
        return (
            "other" if self._several and rung["connection"] and rung["connection"] % 2 == 0 else ""
        )

    def _numbered(self, text: str, rung: dict[str, Any]) -> str:
        """A text with the number of its connection before it, where there are several."""
        return f"#{rung['connection']} {text}" if self._several and rung["connection"] else text

    def _written(
        self, rung: dict[str, Any], x: float, y: float, height: float, room: int
    ) -> Iterator[str]:
        """What stands in the box of a call: the call, and what came of it; in a high box above and below."""
        is_named = rung["actor"] not in ("client", SERVER)
        call = f"{rung['actor']}: {rung['text']}" if is_named else rung["text"]
        forms = [call, rung["text"], f"{rung['name']}(…)"]
        name = _fitted([self._numbered(each, rung) for each in forms], room)
        if rung["made"] is None:
            last = [say("views.stage.call.still")]
        else:
            last = [f"→ {each}" for each in _outcome(rung) if each]
        if height > 1.6 * ROW:
            yield _write("call", x, y + 1.55 * SIZE, name)
            if last:
                yield _write("call", x, y + height - 0.75 * SIZE, _fitted(last, room))
            return
        forms = [*(f"{name} {each}" for each in last), name]
        yield _write("call", x, y + height / 2 + 0.35 * SIZE, _fitted(forms, room))

    def _forms(self, rung: dict[str, Any], arrow: dict[str, Any], landed: bool) -> list[str]:
        """What may stand at an arrow, from the longest form to the shortest."""
        lost = arrow["lost"] is not None
        if arrow["quiet"]:
            waits = ["never-accepted" if lost else "queue"]
            kinds = {"connection": ["connection"], "end": ["end", "end-short"]}[arrow["quiet"]]
            return [say(f"views.stage.arrow.{kind}") for kind in (kinds if landed else waits)]
        start, stop = arrow["start"], arrow["stop"]
        pieces = [
            (name, size, max(a, start), min(b, stop))
            for name, _, size, a, b in rung["pieces"]
            if a < stop and start < b
        ]
        stream, count = self._streams.get(rung["stream"], b""), say("views.byte", n=stop - start)
        described = " + ".join(_piece(*piece, stream) for piece in pieces)
        fields = " + ".join(_field(name) for name, *_ in pieces if name != UNKNOWN)
        counted = say("views.stage.arrow.counted", fields=fields, bytes=count) if fields else count
        forms = [described, counted, count]
        if landed:
            return forms
        away = "views.stage.arrow.lost" if lost else "views.stage.arrow.away"
        return [say(away, what=each) for each in forms] + [count] * (not lost)


def _outcome(rung: dict[str, Any]) -> tuple[str, str]:
    """What came of a call that is over, and the same in short; nothing where its own text says it."""
    if rung["made"] is None or (rung["sends"] and not rung["failed"] and not rung["ends"]):
        return "", ""
    if not rung["again"]:
        return rung["result"], rung["short"]
    repeated = say("views.stage.call.again", result=rung["result"])
    return repeated, repeated


def _line(kind: str, style: str, landed: bool, ends: tuple[float, float, float, float]) -> str:
    """The line of an arrow, and its tip; a dot where it has not landed."""
    x1, y1, x2, y2 = ends
    line = f'<path class="arrow {kind} {style}" d="M{x1:.1f},{y1:.1f} L{x2:.1f},{y2:.1f}"/>'
    if not landed:
        return f'{line}<circle class="dot" cx="{x2:.1f}" cy="{y2:.1f}" r="{0.3 * SIZE:g}"/>'
    slope, back = math.atan2(y2 - y1, abs(x2 - x1)), math.copysign(0.62 * SIZE, x1 - x2)
    corners = " ".join(
        f"L{x2 + back * math.cos(angle):.1f},{y2 - abs(back) * math.sin(angle):.1f}"
        for angle in (slope + 0.42, slope - 0.42)
    )
    tip = "quiet-tip" if kind == "quiet" else "tip"
    return f'{line}<path class="{tip}" d="M{x2:.1f},{y2:.1f} {corners} Z"/>'


def _label(
    kind: str, forms: list[str], ends: tuple[float, float, float, float], others: list[_Label]
) -> str:
    """The text at the tip of an arrow: below it where it comes from above, else above; elsewhere if that is taken."""
    x1, y1, x2, y2 = ends
    text = _fitted(forms, int((BETWEEN - 1.2 * SIZE) / WORD_LETTER))
    at, width = x2 + math.copysign(0.75 * SIZE, x1 - x2), len(text) * WORD_LETTER
    left = at - width if x2 > x1 else at
    above, below = y2 - 0.45 * SIZE, y2 + 1.15 * SIZE
    lines = [below, above, below + LINE] if y1 < y2 else [above, below, above - LINE]
    places = [_Label(left, left + width, line) for line in lines]
    free = [
        each for each in places if not any(each.meets(other) for other in others[-LOOKED_BACK:])
    ]
    place = (free or places)[0]
    others.append(place)
    return _write(f"label {kind}", at, place.baseline, text, anchor="end" if x2 > x1 else "start")


def _piece(name: str, size: int | None, a: int, b: int, stream: bytes) -> str:
    """A field, or the part of it that an arrow brings; bytes of another protocol are plain."""
    if name == UNKNOWN:
        short = b - a <= SPELT_BYTES and b <= len(stream)
        return f'"{_readable(stream[a:b])}"' if short else say("views.byte", n=b - a)
    field, part = _field(name), b - a
    is_part = size is not None and part < size
    if part <= SPELT_BYTES and b <= len(stream):
        key = "views.stage.piece.part-text" if is_part else "views.stage.piece.text"
        return say(key, field=field, part=part, size=size, text=_readable(stream[a:b]))
    if is_part:
        return say("views.stage.piece.part", field=field, part=part, size=size)
    return say("views.stage.piece.bytes", field=field, n=part)


def _readable(data: bytes) -> str:
    """Bytes as text where they are text, such as letters that are not English; else a dot for what is no letter."""
    if any(byte > 127 for byte in data):
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = ""
        if text.isprintable() and " " not in text and text:
            return text
    return "".join("␣" if byte == 32 else chr(byte) if 32 < byte < 127 else "·" for byte in data)


def _streams(rungs: Sequence[dict[str, Any]]) -> dict[str, bytes]:
    """The bytes of each stream, as far as the rungs hold them."""
    streams: dict[str, bytearray] = {}
    for rung in rungs:
        if rung["stream"]:
            stream, data = (
                streams.setdefault(rung["stream"], bytearray()),
                bytes.fromhex(rung["hex"]),
            )
            stream.extend(bytes(max(rung["start"] + len(data) - len(stream), 0)))
            stream[rung["start"] : rung["start"] + len(data)] = data
    return {key: bytes(stream) for key, stream in streams.items()}


def _tracks(rungs: Sequence[dict[str, Any]]) -> list[int]:
    """Calls of one side that overlap, made by threads of its own, stand side by side: which place each has."""
    lanes: dict[str, list[dict[str, Any]]] = {"client": [], "server": []}
    found = []
    for rung in rungs:
        lane = lanes[_side(rung)]
        free = (
            n
            for n, each in enumerate(lane)
            if each["made"] is not None and each["made"] < rung["number"]
        )
        track = next(free, len(lane))
        lane[track : track + 1] = [rung]
        found.append(track)
    return found


def _ends(rung: dict[str, Any]) -> tuple[float, float]:
    """From where to where an arrow goes from left to right, or back."""
    inner = LEFT["client"] + LANE, LEFT["server"]
    return inner if _side(rung) == "client" else inner[::-1]


def _side(rung: dict[str, Any]) -> str:
    """Of a trace that a Tap recorded, every actor but the server is a client."""
    return "server" if rung["actor"] == SERVER else "client"


def _middle(made: int) -> float:
    return HEAD + (made - 0.5) * ROW


def _name(side: str) -> str:
    return say(f"views.side.{side}")


def _field(name: str) -> str:
    return say(f"views.stage.field.{name}")


def _fitted(texts: Sequence[str], room: int) -> str:
    """The first of some texts that has room; the last one is cut if it must be."""
    fits = next((text for text in texts if len(text) <= room), None)
    return fits if fits is not None else f"{texts[-1][: max(room - 1, 1)]}…"


def _text(text: object) -> str:
    return html.escape(NO_XML.sub("\ufffd", str(text)))


def _write(kind: str, x: float, y: float, text: object, *, anchor: str = "start") -> str:
    where = f' text-anchor="{anchor}"' if anchor != "start" else ""
    named = f' class="{kind.strip()}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}"{where}>{_text(text)}</text>'
