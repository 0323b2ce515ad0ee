"""The rungs of a ladder: a trace as plain data that a picture can be drawn from, call by call.

Time is counted in calls: number n is the moment at which the n-th call was made and all had come to
rest. A Ladder takes in a growing trace little by little, so that a long conversation stays quick.
"""

import math
from collections import Counter, defaultdict, deque

from lenproto.errors import why
from lenproto.lab.call import CONNECTING, RECEIVING, SERVER
from lenproto.words import say

SHORT = {  # what went wrong with a call, in a word or two
    ConnectionRefusedError: "stage.short.refused",
    ConnectionResetError: "stage.short.reset",
    BrokenPipeError: "stage.short.gone",
    TimeoutError: "stage.short.too-late",
    BlockingIOError: "stage.short.would-wait",
}
SHOWN_BYTES = 1024  # of one call; a picture of more says nothing


class Ladder:
    """rungs holds a dict for each call of the trace, in the order in which the calls began.

    It has the number of the call from 1, actor, name, text such as recv(48), result in words and short, awaits
    (for what it waits as long as it blocks), function, line, file, connection, and made: the number
    of calls made when it ended, None while it blocks. failed: with an error, and why in words; ends: at the end of the
    stream; again: a loop went on with it. Where it moved bytes: sends, sender, stream (connection
    and sender), start and stop in it, hex (the first SHOWN_BYTES), and pieces: name, start and size of
    each field (None: no end is known), start and stop of what this call moved of it; of the first
    SHOWN_BYTES, too. arrows: what went out from this call, each with to, the number of the call at which it
    arrived (None: it is on the way), lost, the number of calls made when it was clear that it never will
    (None: it may), and quiet. That is None for bytes, which have start and stop in the
    stream; "connection" from connect to accept; "end" from close to a call that read the end of the stream.
    """

    def __init__(self, trace):
        self.trace = trace
        self.rungs = []
        self._open = []  # (rung, call) of those that have not ended
        self._vain = []  # (rung, call) of those that may turn out to be the last of a loop
        self._streams = {}  # (connection, sender) → Cutter
        self._ways = defaultdict(_Way)  # by stream
        self._quiet = _Quiet()
        self._moved = Counter()  # bytes so far, by stream and by whether sent or received
        self._gone = 0  # ends of connections that were closed by no call, as far as known

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
        pointing = self._join(new, [rung for rung, _ in ended])
        turned = [rung for rung, call in self._vain if call.again != rung["again"]]
        for rung in turned:
            rung["again"] = True
        self._vain += [(rung, call) for rung, call in ended if call.in_vain]
        told = [*new, *(rung for rung, _ in ended), *turned, *pointing]
        changed = {rung["number"]: rung for rung in told}
        return [changed[number] for number in sorted(changed)]

    def _join(self, new, ended):
        """Draw the arrows of calls that have begun or ended; return the rungs from which they go out."""
        ways = {rung["stream"]: self._ways[rung["stream"]] for rung in ended if rung["stream"]}
        pointing = self._quiet.join(new, ended)
        ways |= dict(self._hung_up(ended))
        return [*(rung for way in ways.values() for rung in way.join()), *pointing]

    def _hung_up(self, ended):
        """Close the ways whose reader has hung up; yield them, each behind its stream."""
        ends = [
            (rung["connection"], _side(rung), rung["made"]) for rung in ended if rung["hangs_up"]
        ]
        gone = list(self.trace.gone.items())
        ends += [(*end, calls) for end, calls in gone[self._gone :]]
        self._gone = len(gone)
        for connection, side, made in [*ends, *self._quiet.dropped]:
            stream = f"{connection} {'client' if side == 'server' else 'server'}"
            self._ways[stream].close(made)
            yield stream, self._ways[stream]

    @staticmethod
    def _rung(number, call):
        return {
            "number": number, "actor": call.actor, "name": call.name, "text": call.text(), "result": "",
            "short": "", "awaits": str(call.awaits),
            "function": call.where.function, "line": call.where.line, "file": call.where.file,
            "connection": call.connection, "made": None, "again": False, "ends": False,
            "failed": False, "why": "", "hangs_up": False,
            "stream": None, "sender": None, "start": 0, "stop": 0, "hex": "", "pieces": [], "sends": False,
            "arrows": [],
        }  # fmt: skip

    def _end(self, rung, call):
        rung.update(
            made=max(rung["number"], self.trace.made(call)),
            result=str(call.outcome()),
            short=_short(call),
            connection=call.connection,
            failed=isinstance(call.result, BaseException),
            why=_why(call.result),
            hangs_up=call.hangs_up,
            again=call.again,
            ends=call.at_end_of_stream,
        )
        if call.data:
            self._move(rung, call)

    def _cutter(self, stream):
        """What names the bytes of a stream; nobody knows them where the client speaks another protocol."""
        connection, sender = stream
        asks = self._streams.get((connection, "client"))
        known = connection in self.trace.whole and (asks is None or asks.is_known)
        cutter = self._streams[stream] = self.trace.cutter(sender if known else None)
        return cutter

    def _move(self, rung, call):
        """Find the place of a call's bytes in their stream, and their fields."""
        stream, sends, data = (call.connection, call.sender), call.sender == call.side, call.data
        cutter = self._streams.get(stream) or self._cutter(stream)
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
        self._ways[rung["stream"]].add(rung)


