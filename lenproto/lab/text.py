"""A trace as text: in two columns, or as a hexdump.

Both read the same from run to run: ports and times appear only on request.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from lenproto.lab.call import SENDING, SERVER, Call, literal
from lenproto.lab.fields import Field
from lenproto.words import say

COLUMN = 44  # characters, of each of the two columns of print(trace)
CELL_LINES = 400  # lines of one call that print(trace) shows; the longest body needs 313
DUMP_BYTES = 16  # bytes on a line of a hexdump

Runs = Sequence[tuple[Call, list[Field]]]  # what Trace.runs() gives


def columns(runs: Runs, *, ports: bool = False, times: bool = False) -> str:
    """Return the calls of client and server in two columns, every byte with its field."""
    lines = [_row(_side("client"), "", _side("server")), _row("─" * COLUMN, "", "─" * COLUMN)]
    clients = {call.actor for call, _ in runs} - {SERVER}
    several = _several(runs)
    for call, pieces in runs:
        label = f"{call.actor}: " if call.actor in clients and clients != {"client"} else ""
        if several and call.connection:
            label += f"#{call.connection} "
        if times:
            label = f"{call.started:8.4f} s  {label}"
        cell = _cell(label, call, pieces, ports)
        arrow = "◀─" if call.actor == SERVER else "─▶"
        if not (call.name in SENDING and call.data):
            arrow = ""
        for number, line in enumerate(cell):
            middle = arrow if number == 0 else ""
            left, right = ("", line) if call.actor == SERVER else (line, "")
            lines.append(_row(left, middle, right))
    return "\n".join(lines)


def hexdump_lines(
    runs: Runs, heard: Mapping[str | None, set[int | None]]
) -> Iterator[tuple[str, str | None]]:
    """Yield the lines of the hexdump, each with the name of its field; None for a heading.

    heard: by sender the connections whose bytes are shown as received, not as sent.
    """
    several, last = _several(runs), None
    for call, pieces in runs:
        if (call.name in SENDING) == (call.connection in heard[call.sender]):
            continue  # each byte once: as sent, or as received where only that was recorded
        for piece in pieces:
            if last != (piece.connection, piece.sender):
                last = piece.connection, piece.sender
                other = "client" if piece.sender == "server" else "server"
                heading = f"{_side(piece.sender)} → {_side(other)}"
                yield heading + (f"  #{piece.connection}" if several else ""), None
            for line in _dump(piece):
                yield line, piece.name


def _several(runs: Runs) -> bool:
    """Whether there is more than one connection, so that a line has to say which."""
    return len({call.connection for call, _ in runs} - {None}) > 1


def _side(name: str) -> str:
    return say(f"stage.side.{name}")


def _field(name: str) -> str:
    """A field's name as it stands beside its bytes; none where nobody knows what they are."""
    return "" if name == "unknown" else say(f"stage.field.{name}")


def _row(left: str, middle: str, right: str) -> str:
    return f"{left:<{COLUMN}} {middle:<2} {right}".rstrip()


def _cell(label: str, call: Call, pieces: list[Field], ports: bool) -> list[str]:
    """The lines of one call in its column: on one line where a single short field fits, else field by field."""
    if len(pieces) == 1:
        data = literal(pieces[0].data)
        sends = call.name in SENDING
        short = label + (f"{call.name}({data})" if sends else f"{call.text()} → {data}")
        name = _field(pieces[0].name)
        if len(short) + len(name) + 2 <= COLUMN:
            return [f"{short:<{COLUMN - 10}}{name:>10}"]
    outcome = call.outcome(ports=ports)
    head = label + call.text(ports=ports) + (f" → {outcome}" if outcome else "")
    more = ["  " + say("stage.trace.again")] if call.again else []
    lines = list(
        itertools.islice((line for piece in pieces for line in _literals(piece)), CELL_LINES)
    )
    if len(lines) == CELL_LINES:
        lines[-1] = "  " + say("stage.trace.more-bytes")
    return [head, *lines, *more]


def _literals(piece: Field) -> Iterator[str]:
    """Yield a field's bytes as Python literals, as many to a line as the column holds."""
    room, start = COLUMN - 12, 0
    while start < len(piece.data):
        stop = start + 1
        while stop < len(piece.data) and len(literal(piece.data[start : stop + 1])) <= room:
            stop += 1
        name = _field(piece.name) if start == 0 else ""
        yield f"  {literal(piece.data[start:stop]):<{room}}{name:>10}".rstrip()
        start = stop


def _dump(piece: Field) -> Iterator[str]:
    """The lines of a field in a hexdump."""
    for at in range(0, len(piece.data), DUMP_BYTES):
        row = piece.data[at : at + DUMP_BYTES]
        characters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        name = _field(piece.name) if at == 0 else ""
        if at == 0 and piece.name == "body" and not piece.data.isascii():
            text = piece.data.decode("utf-8", "backslashreplace")
            name += "  " + "".join(letter if letter.isprintable() else "." for letter in text)
        yield f"  {piece.start + at:04x}  {row.hex(' '):<47}  {characters:<16}  {name}".rstrip()
