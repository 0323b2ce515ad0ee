"""The rungs of a ladder: a trace as plain data that a picture can be drawn from, call by call.

Time is counted in calls: number n is the moment at which the n-th call was made and all had come to
rest. A Ladder takes in a growing trace little by little, so that a long conversation stays quick.
"""

import math
from collections import Counter

from lenproto.lab.fields import Cutter
from lenproto.lab.trace import RECEIVING
from lenproto.words import say

SHOWN_BYTES = 1024  # of one call; a picture of more says nothing


class Ladder:
    """rungs holds a dict for each call of the trace, in the order in which the calls began.

    It has the number of the call from 1, actor, name, text such as recv(48), result in words and short, awaits
    (for what it waits as long as it blocks), function, line, file, connection, and made: the number
    of calls made when it ended, None while it blocks. failed: with an error; ends: at the end of the
    stream; again: a loop went on with it. Where it moved bytes: sends, sender, stream (connection
    and sender), start and stop in it, hex (the first SHOWN_BYTES), and pieces: name, start and size of
    each field (None: no end is known), start and stop of what this call moved of it; of the first
    SHOWN_BYTES, too.
    """

    def __init__(self, trace):
        self.trace = trace
        self.rungs = []
        self._open = []  # (rung, call) of those that have not ended
        self._vain = []  # (rung, call) of those that may turn out to be the last of a loop
        self._streams = {}  # (connection, sender) → Cutter
        self._moved = Counter()  # bytes so far, by stream and by whether sent or received

    def update(self):
        """Take in what has happened since; return the rungs that are new or have changed."""
        calls = self.trace[len(self.rungs) :]
        new = [self._rung(number, call) for number, call in enumerate(calls, len(self.rungs) + 1)]
        self.rungs += new
        self._open += zip(new, calls, strict=True)
        ended = [(rung, call) for rung, call in self._open if call.ended is not None]
        self._open = [(rung, call) for rung, call in self._open if call.ended is None]
        for rung, call in sorted(ended, key=lambda pair: pair[1].ended):
            self._end(rung, call)
        turned = [rung for rung, call in self._vain if call.again != rung["again"]]
        for rung in turned:
            rung["again"] = True
        self._vain += [(rung, call) for rung, call in ended if call.in_vain]
        changed = {rung["number"]: rung for rung in new + [rung for rung, _ in ended] + turned}
        return [changed[number] for number in sorted(changed)]

    @staticmethod
    def _rung(number, call):
        return {
            "number": number, "actor": call.actor, "name": call.name, "text": call.text(), "result": "",
            "short": "", "awaits": str(call.awaits),
            "function": call.where.function, "line": call.where.line, "file": call.where.file,
            "connection": call.connection, "made": None, "failed": False, "again": False, "ends": False,
            "stream": None, "sender": None, "start": 0, "stop": 0, "hex": "", "pieces": [], "sends": False,
        }  # fmt: skip

    def _end(self, rung, call):
        rung.update(
            made=max(rung["number"], self.trace.made(call)),
            result=str(call.outcome()),
            short=_short(call),
            connection=call.connection,
            failed=isinstance(call.result, BaseException),
            again=call.again,
            ends=call.at_end_of_stream,
        )
        if call.data:
            self._move(rung, call)

    def _move(self, rung, call):
        """Find the place of a call's bytes in their stream, and their fields."""
        stream, sends, data = (call.connection, call.sender), call.sender == call.side, call.data
        known = call.connection in self.trace.whole
        cutter = self._streams.setdefault(stream, Cutter(call.sender if known else None))
        start = self._moved[stream, sends]
        stop = self._moved[stream, sends] = start + len(data)
        # each byte once, from the end that tells of it first
        cutter.feed(data[max(cutter.length - start, 0) :])
        rung.update(
            stream="{} {}".format(*stream),
            sender=call.sender,
            start=start,
            stop=stop,
            hex=data[:SHOWN_BYTES].hex(),
            sends=sends,
            pieces=[
                [span.name, span.start, None if span.size == math.inf else span.size, a, b]
                for span, a, b in cutter.cut(start, min(stop, start + SHOWN_BYTES))
            ],
        )


def _short(call):
    """What became of a call that has ended, where there is little room."""
    if call.at_end_of_stream:
        return 'b""'
    if isinstance(call.result, tuple):
        return say("views.stage.call.a-client")
    if isinstance(call.result, bytes):
        return str(len(call.result))
    if isinstance(call.result, int) and call.name in {*RECEIVING, "send", "sendmsg"}:
        return str(call.result)
    return str(call.outcome())
