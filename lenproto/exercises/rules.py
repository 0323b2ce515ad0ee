"""From what was seen to what is wrong: for each function, the evidence that shows each misconception.

A rule looks at bytes, calls and results, never at the source: any right way of writing passes.
"""

import datetime
import errno
import re
import socket
from dataclasses import dataclass

from lenproto.exercises.cases import DRAWS
from lenproto.exercises.driven import MOST_BYTES
from lenproto.lab.shocks import ExpectAnswer, Send
from lenproto.lab.trace import Where, literal
from lenproto.wire import DEFAULT_IP, GREETING_BYTES, HANDSHAKE, HEADER_BYTES, REQUEST_BYTES

LEAVING = ("leaves", "resets", "silent")  # peers that do not stay until EXIT
SHOWN_BYTES = 200  # of the evidence
ASKABLE = (b"TIME", b"NAME", b"RAND", b"EXIT")


@dataclass(frozen=True)
class Finding:
    """What is wrong: the misconception's name, the evidence in a sentence; bytes and the place of the first wrong one.

    where is the line of the function that it leads to.
    """

    misconception: str
    message: str
    data: bytes = b""
    at: int | None = None
    where: Where | None = None


def judge(seen):
    """Return the Finding that explains best what was Seen; None if all was as it should be."""
    return _unsafe(seen) or _RULES[seen.case.function](seen)


def _unsafe(seen):
    """What no function may do, whatever it is for."""
    if seen.ending == "exited":
        return Finding("ends-the-program", "It called exit(): that ends the whole program, not only this function.", where=seen.failed_at)
    if seen.asked and seen.case.function != "send_requests":
        return Finding("asks-the-keyboard", "It called input(): nobody sits at this function's keyboard.")
    if len(seen.sent) >= MOST_BYTES:
        return Finding("sends-without-end", f"It sent over {MOST_BYTES:,} bytes, and would go on.", where=_last_line(seen))
    if seen.ending == "late":
        return Finding("never-ends", f"After 2 s it was still {seen.place}.")
    if seen.threads:
        return Finding("leaves-a-thread", f"It has returned, and left {seen.threads} thread{'s' * (seen.threads > 1)} running.")
    if isinstance(seen.error, TypeError) and seen.failed_at is None:
        return Finding("takes-other-parameters", f"It cannot be called as the course says: {seen.error}.")
    return None


def _ended_otherwise(seen):
    """It raised, waits or spins, and no rule of its function had more to say."""
    case = seen.case
    if seen.ending == "raised":
        told = f"It raised {_error(seen.error)}{_at(seen.failed_at)}"
        if case.peer == "polite" or isinstance(seen.error, NameError | AttributeError | TypeError | ImportError | SyntaxError):
            return Finding("has-an-error", f"{told}.", where=seen.failed_at)
        return Finding("raises-where-it-should-return", f"{told}, when {_what_peer_did(case)}.", where=seen.failed_at)
    if seen.ending == "spins":
        call = seen.call or seen.trace[-1]
        if call.at_end_of_stream:
            return Finding("does-not-stop-at-the-end",
                           f'It got b"" from {call.text()} again and again: nothing more will come.', where=call.where)
        if isinstance(call.result, TimeoutError):
            return Finding("never-gives-up", f"Its {call.text()} ran into the time limit again and again.", where=call.where)
        return Finding("goes-on-after-an-error", f"{call.text()} gave {call.outcome()} again and again.", where=call.where)
    if seen.ending == "waits":
        return Finding("waits-for-ever", f"It waits in {_call(seen.call)}, and nothing will come.", where=seen.call.where)
    return None


# ---- initial_listen ----


def _initial_listen(seen):
    sock = seen.result
    if seen.ending == "waits" and seen.call.name == "accept":
        return Finding("accepts-already", "It waits in accept(): that is check_client's part.", where=seen.call.where)
    if seen.case.level == "shock":
        if seen.ending == "raised" and isinstance(seen.error, OSError):
            return None
        if seen.ending == "returned":
            return Finding("swallows-the-error", f"It could not listen, and returned {_thing(sock)} as if nothing had happened.")
        return _ended_otherwise(seen)
    if seen.ending != "returned":
        return _ended_otherwise(seen)
    if sock is None:
        return Finding("returns-nothing", "It returned nothing: the server socket is lost.")
    if not isinstance(sock, socket.socket):
        return Finding("returns-something-else", f"It returned {_thing(sock)}, not the server socket.")
    if sock.fileno() == -1:
        return Finding("closes-the-server-socket", "The socket that it returned is closed.")
    if sock.type != socket.SOCK_STREAM:
        return Finding("not-a-tcp-socket", "The socket that it returned is no TCP socket (SOCK_STREAM).")
    ip, port = sock.getsockname()[:2]
    if not seen.calls("bind"):
        return Finding("does-not-bind", "It never called bind(): clients cannot know the port.")
    if ip in ("0.0.0.0", "::"):
        return Finding("opens-to-all", f"It listens at {ip}: every computer around may call, not only {DEFAULT_IP}.")
    if ip != seen.address[0] or (seen.address[1] and port != seen.address[1]):
        elsewhere = "another port" if ip == seen.address[0] else ip
        return Finding("binds-elsewhere", f"It was given an address and a port, and listens at {elsewhere}.", where=seen.calls("bind")[0].where)
    if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return Finding("does-not-listen", "Nobody can connect to the socket: it was bound, but listen() was not called.")
    return None


