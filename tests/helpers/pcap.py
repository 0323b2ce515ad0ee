"""Reads pcapng files without Wireshark: the packets, their headers taken apart, and their sums counted anew."""

import struct
from typing import NamedTuple

FLAGS = {1: "FIN", 2: "SYN", 4: "RST", 8: "PSH", 16: "ACK"}


class Packet(NamedTuple):
    """What stands in a packet: when, both ports, the two numbers, the names of the flags, the bytes, its comment."""

    at_us: int
    source: int
    to: int
    sequence: int
    acknowledges: int
    flags: frozenset
    data: bytes
    comment: str


def blocks(content):
    """Yield (kind, body) of each block; both of its lengths have to be its length."""
    at = 0
    while at < len(content):
        kind, size = struct.unpack_from("<II", content, at)
        assert size % 4 == 0 and struct.unpack_from("<I", content, at + size - 4) == (size,)
        yield kind, content[at + 8 : at + size - 4]
        at += size
    assert at == len(content)


def packets(path):
    """Return the Packets of a file that begins with its section and one interface of raw IP."""
    (section, _), (interface, about), *others = blocks(path.read_bytes())
    assert (section, interface) == (0x0A0D0D0A, 1)
    assert struct.unpack_from("<H", about) == (101,)
    return [_packet(body) for kind, body in others if kind == 6]


def sums_to_ffff(data):
    """Whether the words of 16 bits add up to 0xffff, as those of IP and TCP do with their sum among them."""
    padded = data + b"\0" * (len(data) % 2)
    return sum(struct.unpack(f"!{len(padded) // 2}H", padded)) % 0xFFFF == 0


def _packet(body):
    _, high, low, size, whole = struct.unpack_from("<IIIII", body)
    assert size == whole
    data, options = body[20 : 20 + size], body[20 + size + -size % 4 :]
    ip, tcp = data[:20], data[20:]
    assert ip[0] == 0x45 and ip[9] == 6 and struct.unpack_from("!H", ip, 2) == (size,)
    assert sums_to_ffff(ip)
    assert sums_to_ffff(ip[12:] + struct.pack("!HH", 6, len(tcp)) + tcp)
    source, to, sequence, acknowledges, offset, flags = struct.unpack_from("!HHIIBB", tcp)
    names = frozenset(name for bit, name in FLAGS.items() if flags & bit)
    comment = ""
    if options:
        kind, length = struct.unpack_from("<HH", options)
        assert kind == 1
        comment = options[4 : 4 + length].decode("utf-8")
    return Packet(
        high << 32 | low,
        source,
        to,
        sequence,
        acknowledges,
        names,
        tcp[(offset >> 4) * 4 :],
        comment,
    )
