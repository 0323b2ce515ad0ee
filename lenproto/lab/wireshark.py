"""The dissector that shows this protocol in Wireshark: Lua, made of the table by which every byte here is named."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lenproto.lab.fields import COUNTS, FIRST, NEXT
from lenproto.wire import DEFAULT_PORT
from lenproto.words import say

NAME = "lenproto"  # what one filters by: lenproto.request == "NAME"
FILE = f"{NAME}.lua"
REST = Path(__file__).with_name("wireshark.lua")
NAMES = (
    *(name for table in (FIRST, NEXT) for name, _ in table.values()),
    *COUNTS.values(),
    "unknown",
)


def dissector(port: int = DEFAULT_PORT) -> str:
    """Return the dissector's source, for a server at this port."""
    values = {
        "NAME": NAME,
        "TITLE": say("lab.wireshark.title"),
        "PORT": port,
        "FIRST": FIRST,
        "NEXT": NEXT,
        "COUNTS": COUNTS,
        "LABELS": {name: say(f"stage.field.{name}") for name in NAMES},
    }
    made = "".join(f"local {name} = {_lua(value)}\n" for name, value in values.items())
    return f"-- {say('lab.wireshark.about')}\n{made}{REST.read_text('utf-8')}"


def plugins() -> Path:
    """Return the folder where Wireshark looks for a person's own dissectors."""
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming"
        return Path(roaming) / "Wireshark" / "plugins"
    return Path.home() / ".local" / "lib" / "wireshark" / "plugins"


def install(port: int = DEFAULT_PORT) -> Path:
    """Put the dissector where Wireshark finds it; return the file. Raises OSError."""
    file = plugins() / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dissector(port), encoding="utf-8")
    return file


def _lua(value: object) -> str:
    """A value as Lua writes it."""
    if isinstance(value, Mapping):
        pairs = (f"[{_lua(key)}] = {_lua(each)}" for key, each in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, tuple):
        return f"{{ {', '.join(map(_lua, value))} }}"
    # a text of JSON without escapes of its own is one of Lua, too
    return json.dumps(value, ensure_ascii=False)