# ---- check_client ----


def _check_client(seen):
    case, sent = seen.case, seen.sent
    if seen.ending == "waits" and seen.call.name == "accept" and len(seen.calls("accept")) > 1:
        return Finding("accepts-another-client", f"It waits in {_call(seen.call)} for another client, and this one is not served.",
                       where=seen.call.where)  # fmt: skip
    if case.level == "spec":
        if not seen.calls("accept") and seen.ending != "raised":
            return Finding("does-not-accept", "It never called accept(): the client still waits outside.")
        if found := _greeting(seen):
            return found
        if seen.ending == "waits" and len(seen.received) >= len(HANDSHAKE) + REQUEST_BYTES:
            return Finding("asks-for-too-much", f"It has read {literal(seen.received)}, the handshake and the request, and waits in "
                           f"{_call(seen.call)} for more.", where=seen.call.where)  # fmt: skip
        return _ended_otherwise(seen) or _returned_pair(seen)
    if case.name in ("wrong handshake", "speaks HTTP") and sent:
        said = literal(_said(case)[: len(HANDSHAKE)])
        return Finding("handshake-not-checked", f'The client said {said}, not b"Hi", and was greeted all the same.', where=_last_line(seen))
    if case.peer == "cut":
        return _cut_contact(seen)
    return _ended_otherwise(seen) or _returned_pair(seen)


def _greeting(seen):
    """What is wrong with what it sent before the first request, to a client that is polite."""
    sent, received = seen.sent, seen.received
    first = next((index for index, call in enumerate(seen.trace) if call.name.startswith("send")), len(seen.trace))
    heard = b"".join(call.data for call in seen.trace[:first] if call.name.startswith("recv"))
    where = seen.trace[first].where if first < len(seen.trace) else None
    if sent and not heard:
        if received.startswith(HANDSHAKE) and len(received) == len(HANDSHAKE) + REQUEST_BYTES:
            return Finding("speaks-first", "It sent its greeting before it had read the client's Hi.", where=where)
        return Finding("handshake-not-read", "It sent its greeting, and had not read the client's Hi.", where=where)
    if not sent and seen.ending == "waits" and received:
        return Finding("request-before-greeting", f"It has read {literal(received)} and waits in {_call(seen.call)}, while the client "
                       "waits for the greeting.", where=seen.call.where)  # fmt: skip
    if not sent:
        return Finding("no-greeting", "It sent no greeting: the client waits for 48 bytes.") if seen.ending == "returned" else None
    if sent[:4].isdigit() or (len(sent) != GREETING_BYTES and int.from_bytes(sent[:4], "big") in (len(sent) - 4, GREETING_BYTES)):
        return Finding("greeting-with-length", "The greeting begins with a length: it has none, for it is always 48 bytes.", sent, 0, where)
    if len(sent) < GREETING_BYTES:
        return Finding("greeting-too-short", f"The greeting has {len(sent)} bytes, and the client waits for 48.", sent, len(sent), where)
    if len(sent) > GREETING_BYTES:
        if any(call.name.startswith("send") for call in _after_request(seen)):
            return Finding("answers-already", "After the greeting it sent more: the answer is serve_requests' part.", sent, GREETING_BYTES)
        return Finding("greeting-too-long", f"The greeting has {len(sent)} bytes: what is over 48 will be taken for an answer.",
                       sent, GREETING_BYTES, where)  # fmt: skip
    if not sent.isascii():
        return Finding("greeting-not-ascii", "The greeting holds bytes that are no ASCII.", sent, _first(sent, lambda byte: byte > 127), where)
    if b"\0" in sent:
        return Finding("greeting-padded-wrongly", "The greeting is filled up with NUL bytes; blanks are needed.", sent, sent.index(0), where)
    missing = [name.decode() for name in ASKABLE if name not in sent.upper()]
    if missing:
        return Finding("greeting-names-no-requests", f"The greeting does not say that one may ask for {', '.join(missing)}.", sent, None, where)
    return None


def _after_request(seen):
    """Its calls after it had read something behind the handshake."""
    heard = 0
    for index, call in enumerate(seen.trace):
        if call.name.startswith("recv"):
            heard += len(call.data)
            if heard > len(HANDSHAKE):
                return seen.trace[index:]
    return []


def _cut_contact(seen):
    """A client whose bytes come in other pieces than it was hoped."""
    received, wants = seen.received, seen.case.wants
    if found := _ended_otherwise(seen) if seen.ending in ("spins",) else None:
        return found
    pair = _pair(seen.result)
    if seen.ending == "returned" and pair and pair[1] == wants and len(seen.sent) == GREETING_BYTES and len(received) == 6:
        return _returned_pair(seen)
    if len(received) > len(HANDSHAKE) + REQUEST_BYTES:
        call = next((call for call in seen.trace if call.name.startswith("recv") and len(call.data) > REQUEST_BYTES), None)
        return Finding("reads-too-much", f"It has read {literal(received)}: more than the handshake and one request. "
                       "What was too much is lost.", received, len(HANDSHAKE) + REQUEST_BYTES, call and call.where)
    short = _short_read(seen)
    if short:
        return _took_for_all(short)
    return _ended_otherwise(seen) or _returned_pair(seen)


