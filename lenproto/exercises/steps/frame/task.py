"""frame(body): a text as bytes, with its length before it."""

import re

from lenproto import wire
from lenproto.exercises.steps import common

NAME = "frame"
set_up = common.given

CASES = [
    common.called(NAME, body, wants=wire.frame(body))
    for body in ("lena", "2026-11-22", "", "שלום", "x" * 300)
]


def _data(text):
    return text.encode("utf-8")


READINGS = (
    # a character is thought to be a byte
    ("counts-characters", lambda got, text: got == b"%04d" % len(text) + _data(text)),
    # the header is thought to be part of what it counts
    ("counts-the-header", lambda got, text: got == b"%04d" % (len(_data(text)) + 4) + _data(text)),
    # a number is thought to have its four digits by itself
    ("length-not-four-digits", lambda got, text: got == b"%d" % len(_data(text)) + _data(text)),
    ("length-filled-otherwise", lambda got, text: bool(re.fullmatch(
        rb"( *%d *)" % len(_data(text)) + re.escape(_data(text)), got)) and got[4:] == _data(text)),
    ("length-behind", lambda got, text: got == _data(text) + b"%04d" % len(_data(text))),
    # a number is thought to be sent as it lies in memory
    ("length-in-binary", lambda got, text: got[-len(text.encode()) or len(got):] == _data(text)
        and got[:4] in (len(_data(text)).to_bytes(4, "big"), len(_data(text)).to_bytes(4, "little"))),
    ("length-alone", lambda got, text: got == b"%04d" % len(_data(text))),
    ("no-header", lambda got, text: got == _data(text)),
)  # fmt: skip


def explain(seen):
    return common.explain_result(seen, READINGS)
