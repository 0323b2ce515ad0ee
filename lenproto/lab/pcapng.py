"""A trace in a file for Wireshark: pcapng, without root, for nothing is captured.

The file holds IP packets with the segments that a trace may have been, each with the call it is of as
a comment. The format: draft-ietf-opsawg-pcapng; the two headers: RFC 791 and RFC 9293.
"""

import socket
import struct
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from lenproto.lab.segments import FIN, MOST_BYTES, RST, SYN, Segment
from lenproto.wire import DEFAULT_IP, DEFAULT_PORT
from lenproto.words import say

RAW_IP = 101  # the link type of packets that begin with their IP header
# kinds of blocks, and of what may stand at the end of one
SECTION, INTERFACE, PACKET = 0x0A0D0D0A, 1, 6
COMMENT, PROGRAM = 1, 4
CLIENT_PORT = 50_000  # of connection 0: the first one has the next

IP_BYTES, TCP_BYTES = 20, 20
TIME_TO_LIVE, WHOLE, WINDOW = 64, 0x4000, 65_535


def save(path: str | PathLike[str], segments: Iterable[Segment], port: int = DEFAULT_PORT) -> None:
    """Write segments to a file for Wireshark, the server's port being this one. Raises OSError."""
    # 1.0, of unknown length; packets of any size
    head = [
        _block(
            SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _options({PROGRAM: "lenproto"})
        ),
        _block(INTERFACE, struct.pack("<HHI", RAW_IP, 0, 0)),
    ]
    packets = (_packet_block(segment, port) for segment in segments)
    Path(path).write_bytes(b"".join([*head, *packets]))


def packet(segment: Segment, port: int = DEFAULT_PORT) -> bytes:
    """Return a segment as the IP packet in which it travels."""
    ip = socket.inet_aton(DEFAULT_IP)
    tcp = _tcp_header(segment, port) + segment.data
    pseudo = ip + ip + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(tcp))  # counts for the sum
    tcp = _with_sum(tcp, 16, pseudo)
    size = IP_BYTES + len(tcp)
    header = struct.pack("!BBHHHBBH", 0x45, 0, size, 0, WHOLE, TIME_TO_LIVE, socket.IPPROTO_TCP, 0)
    return _with_sum(header + ip + ip, 10) + tcp


def checksum(data: bytes) -> int:
    """Return the sum that IP and TCP carry: what makes the sum of all words of 16 bits 0xffff."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _tcp_header(segment: Segment, port: int) -> bytes:
    """The header of a segment, its sum still 0. Who begins says how many bytes a segment may have."""
    options = struct.pack("!BBH", 2, 4, MOST_BYTES) if segment.flags & SYN else b""
    ports = [CLIENT_PORT + segment.connection, port]
    if segment.sender == "server":
        ports.reverse()
    numbers = segment.sequence % 2**32, segment.acknowledges % 2**32
    words = (TCP_BYTES + len(options)) // 4
    return (
        struct.pack("!HHIIBBHHH", *ports, *numbers, words << 4, segment.flags, WINDOW, 0, 0)
        + options
    )


def _with_sum(data: bytes, at: int, before: bytes = b"") -> bytes:
    """The same bytes with their sum at its place."""
    return data[:at] + struct.pack("!H", checksum(before + data)) + data[at + 2 :]


def _packet_block(segment: Segment, port: int) -> bytes:
    """A packet with its time, in microseconds, and the call that it is of; an answer of the system's is of none."""
    data, call = packet(segment, port), segment.call
    at = round(segment.at_s * 1_000_000)
    head = struct.pack("<IIIII", 0, at >> 32, at & 0xFFFFFFFF, len(data), len(data))
    options = b""
    if segment.data or (segment.sender == call.side and segment.flags & (SYN | FIN | RST)):
        where = {"line": call.where.line, "function": call.where.function}
        words = say("stage.at.call", call=call.text(), **where)
        options = _options({COMMENT: f"{call.actor}: {words}"})
    return _block(PACKET, head + _padded(data) + options)


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def _options(texts: dict[int, str]) -> bytes:
    """What may stand at the end of a block; four zeros end it."""
    encoded = {kind: text.encode("utf-8") for kind, text in texts.items()}
    return b"".join(
        struct.pack("<HH", kind, len(text)) + _padded(text) for kind, text in encoded.items()
    ) + bytes(4)


def _padded(data: bytes) -> bytes:
    """The bytes, filled up to a multiple of four."""
    return data + bytes(-len(data) % 4)