def _short_read(seen):
    """The first reading call that got fewer bytes than it asked for."""
    return next((call for call in seen.trace if call.name.startswith("recv") and isinstance(call.argument, int)
                 and 0 < len(call.data) < call.argument), None)  # fmt: skip


def _returned_pair(seen):
    """What is wrong with what check_client returned."""
    result, wants = seen.result, seen.case.wants
    if seen.ending != "returned":
        return None
    if result is None:
        return Finding("returns-nothing", "It returned nothing: the client's socket and the request are lost.")
    pair = _pair(result)
    if pair is None:
        return Finding("returns-something-else", f"It returned {_thing(result)}; two things are needed: the client's socket and the request.")
    sock, request = pair
    if isinstance(request, socket.socket):
        return Finding("returns-in-wrong-order", f"It returned {_thing(sock)} first and a socket second; the socket comes first.")
    if not isinstance(sock, socket.socket) or sock is seen.sock:
        what = "the server socket" if sock is seen.sock else _thing(sock)
        return Finding("returns-the-wrong-socket", f"The first thing that it returned is {what}, not the client's socket.")
    if sock.fileno() != -1 and seen.peer_address and _peer(sock) not in (None, seen.peer_address):
        return Finding("returns-the-wrong-socket", "The socket that it returned is not connected with this client.")
    if isinstance(request, bytes | bytearray):
        return Finding("returns-bytes", f"It returned the request as bytes, {literal(bytes(request))}; it should be text.")
    if seen.sock.fileno() == -1:
        return Finding("closes-the-server-socket", "It closed the server socket: no other client can ever come.")
    if not isinstance(request, str):
        return Finding("returns-something-else", f'The request that it returned is {_thing(request)}; where there is none, it is "".')
    if wants is None:
        return None
    if wants and sock.fileno() == -1:
        return Finding("closes-too-early", "It closed the client's socket: serve_requests has nothing to answer to.")
    if not wants and request:
        return Finding("returns-half-a-request", f"It returned {request!r} as a request, when {_what_peer_did(seen.case)}; "
                       'the request should be "".')  # fmt: skip
    if wants and request != wants:
        if HANDSHAKE.decode() in str(request):
            return Finding("handshake-not-read", f"It returned {request!r}: the handshake was never read, and came as the request.")
        if not request:
            return Finding("first-request-lost", f"The client asked {wants}, and the request that it returned is {request!r}.")
        return Finding("changes-the-request", f"The client asked {wants}, and it returned {request!r}.")
    return None


def _kinds(things):
    """What sort of thing each one is: "bool", "text", "socket" or "other"."""
    kinds = {bool: "bool", str: "text", bytes: "text", socket.socket: "socket"}
    return [kinds.get(type(thing), "other") for thing in things]


def _pair(result):
    return result if isinstance(result, tuple | list) and len(result) == 2 else None


# ---- serve_requests ----


def _serve_requests(seen):
    case = seen.case
    if case.request in ("EXIT", ""):
        return _goodbye(seen, seen.sent, "answers-exit" if case.request else "answers-an-empty-request")
    if case.name == "never reads":
        return _goodbye(seen, b"", "")
    requests = _requests(case)
    if case.peer == "cut":
        frames, rest = _frames(seen.sent)
        good = len(frames) == len(requests) and not rest and seen.ending == "returned" and seen.driver.peer.ended
        return None if good else _cut(seen)
    answers = seen.driver.answers
    if case.peer in LEAVING:
        answers = _first_frame(seen.sent)
    for number, request in enumerate(requests):
        if not answers[number:] or not answers[number]:
            return _unanswered(seen, request, number)
        if found := _answer(seen, request, answers[number], number):
            return found
    return (_random_numbers(seen) if requests == ["RAND"] * DRAWS else None) or _goodbye(seen, b"".join(answers[len(requests) :]), "answers-exit")


def _requests(case):
    """What the peer asks and should be answered, in turn."""
    said = case.before + b"".join(step.data for step in case.script if isinstance(step, Send))
    asked = [case.request] + [said[at : at + 4].decode("ascii", "replace") for at in range(0, len(said) - 3, 4)]
    return [request for request in asked if request != "EXIT"][: sum(isinstance(step, ExpectAnswer) for step in case.script)]


def _first_frame(stream):
    """A stream in two: its first frame, and what is left; or all of it, where it does not begin with a whole one."""
    bodies, _ = _frames(stream)
    size = HEADER_BYTES + len(bodies[0]) if bodies else len(stream)
    return [stream[:size], stream[size:]]


def _frames(stream):
    """The bodies of whole frames at the beginning of a stream, and what is left."""
    bodies, at = [], 0
    while re.match(rb"\d{4}", stream[at:]) and len(stream) >= at + HEADER_BYTES + (size := int(stream[at : at + HEADER_BYTES])):
        bodies.append(stream[at + HEADER_BYTES : at + HEADER_BYTES + size])
        at += HEADER_BYTES + size
    return bodies, stream[at:]