class _Way:
    """One direction of a connection: finds, for every run of bytes, the call that sent it and the call that read it."""

    def __init__(self):
        self._sends, self._reads = deque(), deque()  # rungs of which not all bytes are joined
        self._joined = 0  # bytes
        self._new = []  # what was sent since the last look
        self._closed = None  # how many calls were made when its reader hung up

    def close(self, made):
        """Its reader has hung up."""
        if self._closed is None:
            self._closed = made

    def add(self, rung):
        """A call has moved bytes on it."""
        (self._sends if rung["sends"] else self._reads).append(rung)
        if rung["sends"]:
            self._new.append(rung)

    def join(self):
        """Draw the arrows; return the rungs from which they go out."""
        changed = {rung["number"]: rung for rung in self._new}
        for rung in self._new:
            rung["arrows"].append(_arrow(None, start=rung["start"], stop=rung["stop"]))
        self._new = []
        while self._sends and self._reads:
            send, read = self._sends[0], self._reads[0]
            changed[send["number"]] = send
            self._land(send, read)
            for waiting in (self._sends, self._reads):
                if waiting[0]["stop"] == self._joined:
                    waiting.popleft()
        if self._closed is not None:
            changed |= {rung["number"]: rung for rung in self._lose()}
        return changed.values()

    def _lose(self):
        """Nobody will read any more what is on the way; return the rungs of which that is new."""
        for rung in self._sends:
            last = rung["arrows"][-1]
            if last["to"] is None and last["lost"] is None:
                last["lost"] = max(self._closed, rung["made"])
                yield rung

    def _land(self, send, read):
        """Cut what a call has read from the arrow that was on the way."""
        away = send["arrows"].pop()
        stop = min(send["stop"], read["stop"])
        send["arrows"].append(_arrow(read["number"], start=self._joined, stop=stop))
        if stop < away["stop"]:
            send["arrows"].append(_arrow(None, start=stop, stop=away["stop"]))
        self._joined = stop


