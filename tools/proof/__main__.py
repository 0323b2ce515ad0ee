"""Prove the labels of the solutions here: python tools/proof [--programs] [-v] [FILE …]

right/      all five functions, right at both levels; the first line names the style
spec_only/  right with polite peers; the first line names the functions that fail at level shock
wrong/      FUNCTION__mistake.py: one function with one mistake. Three lines: the first level at which it
            must fail (at shock only where polite peers cannot show it), the mistake's name, a sentence
unsafe/     harms or hangs what judges it, or cannot be read. Never run here; some kill their parent

Each function alone against scripted peers, in a process of its own; no part of the checker is used.
With --programs, whole files are run as programs under the table of shocks, too (Linux).
"""

import ast
import contextlib
import datetime
import os
import pathlib
import pickle
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from lenproto.lab.shocks.player import play, shock_client, shock_server
from lenproto.lab.shocks.script import (
    Close,
    Expect,
    ExpectEnd,
    NotMet,
    Peer,
    Reset,
    Send,
    ShutDown,
    Step,
    Wait,
)
from lenproto.lab.shocks.table import client_shocks, server_shocks

CORPUS = pathlib.Path(__file__).parents[2] / "tests" / "corpus"
FIVE = ("initial_contact", "send_requests", "initial_listen", "check_client", "serve_requests")
LIMIT_S = 0.8  # the time limit of the sockets
CASE_S = 3.0  # of a whole case, over what its peer takes
GREETING = b"Hello! You can ask for: TIME, NAME, RAND or EXIT"