def _answer(seen, request, data, number):
    """What is wrong with the bytes that answer a request."""
    bodies, rest = _frames(data)
    where = _last_line(seen)
    if not bodies or rest or len(bodies) > 1:
        if len(bodies) == 2 and number == 0 and not rest:
            return Finding("answers-twice", f"{request} was answered twice.", data, HEADER_BYTES + len(bodies[0]), where)
        return _framing(data, request, where)
    try:
        text = bodies[0].decode("utf-8")
    except UnicodeDecodeError as error:
        return Finding("body-is-no-utf-8", "The body of the answer is no UTF-8.", data, HEADER_BYTES + error.start, where)
    if not text.strip():
        return Finding("empty-answer", f"The answer to {request} is empty.", data, 0, where)
    if request == "time" and _tells_time(text):
        return Finding("takes-small-letters", f"The client asked for time, in small letters, and was told {text!r}; requests are capitals.",
                       data, HEADER_BYTES, where)  # fmt: skip
    return _content(seen, request, text, data, number) if seen.case.level == "spec" else None


def _unanswered(seen, request, number):
    """What it means that a request got no answer."""
    case = seen.case
    if seen.ending == "waits" and seen.call.name.startswith("recv"):
        if number == 0 and case.level == "spec":
            return Finding("first-request-lost", f"It was given the request {request}, and waits in {_call(seen.call)} for another one "
                           "before it has answered.", where=seen.call.where)  # fmt: skip
        name = "silent-on-unknown" if case.peer == "rubbish" and number == 0 else "silent-on-a-request"
        return Finding(name, f"{request!r} got no answer: it waits in {_call(seen.call)} for the next request, and the client for the answer.",
                       where=seen.call.where)  # fmt: skip
    if seen.ending == "raised" and case.peer == "rubbish":
        return Finding("raises-on-unknown", f"It raised {_error(seen.error)}{_at(seen.failed_at)}, when {_what_peer_did(case)}.",
                       where=seen.failed_at)  # fmt: skip
    if seen.ending != "returned":
        return _ended_otherwise(seen)
    if case.peer == "rubbish":
        return Finding("closes-on-unknown", f"{request!r} is not known, and it ended the conversation; a client may ask on.")
    if number == 0:
        return Finding("sends-no-answer", f"It ended without an answer to {request}.")
    return Finding("one-request-only", f"After {number} answer{'s' * (number > 1)} it ended the conversation, without EXIT.", where=_last_line(seen))


def _framing(data, request, where):
    """What is wrong with an answer that is no header and body of its length. data: all that came, for the peer waited."""

    def finding(name, message, at=0):
        return Finding(name, message, data, at, where)

    n, header, body = len(data), data[:HEADER_BYTES], data[HEADER_BYTES:]
    digits = re.match(rb"\d*", data).group()
    if data[-4:].isdigit() and n > 4 and int(data[-4:]) == n - 4 and not header.isdigit():
        return finding("header-after-body", "The length comes after the answer; the client reads it first.")
    if len(digits) >= 5 and int(digits[:-1] or 0) != n and any(int(digits[:k]) == n - k for k in range(5, len(digits) + 1)):
        return finding("length-not-four-digits", "The length is longer than four digits.", HEADER_BYTES)
    if len(header) == HEADER_BYTES and header.isdigit():
        said = int(header)
        if re.match(rb"\d{4}[-./]\d", data) or (request == "TIME" and said > 1900):
            return finding("no-length", "The answer begins at once; four digits with its length should come first.")
        text = body.decode("utf-8", "replace")
        if body[:HEADER_BYTES].isdigit() and int(body[:HEADER_BYTES]) in (said, len(body) - 4) and len(body) > HEADER_BYTES:
            return finding("header-in-a-second-place", "The length comes twice.", HEADER_BYTES)
        if said == len(text) != len(body):
            return finding("length-counts-characters",
                           f"The length says {said}: the answer has {len(text)} characters, but {len(body)} bytes.")
        if said == len(body) + HEADER_BYTES:
            return finding("length-counts-itself", f"The length says {said}, and {len(body)} bytes follow: it counts its own four bytes.")
        if not body:
            return finding("body-not-sent", f"The length says {said}, and nothing follows.")
        if str(len(body)).ljust(4, "0").encode() == header:
            return finding("length-padded-wrongly", f"The length says {said}, for zeros were put behind {len(body)}; they belong before it.")
        if body[:1] in b"\r\n :,;|" and said in (len(body) - 1, len(body) - 2):
            return finding("something-between", "Something stands between the length and the answer.", HEADER_BYTES)
        if data[-1:] in b"\r\n" and said in (len(body) - 1, len(body) - 2):
            return finding("sends-a-newline", "A newline follows the answer; the client will take it for the next length.", n - 1)
        if said == len(body) - 4 and body[-4:].isdigit():
            return finding("header-in-a-second-place", "Behind the answer its length comes once more.", n - 4)
        return finding("wrong-length", f"The length says {said}, and {len(body)} bytes follow.")
    if re.fullmatch(rb" *\d+ *", header) and int(header) in (n - 4, n):
        return finding("length-padded-wrongly", "The length is filled up with blanks; four digits are needed.",
                       re.search(rb" ", header).start())
    for size, order in ((4, "big"), (4, "little"), (2, "big"), (2, "little"), (8, "big"), (8, "little"), (1, "big")):
        if n > size and int.from_bytes(data[:size], order) in (n - size, n) and not data[:size].isascii() | data[:size].isalnum():
            return finding("binary-length", f"The length comes as {size} bytes of a binary number; it should be four digits.")
        if n > size and int.from_bytes(data[:size], order) in (n - size, n) and b"\0" in data[:size] + (b"\0" if size == 1 and data[0] < 32 else b""):
            return finding("binary-length", f"The length comes as a binary number of {size} byte{'s' * (size > 1)}; it should be four digits.")
    if header[:2].lower() == b"0x" or (re.fullmatch(rb"[0-9a-fA-F]{4}", header) and int(header, 16) == n - HEADER_BYTES):
        return finding("length-not-decimal", f"The length comes as {literal(header)}, in hexadecimal; decimal digits are needed.")
    if digits and int(digits) in (n - len(digits), n) and len(digits) < HEADER_BYTES:
        return finding("length-not-four-digits", f"The length has {len(digits)} digit{'s' * (len(digits) > 1)}; it should have four.",
                       len(digits))
    if digits and re.match(rb"\d{1,3}[^\d]", data) and int(digits) == n - len(digits) - 1:
        return finding("length-not-four-digits", "The length has fewer than four digits, and something behind them.", len(digits))
    return finding("no-length", "The answer begins at once; four digits with its length should come first.")