class _Quiet:
    """What belongs together without bytes: connect and accept, close and the end that the other side reads.

    dropped has connections that nobody will ever accept, the side that has dropped them, and how many calls
    were made by then.
    """

    def __init__(self):
        self.dropped = []
        self._listens = False  # else nobody knows of a queue
        self._listening = Counter()  # by actor: sockets that listen and are not closed
        self._connects = []  # rungs that nobody has accepted yet
        self._accepts = {}  # connection → rung
        self._closes = defaultdict(list)  # connection → rungs

    def join(self, new, ended):
        """Draw the arrows; return the rungs from which they go out."""
        self._listens |= any(rung["name"] == "listen" for rung in new)
        for rung in ended:
            self._sort(rung)
        self.dropped = []
        pointing = [rung for rung in self._connects if self._connect(rung)]
        pointing += [connect for rung in ended for connect in self._drop(rung)]
        self._connects = [rung for rung in self._connects if not _arrives(rung)]
        return pointing + [
            close for rung in ended if rung["ends"] and (close := self._end(rung)) is not None
        ]

    def _sort(self, rung):
        if rung["connection"] is None:
            return
        if rung["name"] in CONNECTING:
            self._connects.append(rung)
        elif rung["name"] == "accept":
            self._accepts.setdefault(rung["connection"], rung)
        elif rung["name"] in ("close", "shutdown"):
            self._closes[rung["connection"]].append(rung)

    def _connect(self, rung):
        """Point from a connect to its accept, or into the queue; return whether that is new."""
        accept = self._accepts.get(rung["connection"])
        if accept and _faces(accept, rung):
            rung["arrows"] = [_arrow(accept["number"], quiet="connection")]
            return True
        if self._listens and not rung["arrows"]:
            rung["arrows"] = [_arrow(None, quiet="connection")]
            return True
        return False

    def _drop(self, rung):
        """Where a call closes the last socket that listens: return the connects that are left in the queue."""
        by = rung["actor"]
        self._listening[by] += rung["name"] == "listen" and not rung["failed"]
        if not (rung["hangs_up"] and rung["connection"] is None and self._listening[by]):
            return []
        self._listening[by] -= 1
        left = [each for each in self._connects if each["actor"] != by and not _arrives(each)]
        if self._listening[by] or not left:
            return []
        for connect in left:
            connect["arrows"][0]["lost"] = rung["made"]
            self.dropped.append((connect["connection"], _side(rung), rung["made"]))
        self._connects = []
        return left

    def _end(self, rung):
        """Point at a call that has read the end of the stream; return the call that ended it, if that is known."""
        closes = [
            each
            for each in self._closes[rung["connection"]]
            if _faces(each, rung) and each["number"] <= rung["made"]
        ]
        if not closes:
            return None
        close = max(closes, key=lambda each: each["number"])
        close["arrows"].append(_arrow(rung["number"], quiet="end"))
        return close


def _why(result):
    """Why a call has failed, in the middle of a sentence; "" where it has not."""
    if isinstance(result, BlockingIOError):
        return say("stage.failed.would-wait")
    if isinstance(result, TimeoutError):
        return say("stage.failed.too-late")
    if isinstance(result, OSError):
        return why(result).rstrip(".")
    return type(result).__name__ if isinstance(result, BaseException) else ""


def _side(rung):
    """At which end a call was made."""
    return "server" if rung["actor"] == SERVER else "client"


def _arrives(rung):
    return any(arrow["to"] for arrow in rung["arrows"])


def _faces(rung, other):
    """Whether two calls were made at the two ends of one connection."""
    return rung["actor"] != other["actor"] and rung["connection"] == other["connection"]


def _arrow(to, *, quiet=None, start=0, stop=0):
    return {"to": to, "lost": None, "quiet": quiet, "start": start, "stop": stop}


def _short(call):
    """What became of a call that has ended, where there is little room."""
    if call.at_end_of_stream:
        return 'b""'
    if isinstance(call.result, tuple):
        return say("views.stage.call.a-client")
    for kind, key in SHORT.items():
        if isinstance(call.result, kind):
            return say(key)
    if isinstance(call.result, bytes):
        return str(len(call.result))
    if isinstance(call.result, int) and call.name in {*RECEIVING, "send", "sendmsg"}:
        return str(call.result)
    return str(call.outcome())
