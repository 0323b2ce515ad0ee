"""A conversation in a page that has no kernel, server or network: the stage's own module plays what was recorded.

It is HTML that stands in a file of its own, or beside the live stage in a notebook (kept.py). recorded.js hands to the
module a stand-in for its model. The conversation is the message that tells a page everything: see Replay in stage.py.
"""

import base64
import gzip
import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any

from lenproto.lab.call import Call
from lenproto.words import direction, language, say

HERE = Path(__file__).parent
# each in one line: a notebook's file, which people compare, holds them many times
SCRIPT = " ".join(
    re.sub(r"(^| )//.*", "", (HERE / "recorded.js").read_text("utf-8"), flags=re.M).split()
)
STYLE = " ".join(
    re.sub(r"/\*.*?\*/", "", (HERE / "recorded.css").read_text("utf-8"), flags=re.S).split()
)
KEPT_CALLS = 5000  # of one conversation, in a notebook's file
TEXT_LINES = 400  # of its text form, where nothing plays
# the player, which a page with many stages needs once
PLAYER = re.compile(r'<script type="application/json" class="player">.*?</script>')
TOLD = re.compile(r'<script type="application/json" class="told">(.*?)</script>')
TEXT = re.compile(r'<pre dir="ltr">.*?</pre>', re.DOTALL)
# nothing is fetched, whatever the bytes say
POLICY = "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'"
COLOURS = """
:root { color-scheme: light dark; --jp-ui-font-family: system-ui, sans-serif; }
body { margin: 0 auto; padding: 8px; max-width: 1600px; background: var(--jp-layout-color0, #fff); }
.lenproto-stage .stage:not(.narrow, :fullscreen) .middle { height: max(20em, calc(100vh - 24em)); }
@media (prefers-color-scheme: dark) { :root {
  --jp-content-font-color1: #eee; --jp-content-font-color2: #aaa; --jp-border-color1: #777;
  --jp-layout-color0: #111; --jp-layout-color1: #111; --jp-layout-color2: #2a2a2a; } }
"""

WITHOUT_SCRIPTS = (
    "<noscript><style>.lenproto-recorded > pre { display: block !important; }</style></noscript>"
)


def as_page(view: Any) -> str:
    """Return a page that plays the conversation of a Replay."""
    title = html.escape(say("views.stage.replay"))
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}" dir="{direction()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{COLOURS}</style>\n{WITHOUT_SCRIPTS}\n</head>\n<body>\n<main data-alone>\n"
        f"{_fragment(view, as_json)}</main>\n</body>\n</html>\n"
    )


def as_output(view: Any) -> str:
    """Return HTML that plays it within a notebook, small."""
    return _fragment(view, packed, KEPT_CALLS)


def as_json(value: Any) -> str:
    """Return a value as JSON that HTML takes for nothing else, whatever bytes and prints are in it."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def packed(value: Any) -> str:
    """Return a value as JSON, compressed, in letters that HTML takes for nothing else."""
    return base64.b64encode(gzip.compress(json.dumps(value).encode(), mtime=0)).decode()


def unpacked(text: str) -> Any:
    """Return the value that packed() or as_json() made this from."""
    if text.startswith("{"):
        return json.loads(text)
    return json.loads(gzip.decompress(base64.b64decode(text)))


def conversation(output: str) -> Any:
    """Return what the HTML of as_output() or as_page() plays; None if it plays nothing."""
    found = TOLD.search(output)
    return unpacked(found[1]) if found else None


def the_same_everywhere(message: dict[str, Any], trace: Iterable[Call]) -> dict[str, Any]:
    """Return a message without what differs from computer to computer, and from run to run.

    In the place of a file's path stands a name, in the place of a port the word, as in the calls themselves.
    """
    names: dict[str, str] = {}

    def named(each: Mapping[str, Any]) -> dict[str, Any]:
        file = each.get("file")
        return {**each, "file": names.setdefault(file, _name(file, names))} if file else {**each}

    told = {
        **message,
        "rungs": [*map(named, message["rungs"])],
        "sources": {side: [*map(named, each)] for side, each in message["sources"].items()},
        "printed": _without_ports(message["printed"], trace),
    }
    if message.get("sides"):
        told["sides"] = {side: named(each) for side, each in message["sides"].items()}
    return told


def _without_ports(printed: Mapping[str, Any], trace: Iterable[Call]) -> dict[str, Any]:
    addresses = [
        each for call in trace for each in (call.argument, call.result) if isinstance(each, tuple)
    ]
    ports = {str(each[1]) for each in addresses if len(each) > 1 and each[1]}
    if not ports:
        return {**printed}
    a_port = re.compile(rf"(?<!\d)(?:{'|'.join(map(re.escape, sorted(ports)))})(?!\d)")
    return {
        side: [start, [[made, a_port.sub("port", text)] for made, text in pieces]]
        for side, (start, pieces) in printed.items()
    }


def _name(file: str, names: Mapping[str, str]) -> str:
    """The name of a file; with a number where another one is called so."""
    name, taken = PurePath(file).name, [*names.values()]
    number = sum(each.partition(" ")[0] == name for each in taken)
    return f"{name} {number + 1}" if number else name


def as_part(view: Any, *, first: bool) -> str:
    """Return HTML that plays it within a page which has SCRIPT at its end; the first one brings the player along."""
    return _place(view, packed, with_player=first)


def _fragment(view: Any, write: Callable[[Any], str], most: int | None = None) -> str:
    return f"{_place(view, write, most)}<script>{SCRIPT}</script>\n"


def _place(
    view: Any, write: Callable[[Any], str], most: int | None = None, *, with_player: bool = True
) -> str:
    lines = view.text().split("\n")
    text = "\n".join([*lines[:TEXT_LINES], "…"] if len(lines) > TEXT_LINES else lines)
    player = {
        "module": view._esm,
        "style": view._css,
        "traits": {"words": view.words, "live": False},
    }
    plays = f'<style>{STYLE}</style><script type="application/json" class="player">{write(player)}</script>\n'
    return (
        f'<div class="lenproto-recorded" lang="{language()}" dir="{direction()}">'
        f'<pre dir="ltr">{html.escape(text)}</pre>\n'
        f'<script type="application/json" class="told">{write(view.recorded(most))}</script>\n'
        f"{plays if with_player else ''}</div>\n"
    )