def _content(seen, request, text, data, number):
    """What is wrong with the words of an answer to a polite client."""
    earlier = [body.decode("utf-8", "replace") for body in _frames(b"".join(seen.driver.answers[:number]))[0]]
    where = _last_line(seen)

    def finding(name, message):
        if text in earlier or (request == "NAME" or _tells_time(text)) and number:
            return Finding("answers-an-earlier-request", f"{request} was asked, and {text!r} came: the answer to an earlier request.", data,
                           HEADER_BYTES, where)  # fmt: skip
        return Finding(name, message, data, HEADER_BYTES, where)

    others = [name.decode() for name in ASKABLE if name.decode() != request and name.decode() in text]
    if len(others) > 1:
        return finding("known-request-unknown", f"{request} was answered as if it were not known: {text!r}.")
    if re.fullmatch(r"b'.*'|b\".*\"", text, re.DOTALL):
        return finding("sends-bytes-as-text", f"The answer to {request} is {text!r}: bytes that were made text with str().")
    if request == "RAND":
        numbers = re.findall(r"-?\d+(?:[.,]\d+)?", text)
        if len(numbers) != 1 or not numbers[0].lstrip("-").isdecimal():
            return finding("random-number-is-none", f"RAND should be answered by a whole number from 1 to 10; {text!r} came.")
        if not 1 <= int(numbers[0]) <= 10:
            return finding("random-number-out-of-range", f"RAND was answered by {numbers[0]}; it should be from 1 to 10.")
    if request == "TIME" and not _tells_time(text):
        return finding("time-is-not-now", f"TIME should be answered by the server's date and time; {text!r} came.")
    if request == "NAME" and re.fullmatch(r"\d{1,2}", text.strip()):
        return finding("answers-an-earlier-request", "")
    return None


def _tells_time(text):
    """Whether a text may tell the date or time of this moment, in whatever format."""
    now = datetime.datetime.now()
    moments = [now - datetime.timedelta(minutes=minutes) for minutes in (0, 1)]
    utc = [moment.astimezone(datetime.UTC) for moment in moments]
    numbers = set(re.findall(r"\d+", text))
    for moment in [*moments, *utc]:
        date = {str(moment.year), f"{moment.year % 100:02}"} & numbers and {str(moment.day), f"{moment.day:02}"} & numbers
        clock = {f"{moment:%H}", f"{moment:%I}", str(moment.hour), str(moment.hour % 12 or 12)} & numbers and {f"{moment:%M}", str(moment.minute)} & numbers
        if date or clock:
            return True
    return any(abs(int(number) - now.timestamp()) < 100 for number in numbers if len(number) == 10)


def _random_numbers(seen):
    bodies = set(_frames(seen.sent)[0])
    if len(bodies) == 1:
        return Finding("random-number-is-constant", f"RAND was asked {DRAWS} times, and always {bodies.pop().decode()!r} came.")
    return None


def _goodbye(seen, rest, answers):
    """What is wrong with the end of the conversation: what came behind the last answer, and whether it was closed."""
    case, left = seen.case, seen.case.peer in LEAVING
    if rest and (short := _short_read(seen)) and left:
        return _took_for_all(short)
    if rest and (case.name == "half-closes" or seen.ending == "spins"):
        return Finding("does-not-stop-at-the-end", f'It got b"", the end of the stream, and answered {literal(rest[:40])}.', where=_last_line(seen))
    if rest and not left:
        told = f"The client asked EXIT, and it sent {literal(rest[:40])}; EXIT has no answer."
        return Finding(answers, told, rest, 0, _last_line(seen))
    if rest and case.request == "":
        return Finding(answers, f"There was no request, for the client had left, and it sent {literal(rest[:40])}.", rest, 0, _last_line(seen))
    if seen.ending == "waits" and case.peer == "polite" and seen.call.name != "accept":
        return Finding("ignores-exit", f"The client sent EXIT, and it waits in {_call(seen.call)} for more.", where=seen.call.where)
    if seen.ending == "raised" and seen.sock.fileno() == -1 and isinstance(seen.error, OSError) and seen.error.errno == errno.EBADF:
        return Finding("goes-on-after-closing", f"It closed the client's socket, and then used it{_at(seen.failed_at)}.", where=seen.failed_at)
    if found := _ended_otherwise(seen):
        return found
    open_here = seen.sock.fileno() != -1
    if open_here and not (seen.driver.peer.ended and not left):
        return Finding("does-not-close", "It has returned, and the client's socket is still open.")
    return None