def load(path):
    """Return a file's names, without what it would start: calls and loops at module level."""
    tree = ast.parse(path.read_text("utf-8"))

    def starts(node):
        calls = {
            n.func.id
            for n in ast.walk(node)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        guard = isinstance(node, ast.If) and "__name__" in ast.dump(node.test)
        method = (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        )
        if method and node.value.func.attr not in ("basicConfig", "exit", "run", "start"):
            # it fills a table, say
            return False
        return (
            guard
            or isinstance(node, (ast.While, ast.For, ast.Expr))
            or (isinstance(node, ast.Assign) and calls & set(FIVE))
        )

    tree.body = [node for node in tree.body if not starts(node)]
    module = sys.modules["solution"] = types.ModuleType("solution")
    module.__file__ = str(path)
    exec(compile(tree, str(path), "exec"), module.__dict__)
    return module


def shape(value):
    """Return what can be said about a returned value in another process."""
    if isinstance(value, socket.socket):
        facts = {"open": value.fileno() != -1, "type": value.type}
        if facts["open"]:
            facts["listens"] = value.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            facts["name"] = value.getsockname()
            with contextlib.suppress(OSError):
                facts["peer"] = value.getpeername()
            with contextlib.suppress(OSError):
                value.settimeout(0.05)
                facts["unread"] = value.recv(100) if "peer" in facts else b""
        return facts
    if isinstance(value, (tuple, list)):
        return [shape(each) for each in value]
    return value if isinstance(value, (str, bytes, int, type(None))) else repr(value)


def in_child(path, name, args, typed, close):
    """Call a function in a new process; return (pid, pipe of its outcome, file of its output)."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    keys_r, keys_w = os.pipe()
    out_r, out_w = os.pipe()
    pid = os.fork()
    if pid:
        os.close(keys_r), os.close(out_w)
        os.write(keys_w, "".join(line + "\n" for line in typed).encode())
        return pid, out_r, said, keys_w  # the keyboard stays open: one line too many blocks
    os.setsid()
    for fd in (1, 2):
        os.dup2(said.fileno(), fd)
    os.dup2(keys_r, 0)
    # open for the life of the child
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1)  # noqa: SIM115
    for sock in close:
        sock.close()
    socket.setdefaulttimeout(LIMIT_S)
    settimeout = socket.socket.settimeout
    socket.socket.settimeout = lambda self, s: settimeout(
        self, LIMIT_S if s is None else min(s, LIMIT_S)
    )
    outcome, kept = {}, []
    try:
        function = getattr(load(path), name)
        before = open_sockets()
        try:
            outcome["returned"] = function(*args)
        except BaseException as error:
            kept.append(error)  # the frames, too: what they hold is not collected yet
            outcome["raised"] = f"{type(error).__name__}: {error}"
            outcome["is_oserror"] = isinstance(error, OSError)
        outcome["left"] = open_sockets() - before
        outcome["closed"] = [a.fileno() == -1 for a in args if isinstance(a, socket.socket)]
        kept[:] = [outcome.get("returned")]
        if "returned" in outcome:
            outcome["returned"] = shape(outcome["returned"])
        sys.stdout.flush()
    except BaseException as error:
        outcome["raised"] = f"before the call: {type(error).__name__}: {error}"
    os.write(out_w, pickle.dumps(outcome))
    time.sleep(30)  # holds what was returned, until it is killed
    os._exit(0)


def open_sockets():
    links = set()
    for fd in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            links.add(os.readlink(f"/proc/self/fd/{fd}"))
    return {link for link in links if link.startswith("socket:")}


class Wrong(Exception):
    """A sentence."""


def need(condition, sentence):
    if not condition:
        raise Wrong(sentence)


@dataclass
class Run:
    """A function's call in a child, a peer here."""

    path: pathlib.Path
    name: str

    def __call__(self, args, script=(), peer=None, listener=None, typed=(), close=(), then=None):
        pid, pipe, said, keys = in_child(self.path, self.name, args, typed, close)
        self.said, self.keys = said, keys
        try:
            if listener:
                peer = accepted(listener)
            elif peer is not None:
                close_sockets(args)
            problem = played(script, peer) if script else ""
            outcome = self.outcome(pipe, problem)
            need(not problem, f"{problem}; then {outcome}")
            if then:
                then(outcome)
            return outcome
        finally:
            kill(pid)
            for fd in (pipe, keys):
                os.close(fd)
            said.close()
            if peer:
                peer.close()

    def outcome(self, pipe, problem):
        """Return what the child tells; once the peer has met a problem, without waiting for it."""
        if not select.select([pipe], [], [], 0 if problem else CASE_S)[0]:
            raise Wrong(problem or "it does not return")
        data = os.read(pipe, 1 << 20)
        need(data, "it ended the process")
        outcome = pickle.loads(data)
        self.said.seek(0)
        outcome["said"] = self.said.read().decode("utf-8", "replace")
        return outcome


def accepted(listener):
    """Return the connection that the child makes."""
    listener.settimeout(CASE_S)
    try:
        return listener.accept()[0]
    except OSError:
        raise Wrong("no connection came") from None


def close_sockets(args):
    """Close the sockets among a function's arguments: the child has its own."""
    for each in args:
        if isinstance(each, socket.socket):
            each.close()


def played(script, peer):
    """Carry out a script; return the step that was not met, and why, or ""."""
    notes = []
    play(script, Peer(peer, CASE_S), notes, time.monotonic())
    return notes[-1].problem and f"{notes[-1].step}: {notes[-1].problem}"


def kill(pid):
    """End a child, and all that it has started in its group."""
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def pair():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = socket.create_connection(listener.getsockname())
        other = listener.accept()[0]
    other.settimeout(LIMIT_S)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one, other


def returned(outcome):
    need("raised" not in outcome, f"raised {outcome.get('raised')}")
    return outcome["returned"]


class Own(Step):
    """A step that no table has, and no sentence names."""

    @property
    def words(self):
        return repr(self)


@dataclass(frozen=True)
class Quiet(Own):
    """Nothing more comes, and the connection is not ended."""

    def play(self, peer):
        try:
            got = peer.receive(1, 0.15)
        except NotMet:
            return
        raise NotMet(f"{got or 'the end'} came too early")


@dataclass(frozen=True)
class Ungreeted(Own):
    """Nothing comes; the connection may end."""

    def play(self, peer):
        with contextlib.suppress(NotMet):
            if got := peer.receive(1, 0.15):
                raise Wrong(f"{got} came")


# ---- serve_requests


@dataclass(frozen=True)
class Answer(Own):
    kind: str

    def play(self, peer):
        header = peer.receive(4)
        if not (len(header) == 4 and header.isdigit()):
            raise NotMet(f"header {header}")
        body = peer.receive(int(header))
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise NotMet(f"no text {body}") from None
        now = datetime.datetime.now()
        good = {
            "NAME": lambda: (
                text.strip()
                and not text.strip().isdigit()
                and "TIME" not in text
                and not re.search(r"\d:\d\d", text)
            ),
            "RAND": lambda: text.strip() in map(str, range(1, 11)),
            "TIME": lambda: (
                re.search(r"\d", text) and f"{now.minute:02}" in text and str(now.day) in text
            ),
            "help": lambda: all(word in text for word in ("TIME", "NAME", "RAND")),
        }[self.kind]
        if len(body) != int(header) or not good():
            raise NotMet(f"{self.kind} is answered {header} {text!r}")


def serve(run, request, *script, typed=()):
    one, other = pair()

    def then(outcome):
        need(returned(outcome) is None, f"returned {outcome['returned']}")
        need(outcome["closed"] == [True] and not outcome["left"], "the socket is still open")

    run((request, other), script, one, close=[one], then=then)


def ask(word):
    return (Send(word.encode()), Answer(word))


END = ExpectEnd(2.0)
BYE = (Send(b"EXIT"), END)
SERVE = {
    "spec": {
        "talk": lambda run: serve(run, "NAME", Answer("NAME"), *ask("TIME"), *ask("RAND"), *ask("NAME"), *BYE),
        "rand first": lambda run: serve(run, "RAND", Answer("RAND"), *ask("NAME"), *BYE),
        "time first": lambda run: serve(run, "TIME", Answer("TIME"), *ask("RAND"), *ask("TIME"), *BYE),
        "exit at once": lambda run: serve(run, "EXIT", END),
        "rands": lambda run: serve(run, "RAND", Answer("RAND"), *(ask("RAND") * 100), *BYE),
    },
    "shock": {
        "bytes": lambda run: serve(run, "NAME", Answer("NAME"), Send(b"RANDTIMEEXIT", 1, 0.01),
                                   Answer("RAND"), Answer("TIME"), END),
        **{f"cut {n}": lambda run, n=n: serve(run, "NAME", Send(b"RANDEXIT"[:n]), Wait(0.05), Send(b"RANDEXIT"[n:]),
                                              Answer("NAME"), Answer("RAND"), END)
           for n in range(1, 8)},
        "two at once": lambda run: serve(run, "NAME", Answer("NAME"), Send(b"NAMERAND"),
                                         Answer("NAME"), Answer("RAND"), *BYE),
        "leaves": lambda run: serve(run, "NAME", Answer("NAME"), Close()),
        "leaves unread": lambda run: serve(run, "NAME", Close()),
        "half-closes": lambda run: serve(run, "NAME", Answer("NAME"), ShutDown(), END),
        "leaves in a request": lambda run: serve(run, "NAME", Answer("NAME"), Send(b"NA"), Close()),
        "half-closes in a request": lambda run: serve(run, "NAME", Answer("NAME"), Send(b"EX"), ShutDown(), END),
        "resets": lambda run: serve(run, "NAME", Answer("NAME"), Reset()),
        "resets in a request": lambda run: serve(run, "NAME", Answer("NAME"), Send(b"NA"), Reset()),
        "silent": lambda run: serve(run, "NAME", Answer("NAME"), END),
        "silent in a request": lambda run: serve(run, "NAME", Answer("NAME"), Send(b"NA"), END),
        "no request": lambda run: serve(run, "", END),
        **{f"unknown {word}": lambda run, word=word: serve(run, "NAME", Answer("NAME"), Send(word), Answer("help"),
                                                           *ask("RAND"), *BYE)
           for word in (b"time", b"exit", b"WHAT", b"    ", b"\0\0\0\0", b"\xff\xfe\x80\x00")},
        "unknown first": lambda run: serve(run, "EXAM", Answer("help"), *ask("NAME"), *BYE),
    },
}  # fmt: skip


# ---- check_client


@dataclass(frozen=True)
class Greeting(Own):
    def play(self, peer):
        text = peer.receive(48)
        if (
            len(text) != 48
            or not text.isascii()
            or not text.decode().isprintable()
            or not all(w in text for w in (b"TIME", b"NAME", b"RAND", b"EXIT"))
        ):
            raise NotMet(f"greeting {text}")
        try:
            more = peer.receive(1, 0.1)
        except NotMet:
            more = b""
        if more:
            raise NotMet(f"more than 48 bytes: {text + more}")


def check(run, *script, request="", unread=b""):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = socket.create_connection(listener.getsockname())
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        me = one.getsockname()

        def then(outcome):
            value = returned(outcome)
            need(isinstance(value, list) and len(value) == 2, f"returned {value}")
            sock, text = value
            need(isinstance(sock, dict), f"returned {value}")
            need(
                isinstance(text, str)
                and (text == request if request is not None else len(text) >= 4),
                f"returned {value}",
            )
            if request:
                need(
                    sock["open"] and sock.get("peer") == me and sock.get("unread", b"") == unread,
                    f"returned {value}",
                )
            need(not sock["open"] or not sock["listens"], "the server socket came back")
            need(outcome["closed"] == [False], "it closed the server's socket")

        listener.setblocking(True)
        run((listener,), script, one, close=[one], then=then)


HI, GREETED = Send(b"Hi"), (Send(b"Hi"), Greeting())
CHECK = {
    "spec": {
        "slow to say Hi": lambda run: check(run, Quiet(), *GREETED, Send(b"RAND"), Ungreeted(), request="RAND"),
        **{word: lambda run, word=word: check(run, *GREETED, Send(word.encode()), request=word)
           for word in ("NAME", "EXIT")},
    },
    "shock": {
        "bytes": lambda run: check(run, Send(b"Hi", 1, 0.03), Greeting(), Send(b"NAME", 1, 0.03), request="NAME"),
        "Hi cut": lambda run: check(run, Send(b"H"), Wait(0.05), Send(b"iRAND"), Greeting(), request="RAND"),
        **{f"cut {n}": lambda run, n=n: check(run, *GREETED, Send(b"NAME"[:n]), Wait(0.05), Send(b"NAME"[n:]),
                                              request="NAME")
           for n in (1, 2, 3)},
        "all at once": lambda run: check(run, Send(b"HiNAMERAND"), Greeting(), request="NAME", unread=b"RAND"),
        "two at once": lambda run: check(run, *GREETED, Send(b"NAMERAND"), request="NAME", unread=b"RAND"),
        "leaves at once": lambda run: check(run, Close()),
        "leaves in Hi": lambda run: check(run, Send(b"H"), Close()),
        "leaves after Hi": lambda run: check(run, *GREETED, Close()),
        "leaves in a request": lambda run: check(run, *GREETED, Send(b"NA"), Close()),
        "resets at once": lambda run: check(run, Reset()),
        "resets after Hi": lambda run: check(run, *GREETED, Reset()),
        "resets in a request": lambda run: check(run, *GREETED, Send(b"NA"), Reset()),
        "silent": lambda run: check(run),
        "silent after Hi": lambda run: check(run, *GREETED),
        "silent in a request": lambda run: check(run, *GREETED, Send(b"NA")),
        "hi": lambda run: check(run, Send(b"hi"), Ungreeted()),
        "Ho": lambda run: check(run, Send(b"Ho"), Ungreeted()),
        "Ho and a request": lambda run: check(run, Send(b"HoNAME"), Ungreeted()),
        "HTTP": lambda run: check(run, Send(b"GET / HTTP/1.1\r\n\r\n"), Ungreeted()),
        "lower case": lambda run: check(run, *GREETED, Send(b"time"), request="time"),
        "binary": lambda run: check(run, *GREETED, Send(b"\xff\xfe\x80\x00"), request=None),
        "NUL": lambda run: check(run, *GREETED, Send(b"\0\0\0\0"), request=None),
    },
}  # fmt: skip


# ---- initial_listen


def listen(run, ip, port=0):
    if not port:
        with socket.socket() as free:
            free.bind((ip, 0))
            port = free.getsockname()[1]

    def then(outcome):
        sock = returned(outcome)
        need(
            isinstance(sock, dict) and sock["open"] and sock["type"] == socket.SOCK_STREAM,
            f"returned {sock}",
        )
        need(sock["listens"] and sock["name"] == (ip, port), f"returned {sock}")
        need(len(outcome["left"]) == 1, "more sockets are open")
        socket.create_connection((ip, port), 1).close()

    run((ip, port), then=then)


def listen_taken(run):
    with socket.create_server(("127.0.0.1", 0)) as holder:

        def then(outcome):
            need(outcome.get("is_oserror"), f"no OSError: {outcome}")
            need(not outcome["left"], "its socket is still open")

        run(("127.0.0.1", holder.getsockname()[1]), then=then)


def listen_shared(run):
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        run(
            holder.getsockname(),
            then=lambda outcome: need(outcome.get("is_oserror"), f"no OSError: {outcome}"),
        )


def listen_anywhere(run):
    def then(outcome):
        sock = returned(outcome)
        need(
            isinstance(sock, dict) and sock["listens"] and sock["name"][1] not in (0, 8820),
            f"returned {sock}",
        )

    run(("127.0.0.1", 0), then=then)


def listen_restart(run):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server.accept()[0].close()
            client.recv(1)  # the server closed first: its end waits in TIME_WAIT
    listen(run, "127.0.0.1", port)


LISTEN = {
    "spec": {
        "listens": lambda run: listen(run, "127.0.0.1"),
        "elsewhere": lambda run: listen(run, "127.0.0.2"),
        "any": listen_anywhere,
    },
    "shock": {"taken": listen_taken, "shared": listen_shared, "restart": listen_restart},
}


# ---- initial_contact


def contact(run, *script, works=True, ip="127.0.0.1", greeting=GREETING):
    with socket.create_server((ip, 0)) as listener:
        port = listener.getsockname()[1]
        refuses = not script
        if refuses:
            listener.close()

        def then(outcome):
            value = returned(outcome)
            if not works:
                need(
                    value is False or (isinstance(value, list) and value and value[0] is False),
                    f"returned {value}",
                )
                need(not outcome["left"], "its socket is still open")
                return
            need(
                isinstance(value, list) and len(value) == 3 and value[0] is True,
                f"returned {value}",
            )
            need(value[1] == greeting.decode(), f"returned {value}")
            need(
                isinstance(value[2], dict) and value[2]["open"] and value[2]["peer"] == (ip, port),
                f"returned {value}",
            )
            need(
                greeting.decode().strip() in outcome["said"] and "b'" not in outcome["said"],
                f"printed {outcome['said']!r}",
            )

        run(
            (ip, port),
            script,
            None,
            None if refuses else listener,
            close=[] if refuses else [listener],
            then=then,
        )


def bad_address(run):
    def then(outcome):
        value = returned(outcome)
        need(value is False or (isinstance(value, list) and value[0] is False), f"returned {value}")

    run(("256.1.1.1", 8820), then=then)


@dataclass(frozen=True)
class Handshake(Own):
    def play(self, peer):
        got = peer.receive(2)
        if got != b"Hi":
            raise NotMet(f"handshake {got}")
        try:
            more = peer.receive(1, 0.1)
        except NotMet:
            return
        raise NotMet(f"more than Hi: {more}")


MET = Handshake()
CONTACT = {
    "spec": {
        "polite": lambda run: contact(run, MET, Send(GREETING), Quiet()),
        "elsewhere": lambda run: contact(run, MET, Send(GREETING), ip="127.0.0.2"),
        "other words": lambda run: contact(
            run,
            MET,
            Send(b"TIME NAME RAND EXIT".ljust(47) + b"."),
            greeting=b"TIME NAME RAND EXIT".ljust(47) + b".",
        ),
    },
    "shock": {
        "bytes": lambda run: contact(run, MET, Send(GREETING, 1, 0.002)),
        "cut": lambda run: contact(run, MET, Send(GREETING[:20]), Wait(0.05), Send(GREETING[20:])),
        "refuses": lambda run: contact(run, works=False),
        "no such address": bad_address,
        "closes": lambda run: contact(run, MET, Close(), works=False),
        "resets": lambda run: contact(run, MET, Reset(), works=False),
        "closes in the greeting": lambda run: contact(
            run, MET, Send(GREETING[:20]), Close(), works=False
        ),
        "one byte short": lambda run: contact(run, MET, Send(GREETING[:47]), Close(), works=False),
        "resets in the greeting": lambda run: contact(
            run, MET, Send(GREETING[:20]), Wait(0.05), Reset(), works=False
        ),
        "silent": lambda run: contact(run, MET, END, works=False),
        "silent in the greeting": lambda run: contact(
            run, MET, Send(GREETING[:20]), END, works=False
        ),
    },
}


# ---- send_requests


def requests(run, typed, *script, prints=(), hides=("0004",)):
    one, other = pair()

    def then(outcome):
        need(returned(outcome) is None, f"returned {outcome['returned']}")
        for word in prints:
            need(word in outcome["said"], f"{word!r} is not in {outcome['said'][:300]!r}")
        for word in hides:
            need(word not in outcome["said"], f"{word!r} is in {outcome['said'][:300]!r}")

    run((GREETING.decode(), other), script, one, typed=typed, close=[one], then=then)


@dataclass(frozen=True)
class Type(Own):
    """Types a line, if by now this is printed."""

    run: object
    line: str
    shown: str

    def play(self, peer):
        if self.shown not in os.pread(self.run.said.fileno(), 1 << 20, 0).decode(
            "utf-8", "replace"
        ):
            raise NotMet(f"{self.shown!r} is not shown yet")
        os.write(self.run.keys, f"{self.line}\n".encode())


@dataclass(frozen=True)
class Last(Own):
    """EXIT or the end."""

    def play(self, peer):
        try:
            got = peer.receive(4, 0.6)
        except NotMet:
            got = b""
        if got not in (b"EXIT", b""):
            raise NotMet(f"{got} came")
        peer.sock.close()


def frame(text):
    return b"%04d" % len(text.encode()) + text.encode()


def req(word):
    return Expect(4, "a request", word)


LENA = Send(b"0004lena")
GO = (req(b"EXIT"), Quiet(), Close())
ASKED = ["NAME", "EXIT"]
LONG = "long " * 700
RAW = ("0004", "b'", 'b"')
SEND = {
    "spec": {
        "polite": lambda run: requests(run, ASKED, req(b"NAME"), LENA, *GO, prints=["lena"], hides=RAW),
        "lower case": lambda run: requests(run, ["name", "exit"], req(b"NAME"), LENA, *GO, prints=["lena"], hides=RAW),
        "too long": lambda run: requests(run, ["namely please", "EXITS"], req(b"NAME"), Quiet(), LENA, *GO,
                                         prints=["lena"], hides=RAW),
        "too short": lambda run: requests(run, ["na", "EXIT"], req(b"NA  "), LENA, *GO, prints=["lena"], hides=RAW),
        "Hebrew": lambda run: requests(run, ASKED, req(b"NAME"), Send(frame("שלום לכולם")), *GO,
                                       prints=["שלום לכולם"], hides=["0018", *RAW]),
        "long": lambda run: requests(run, ASKED, req(b"NAME"), Send(frame(LONG)), *GO,
                                     prints=[LONG.strip()], hides=["3500", *RAW]),
        "three": lambda run: requests(run, ["NAME", "TIME", "RAND", "EXIT"], req(b"NAME"), LENA,
                                      req(b"TIME"), Send(frame("2030-01-02 10:11:12")), req(b"RAND"), Send(frame("7")),
                                      *GO, prints=["lena", "2030-01-02 10:11:12", "7"], hides=["0019", "0001", *RAW]),
        "exit at once": lambda run: requests(run, ["EXIT"], *GO),
        "in time": lambda run: requests(run, ["NAME"], req(b"NAME"), LENA, Wait(0.3),
                                        Type(run, "EXIT", shown="lena"), *GO),
    },
    "shock": {
        "bytes": lambda run: requests(run, ASKED, req(b"NAME"), Send(b"0004lena", 1, 0.01), *GO, prints=["lena"]),
        **{f"cut {n}": lambda run, n=n: requests(run, ASKED, req(b"NAME"), Send(b"0004lena"[:n]), Wait(0.05),
                                                 Send(b"0004lena"[n:]), *GO, prints=["lena"])
           for n in range(1, 8)},
        "Hebrew bytes": lambda run: requests(run, ASKED, req(b"NAME"), Send(frame("שלום"), 1, 0.01), *GO,
                                             prints=["שלום"]),
        "not ASCII": lambda run: requests(run, ["שלום", "NAME", "EXIT"], req(b"NAME"), LENA, *GO, prints=["lena"]),
        **{str(header): lambda run, header=header: requests(run, ASKED, req(b"NAME"),
                                                            Send(header + b"abcdefghijklmnopqrstuvwxyz"), Wait(0.3),
                                                            Close(), hides=["abcdefg"])
           for header in (b"4x2!", b"-001", b"  17")},
        "promises too much": lambda run: requests(run, ASKED, req(b"NAME"), Send(b"0010abc"), Close()),
        "resets in the body": lambda run: requests(run, ASKED, req(b"NAME"), Send(b"0010abc"), Wait(0.05), Reset()),
        "closes in the header": lambda run: requests(run, ASKED, req(b"NAME"), Send(b"00"), Close()),
        "resets": lambda run: requests(run, ASKED, req(b"NAME"), Reset()),
        "closes": lambda run: requests(run, ASKED, req(b"NAME"), Close()),
        "closes between": lambda run: requests(run, ["NAME", "RAND", "EXIT"], req(b"NAME"), LENA, Close(),
                                               prints=["lena"]),
        "silent": lambda run: requests(run, ASKED, req(b"NAME"), Wait(1.2)),
        "silent in the body": lambda run: requests(run, ASKED, req(b"NAME"), Send(b"0010abc"), Wait(1.2)),
        "0000": lambda run: requests(run, ASKED, req(b"NAME"), Send(b"0000"), Last()),
        "not UTF-8": lambda run: requests(run, ASKED, req(b"NAME"), Send(b"0004\xff\xfe\xfd\xfc"), Last()),
    },
}  # fmt: skip

CASES = dict(zip(FIVE, (CONTACT, SEND, LISTEN, CHECK, SERVE), strict=True))


def judge(path):
    """Return {function: {level: [what went wrong]}} of a file."""
    found = {}
    source = path.read_text("utf-8")
    for name in FIVE:
        if not re.search(rf"^(def {name}\b|{name} *=)", source, re.MULTILINE):
            continue
        found[name] = {}
        for level, cases in CASES[name].items():
            wrong = found[name][level] = []
            for case, go in cases.items():
                try:
                    go(Run(path, name))
                except Wrong as sentence:
                    wrong.append(f"{case}: {str(sentence)[:400]}")
                except Exception as error:  # of this program
                    wrong.append(f"{case}: !! {type(error).__name__} {error}")
                if len(wrong) >= (1 if path.parent.name == "wrong" else 3):
                    break
            if wrong and path.parent.name == "wrong":
                break
    return found


def label_holds(path, found):
    """Return what contradicts the label of a file."""
    lines = ast.get_docstring(ast.parse(path.read_text("utf-8"))).splitlines()
    kind = path.parent.name
    said = []
    if kind == "wrong":
        want = {"level: spec": (True, True), "level: shock": (False, True)}[lines[0]]
        names = [path.stem.split("__")[0]]
        if (
            list(found) != names
            or lines[1] != "mistake: " + path.stem.split("__")[1].replace("_", "-")
            or not lines[2]
        ):
            said.append(f"functions {list(found)}, lines {lines}")
        for level, fails in zip(("spec", "shock"), want, strict=True):
            if bool(found[names[0]].get(level, True)) != fails:
                said.append(f"{level} {'does not fail' if fails else 'fails'}: {found[names[0]]}")
        if "-v" in sys.argv:
            print(path.stem, [wrong for wrong in found[names[0]].values() if wrong], flush=True)
        return said
    expected = set(re.findall(r"[a-z]+_[a-z]+", lines[0])) if kind == "spec_only" else set()
    if list(found) != sorted(found, key=FIVE.index) or len(found) != 5:
        said.append(f"functions {list(found)}")
    for name, levels in found.items():
        if levels["spec"]:
            said.append(f"{name} spec: {levels['spec']}")
        if bool(levels["shock"]) != (name in expected):
            said.append(f"{name} shock: {levels['shock']}")
    return said


# ---- whole programs, under the table of shocks. Not asked here, as the contract's table does not:
# a
# limit for a request that drips, control characters.


def program(path, which, port=0):
    """Be the program: python verify.py server FILE, or client FILE PORT."""
    socket.setdefaulttimeout(1)
    settimeout = socket.socket.settimeout
    socket.socket.settimeout = lambda self, s: settimeout(self, s if s is None else min(s, 1))
    module = load(path)
    if which == "client":
        contact = module.initial_contact("127.0.0.1", port)
        if contact and contact[0]:
            module.send_requests(contact[1], contact[2])
        return
    server_socket = module.initial_listen("127.0.0.1", 0)
    settimeout(server_socket, None)
    os.write(3, b"%d\n" % server_socket.getsockname()[1])
    while True:
        client_socket, request = module.check_client(server_socket)
        module.serve_requests(request, client_socket)


def programs(path):
    said = []
    r, w = os.pipe()
    os.set_inheritable(w, True)
    with subprocess.Popen(
        ["bash", "-c", f"exec {sys.executable} {__file__} server {path} 3>&{w}"],
        pass_fds=[w],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        port = int(os.read(r, 10))
        for shock in server_shocks(1, 20):
            if shock.name != "drips":
                outcome = shock_server(("127.0.0.1", port), shock)
                said += [f"server, {shock.name}: {outcome.problem}"] if outcome.problem else []
        server.kill()
    for shock in client_shocks(1):
        if shock.name != "control characters":
            outcome = shock_client(f"{sys.executable} {__file__} client {path} {{port}}", shock, 1)
            said += [f"client, {shock.name}: {outcome.problem}"] if outcome.problem else []
    return said


def main(words):
    files = [pathlib.Path(word).resolve() for word in words if word[0] != "-"]
    files = files or [
        path
        for kind in ("right", "spec_only", "wrong")
        for path in sorted((CORPUS / kind).glob("*.py"))
    ]
    work = programs if "--programs" in words else verify
    bad = 0
    with ProcessPoolExecutor(3 * os.cpu_count()) as pool:
        for path, said in zip(files, pool.map(work, files), strict=True):
            bad += bool(said)
            if said or len(files) < 30:
                print(
                    path.parent.name,
                    path.name,
                    "ok" if not said else "\n    " + "\n    ".join(said),
                    flush=True,
                )
    print(f"{len(files)} files, {bad} contradict their label")
    return bool(bad)


def verify(path):
    return label_holds(path, judge(path))


if __name__ == "__main__":
    if sys.argv[1:2] in (["server"], ["client"]):
        program(pathlib.Path(sys.argv[2]), sys.argv[1], *map(int, sys.argv[3:]))
    else:
        sys.exit(main(sys.argv[1:]))