def _cut(seen):
    """Requests that came in other pieces than it was hoped."""
    greedy = next((call for call in seen.trace if call.name.startswith("recv") and len(call.data) > REQUEST_BYTES), None)
    if greedy and not _buffered(seen):
        return Finding("reads-too-much", f"{greedy.text()} gave {literal(greedy.data)}: more than one request. What was too much is lost.",
                       greedy.data, REQUEST_BYTES, greedy.where)
    if short := _short_read(seen):
        return _took_for_all(short)
    return _ended_otherwise(seen) or Finding("one-recv-for-all", "Requests that came in pieces were not put together.")


def _took_for_all(call):
    """It got less than it asked for, and did not ask for the rest."""
    return Finding("one-recv-for-all", f"{call.text()} gave {literal(call.data)}, and it went on as if all had come.", where=call.where)


def _buffered(seen):
    """Whether a file object reads for it: that asks for much, and keeps what is too much."""
    return any(call.name == "recv_into" and isinstance(call.argument, int) and call.argument >= 4096 for call in seen.trace)


# ---- initial_contact ----


def _initial_contact(seen):
    case, sent = seen.case, seen.sent
    if not case.wants:
        return _no_contact(seen)
    if case.level == "spec":
        if not seen.calls("connect", "connect_ex"):
            return Finding("does-not-connect", "It never called connect().") if seen.ending != "raised" else None
        call = seen.calls("connect", "connect_ex")[0]
        if isinstance(call.argument, tuple) and call.argument[:2] not in (seen.address, ("localhost", seen.address[1])):
            told = "port" if call.argument[:1] == seen.address[:1] else "address"
            return Finding("connects-elsewhere", f"It was given an address and a port, and connected to another {told}.", where=call.where)
        if not sent and seen.ending == "waits":
            return Finding("reads-before-it-speaks", f"It waits in {_call(seen.call)} before it has said Hi, and the server waits for Hi.",
                           where=seen.call.where)
        if sent != HANDSHAKE and seen.ending != "raised" or sent not in (b"", HANDSHAKE):
            return _handshake(seen, sent)
        if seen.ending == "waits":
            return Finding("asks-for-too-much", f"It has read the whole greeting, and waits in {_call(seen.call)} for more.",
                           where=seen.call.where)
    if case.peer == "cut" and (seen.ending != "returned" or _contact_result(seen)):
        if short := _short_read(seen):
            if seen.ending in ("returned", "raised"):
                return _took_for_all(short)
    return _ended_otherwise(seen) or _contact_result(seen)


def _handshake(seen, sent):
    where = _last_line(seen)
    if not sent and any(sock.type == socket.SOCK_DGRAM for sock in seen.made):
        return Finding("not-a-tcp-socket", "Its socket is no TCP socket (SOCK_STREAM).")
    if not sent:
        return Finding("no-handshake", "It never said Hi.")
    if sent in (HANDSHAKE + b"\n", HANDSHAKE + b"\r\n"):
        return Finding("sends-a-newline", f"It said {literal(sent)}; the handshake is two bytes.", sent, 2, where)
    if sent.startswith(HANDSHAKE):
        return Finding("handshake-too-long", f"It said {literal(sent)}; the handshake is two bytes.", sent, 2, where)
    if sent.endswith(HANDSHAKE):
        return Finding("handshake-with-length", f"It said {literal(sent)}; the handshake has no length before it.", sent, 0, where)
    return Finding("other-handshake", f'It said {literal(sent[:40])}, and should say b"Hi".', sent, 0, where)


def _contact_result(seen):
    """What is wrong with what it returned after all went well."""
    result, greeting = seen.result, seen.case.shows
    if seen.ending != "returned":
        return None
    if result is None:
        return Finding("returns-nothing", "It returned nothing.")
    if result is True or not isinstance(result, tuple | list) or len(result) != 3:
        return Finding("returns-something-else", f"It returned {_thing(result)}; three things are needed: True, the greeting and the socket.")
    contact, message, sock = result
    if contact is False:
        return Finding("denies-contact", "All went well, and it returned False.")
    kinds = [isinstance(contact, bool | int), isinstance(message, str | bytes), isinstance(sock, socket.socket)]
    if sorted(_kinds(result)) == ["bool", "socket", "text"] and not all(kinds):
        return Finding("returns-in-wrong-order", f"It returned {', '.join(map(_thing, result))}; the order is True, the greeting, the socket.")
    if not isinstance(sock, socket.socket):
        return Finding("returns-the-wrong-socket", f"The third thing that it returned is {_thing(sock)}, not the socket.")
    if contact is not True or not isinstance(message, str | bytes):
        return Finding("returns-something-else", f"It returned {', '.join(map(_thing, result))}; needed are True, the greeting, the socket.")
    if sock.fileno() != -1 and _peer(sock) != seen.address:
        return Finding("returns-the-wrong-socket", "The socket that it returned is not the one that is connected with the server.")
    if isinstance(message, bytes):
        return Finding("returns-bytes", "It returned the greeting as bytes; it should be text.")
    if message.strip() != greeting.strip():
        return Finding("greeting-not-whole", f"The greeting has 48 bytes, and it returned {message!r}.")
    if sock.fileno() == -1:
        return Finding("closes-too-early", "It closed the socket: send_requests has nothing to talk through.")
    if greeting.strip() not in seen.printed:
        return Finding("greeting-not-printed", "It did not print the server's greeting.")
    if f"b'{greeting}" in seen.printed or f'b"{greeting}' in seen.printed:
        return Finding("prints-bytes", "It printed the greeting as bytes, with b'…' around it.")
    return None


def _no_contact(seen):
    """The server refused, left, or fell silent: False, and no socket left open."""
    if found := _ended_otherwise(seen):
        return found
    result, did = seen.result, _what_peer_did(seen.case)
    first = result[0] if isinstance(result, tuple | list) and result else result
    if first is None:
        return Finding("returns-nothing", f"It returned nothing, when {did}; it should return False.")
    if first is not False and first != 0:
        short = _short_read(seen)
        name = "one-recv-for-all" if short and seen.case.peer != "refuses" else "claims-contact"
        return Finding(name, f"It returned {_thing(first)}, when {did}; it should return False.", where=short and short.where)
    if seen.made:
        return Finding("leaves-a-socket-open", f"It returned False, when {did}, and left its socket open.")
    return None


# ---- send_requests ----


def _send_requests(seen):
    case = seen.case
    expected = [step.exactly for step in case.script if getattr(step, "exactly", None)]
    if case.level == "spec":
        if found := _what_was_asked(seen, expected) or _reading(seen):
            return found
        return _after_exit(seen) or _ended_otherwise(seen) or _printed(seen)
    if case.name == "letters that are not English":
        if seen.sent != b"NAMEEXIT":
            return Finding("sends-what-is-no-ascii", f"The person typed {case.typed[0]!r}, and {literal(seen.sent[:40])} was sent; it should ask again."
                           if seen.ending != "raised" else f"The person typed {case.typed[0]!r}, and it raised {_error(seen.error)}{_at(seen.failed_at)}.",
                           where=seen.failed_at or _last_line(seen))  # fmt: skip
        return _ended_otherwise(seen)
    if seen.asked and seen.ending in ("raised", "waits", "spins"):
        return Finding("asks-after-the-end", f"It asked for another request, when {_what_peer_did(case)}.")
    if case.peer == "cut" and (seen.ending != "returned" or case.shows not in seen.printed or seen.driver.problem):
        if short := _short_read(seen):
            return _took_for_all(short)
    if case.peer == "rubbish" and seen.ending == "raised":
        name = "decodes-blindly" if isinstance(seen.error, UnicodeError) else "believes-every-length"
        return Finding(name, f"It raised {_error(seen.error)}{_at(seen.failed_at)}, when {_what_peer_did(case)}.", where=seen.failed_at)
    return _ended_otherwise(seen) or _printed(seen)


def _what_was_asked(seen, expected):
    """What is wrong with what it sent to a polite server; nothing if that was right as far as it went."""
    sent, where = seen.sent, _last_line(seen)
    right = b"".join(expected)
    if sent == right or (right.startswith(sent) and len(sent) % 4 == 0 and sent):
        return None
    at = next((i for i, (a, b) in enumerate(zip(sent, right, strict=False)) if a != b), min(len(sent), len(right)))
    wanted, got = right[at - at % 4 :][:4], sent[at - at % 4 :]
    typed = ([*seen.case.typed, ""])[at // 4]

    def finding(name, message):
        return Finding(name, message, sent, at, where)

    if not sent:
        if seen.ending == "waits" and seen.call.name.startswith("recv"):
            return Finding("reads-before-it-asks", f"It waits in {_call(seen.call)} before it has sent a request.", where=seen.call.where)
        return finding("sends-no-request", "It sent no request.") if seen.ending == "returned" else None
    if at >= len(right):
        return finding("asks-after-the-end" if not got.strip() else "request-too-long", f"Behind EXIT it sent {literal(got[:40])}.")
    if got[:1] in b"\r\n":
        return finding("sends-a-newline", "It sent a newline behind the request.")
    if got[:4].isdigit() or got[:2] == b"\0\0":
        return finding("request-with-length", f"It sent {literal(got[:8])}: a request has no length before it.")
    if got[:4].upper() == wanted and got[:4] != wanted or got.decode("ascii", "replace").lower()[:4] == wanted.decode().lower().strip()[:4] and got[:4] != wanted and len(got) >= 4:
        return finding("not-in-capitals", f"The person typed {typed!r}, and it sent {literal(got[:4])}; a request is in capitals.")
    if len(got) < 4:
        if wanted.startswith(got.upper()) and got != wanted[: len(got)]:
            return finding("not-in-capitals", f"The person typed {typed!r}, and it sent {literal(got)}; a request is in capitals.")
        return finding("request-too-short", f"It sent {literal(got)}: the server waits for 4 bytes.")
    if at % 4 == 0 and at and sent[:at] == right[:at]:
        return finding("request-too-long", f"It sent {literal(sent)}: more than 4 bytes for one request.")
    return finding("other-request", f"The person typed {typed!r}, and it sent {literal(got[:40])}; {literal(wanted)} should come.")


def _reading(seen):
    """What is wrong with how it read an answer of a polite server."""
    if seen.ending == "waits" and seen.call.name.startswith("recv") and seen.sent and not _asked_exit(seen):
        if seen.received:
            return Finding("asks-for-too-much", f"It has read {literal(seen.received[-40:])}, the whole answer, and waits in "
                           f"{_call(seen.call)} for more.", where=seen.call.where)
    if seen.ending == "raised" and isinstance(seen.error, ValueError) and not isinstance(seen.error, UnicodeError):
        big = next((call for call in seen.trace if call.name.startswith("recv") and len(call.data) > HEADER_BYTES), None)
        if big and isinstance(big.argument, int) and big.argument > HEADER_BYTES:
            return Finding("reads-too-much", f"{big.text()} gave {literal(big.data[:40])}: length and answer at once.", where=big.where)
    if seen.ending == "raised" and isinstance(seen.error, UnicodeError):
        return Finding("decodes-blindly", f"It raised {_error(seen.error)}{_at(seen.failed_at)}: the answer is UTF-8.", where=seen.failed_at)
    return None


def _asked_exit(seen):
    return seen.sent.endswith(b"EXIT")


def _after_exit(seen):
    """What it does once the server has closed the connection."""
    if not _asked_exit(seen):
        if seen.ending == "returned":
            return Finding("one-request-only", f"It ended after {literal(seen.sent)}; the person had more to ask.", where=_last_line(seen))
        return None
    if seen.asked:
        return Finding("asks-after-the-end", "The server had ended the connection, and it asked for another request.")
    if seen.ending == "spins" and seen.call and seen.call.at_end_of_stream:
        return Finding("does-not-stop-at-the-end", f'It got b"" from {seen.call.text()} again and again: the server has closed.',
                       where=seen.call.where)
    if seen.ending == "raised" and isinstance(seen.error, ValueError):
        return Finding("does-not-stop-at-the-end", f'It raised {_error(seen.error)}{_at(seen.failed_at)}: the server had closed, so recv gave b"".',
                       where=seen.failed_at)
    return None


def _printed(seen):
    """What is wrong with what it showed the person."""
    shows, printed = seen.case.shows, seen.printed
    if seen.ending != "returned" or not shows:
        return None
    body = shows.encode()
    if shows not in printed:
        if repr(body)[2:-1] in printed:
            return Finding("prints-bytes", f"It printed the answer as bytes: {repr(body)}.")
        if any(body.decode(encoding, "replace") in printed for encoding in ("latin-1", "cp1252", "cp1255")):
            return Finding("wrong-encoding", f"It printed {body.decode('latin-1')!r}: the answer is UTF-8.")
        short = next((printed for n in range(len(shows) - 1, 0, -1) if shows[:n] in printed), None)
        if short and len(shows) > 1 and seen.case.name != "several requests":
            return Finding("answer-not-whole", f"It did not print the whole answer; {shows!r} came.")
        return Finding("answer-not-printed", f"It did not print the answer {shows[:40]!r}.")
    if f"b'{shows}" in printed or f'b"{shows}' in printed:
        return Finding("prints-bytes", f"It printed the answer as bytes: {repr(body)}.")
    size = f"{len(body):04}"
    if size + shows in printed or (re.search(rf"(?<![\d]){size}(?![\d])", printed) and seen.case.name != "several requests"):
        return Finding("header-printed", f"It printed the length {size}, too; that is for the program, not for the person.")
    return None


_RULES = {"initial_listen": _initial_listen, "check_client": _check_client, "serve_requests": _serve_requests,
          "initial_contact": _initial_contact, "send_requests": _send_requests}  # fmt: skip


# ---- words ----


def _what_peer_did(case):
    """The story of a case in the middle of a sentence."""
    story = case.story.rstrip(".").split(": ")[0]
    return story[0].lower() + story[1:]


def _said(case):
    return b"".join(step.data for step in case.script if isinstance(step, Send))


def _reads(seen):
    return sum(call.name.startswith("recv") for call in seen.trace)


def _call(call):
    return call.text() + (f", line {call.where.line} of {call.where.function}" if call.where else "")


def _at(where):
    return f" in line {where.line} of {where.function}" if where else ""


def _error(error):
    words = " ".join(str(error).split())
    return type(error).__name__ + (f" ({words[:100]})" if words else "")


def _last_line(seen):
    """The line of its last call that sent something."""
    return next((call.where for call in reversed(seen.trace) if call.name.startswith("send")), None)


def _first(data, strange):
    return next(index for index, byte in enumerate(data) if strange(byte))


def _peer(sock):
    try:
        return sock.getpeername()
    except OSError:
        return None


def _thing(value):
    """A value in a word or two: what a message may show of it, the same each run."""
    if isinstance(value, socket.socket):
        return "a socket"
    if isinstance(value, tuple | list):
        return f"{'a tuple' if isinstance(value, tuple) else 'a list'} of {len(value)} ({', '.join(map(_thing, value[:4]))})"
    if isinstance(value, str | bytes | int | float | bool) or value is None:
        shown = repr(value)
        return shown if len(shown) <= 60 else shown[:60] + "…"
    return f"a {type(value).__name__}"
