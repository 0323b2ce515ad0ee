"""The stage: two programs held before every call, over functions of many styles that it has never seen."""

import builtins
import inspect
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab import LabError, Stage, Trace, stage, tap

CLOSE_S = 2.0
LISTEN = 3  # steps until the package's server has bound, listens and accepts
ORIGINAL = {name: getattr(socket.socket, name) for name in (*tap.METHODS, "settimeout")}


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: "lena"})


def ask(ip, port):
    return client.main(ip, port)


STAR = """
from socket import *

def star_server(ip, port):
    listener = socket()
    listener.bind((ip, port))
    listener.listen(1)
    peer, address = listener.accept()
    reader = peer.makefile("rb")
    word = reader.read(2)
    print("got", word)
    peer.send(word)
    peer.close(); reader.close(); listener.close()
    return word
"""
NAMES = {}
exec(compile(STAR, "a notebook's cell", "exec"), NAMES)
STAR_SERVER = NAMES["star_server"]


def line_of(function, text):
    """The number of the line of a function that holds a text."""
    lines, first = inspect.getsourcelines(function)
    return first + next(number for number, line in enumerate(lines) if text in line)


@pytest.fixture(autouse=True)
def everything_is_put_back():
    real_input, real_start = builtins.input, threading.Thread.start
    yield
    assert {name: getattr(socket.socket, name) for name in ORIGINAL} == ORIGINAL
    assert builtins.input is real_input
    assert threading.Thread.start is real_start


def test_each_side_is_held_before_its_first_call():
    with Stage(ask, serve) as both:
        assert both.position("client").state == both.position("server").state == "about to"
        assert both.position("server").call == 'bind("127.0.0.1", port)'
        assert both.position("client").function == "initial_contact"
        assert both.position("client").line == line_of(client.initial_contact, "connect(")
        assert list(both.trace) == []


def test_nothing_has_started_before_start():
    both = Stage(ask, serve)
    assert str(both.position("client")) == "not started"
    with pytest.raises(LabError, match="start"):
        both.step("client")
    both.close()


def test_a_step_makes_one_call_and_tells_where_the_side_stands_then():
    with Stage(ask, serve) as both:
        assert both.step("server").call == "listen()"
        assert both.step("server").call == "accept()"
        waiting = both.step("server")
        assert waiting.state == "blocked"
        line = line_of(server.check_client, "accept()")
        assert str(waiting) == f"stuck in accept(), line {line} of check_client"
        assert both.step("server") == waiting, "a blocked side stays where it is"
        both.step("client")
        assert both.position("server").call == "recv(2)", (
            "the client's call let the server go on, to its next call"
        )
        assert both.position("server").state == "about to"


def test_a_client_that_calls_before_the_server_listens_is_refused():
    with Stage(ask, serve) as both:
        assert both.step("client").call == "close()"
        both.run()
        assert "refused" in both.printed("client")
        assert both.result("client") is False


def test_run_plays_a_whole_conversation():
    with Stage(ask, serve, typed=("name", "EXIT")) as both:
        both.run()
        assert str(both.position("client")) == "finished"
        assert both.position("server").call == "accept()"
        assert both.result("client") is True
        assert both.printed("client").splitlines()[1:] == ["Request: name", "lena", "Request: EXIT"]
        assert both.printed("server").startswith("listening on 127.0.0.1:")
        assert both.deadlock is None


def test_two_runs_print_the_same_trace():
    texts = set()
    for _ in range(5):
        with Stage(ask, serve, typed=("name", "RA", "EXIT")) as both:
            both.run()
        texts.add(str(both.trace))
    assert len(texts) == 1
    assert "accept() → still waiting" in texts.pop()


def test_a_deadlock_is_said_in_a_sentence():
    def reads_first(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.recv(48)
            sock.sendall(b"Hi")

    with Stage(reads_first, serve) as both:
        both.run()
        assert both.deadlock == (
            f"Deadlock: the client waits for up to 48 bytes in recv(48), line {line_of(reads_first, 'recv(48)')} of "
            f"reads_first, and the server waits for up to 2 bytes in recv(2), line "
            f"{line_of(server.check_client, 'recv_exactly')} of check_client. "
            "Nothing of it is on the way, so neither can go on. Only a time limit could end this."
        )


def test_without_a_time_limit_a_deadlock_is_for_ever():
    def waits(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.recv(1)

    with Stage(waits, STAR_SERVER) as both:
        both.run()
        assert both.deadlock.endswith("Nothing of it is on the way, so neither can ever go on.")


def test_bytes_that_come_one_by_one_are_counted_down():
    def drips(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"H")
            sock.sendall(b"i")
            sock.recv(48)

    with Stage(drips, serve) as both:
        while both.position("server").state != "blocked":
            both.step("server")
        both.step("client")
        for _ in range(2):
            both.step("server")
        assert both.step("client").call == "sendall(1 byte)"
        both.step("server")
        assert both.step("server").call == "recv(1)"


def test_functions_of_another_style_get_right_positions_and_lines():
    def echoes(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"ab")
            return sock.recv(2)

    with Stage(echoes, STAR_SERVER) as both:
        assert (both.position("server").function, both.position("server").line) == (
            "star_server",
            6,
        )
        while both.position("server").state == "about to":
            both.step("server")
        assert both.position("server").line == 8
        both.run()
        assert both.result("server") == both.result("client") == b"ab"
        assert both.printed("server") == "got b'ab'\n"
        assert 'b"ab"' in str(both.trace)


def test_threads_of_a_sides_own_belong_to_it():
    def serves_in_threads(ip, port):
        def answer(peer):
            with peer:
                peer.sendall(peer.recv(2).upper())

        with socket.create_server((ip, port)) as listener:
            for _ in range(2):
                threading.Thread(target=answer, args=(listener.accept()[0],)).start()

    def asks_twice(ip, port):
        with (
            socket.create_connection((ip, port)) as one,
            socket.create_connection((ip, port)) as two,
        ):
            two.sendall(b"zw")
            first = two.recv(2)
            one.sendall(b"ei")
            return first, one.recv(2)

    with Stage(asks_twice, serves_in_threads) as both:
        both.run()
        assert both.result("client") == (b"ZW", b"EI")
        assert {call.actor for call in both.trace} == {"client", "server"}
        assert "answer" in {call.where.function for call in both.trace}


def test_a_side_that_joins_its_own_threads_is_stepped_as_fast_as_any():
    def works_in_a_thread(ip, port):
        def listen():
            with socket.create_server((ip, port)) as listener, listener.accept()[0] as peer:
                peer.sendall(peer.recv(2).upper())

        thread = threading.Thread(target=listen)
        thread.start()
        thread.join()
        return "joined"

    def asks(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"ab")
            return sock.recv(2)

    began = time.monotonic()
    with Stage(asks, works_in_a_thread) as both:
        both.run()
        assert both.result("client") == b"AB"
        assert both.result("server") == "joined"
    assert time.monotonic() - began < stage.REST_S, (
        "one step that waits for the time limit takes as long"
    )


def test_a_side_that_waits_for_what_nobody_does_is_said_so(monkeypatch):
    monkeypatch.setattr(stage, "REST_S", 0.1)
    somebody_does = threading.Event()
    with Stage(lambda ip, port: somebody_does.wait(), serve) as both:
        assert "makes no call" in str(both.position("client"))
        somebody_does.set()


def test_a_closed_stage_leaves_no_thread_that_a_side_started():
    def keeps_a_thread_waiting(ip, port):
        with socket.create_server((ip, port)) as listener:
            peer = listener.accept()[0]
            waiting = threading.Thread(target=peer.recv, args=(2,))
            waiting.start()
            waiting.join()

    with Stage(
        lambda ip, port: socket.create_connection((ip, port)), keeps_a_thread_waiting
    ) as both:
        both.run()
        assert both.position("server").call == "recv(2)"
        before = threading.active_count()
    assert threading.active_count() == before - 2  # the client's thread had ended


def raises(ip, port):
    raise ValueError("no idea")


def exits(ip, port):
    sys.exit(3)


@pytest.mark.parametrize(
    "function, error, said",
    [
        (raises, ValueError, "ValueError: no idea"),
        (exits, SystemExit, "it called exit()"),
    ],
)
def test_a_side_that_fails_is_said_so(function, error, said):
    with Stage(function, serve) as both:
        both.run()
        assert both.position("client").state == "failed"
        assert said in str(both.position("client"))
        assert f"line {line_of(function, 'raise ' if function is raises else 'exit(')} of" in str(
            both.position("client")
        )
        assert isinstance(both.result("client"), error)


def spins(ip, port):
    while True:
        pass


def spins_and_catches_all(ip, port):
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


@pytest.mark.parametrize("function", [spins, spins_and_catches_all])
def test_a_side_that_makes_no_call_is_said_so_and_closed(function, monkeypatch):
    monkeypatch.setattr(stage, "REST_S", 0.1)
    both = Stage(function, serve).start()
    assert both.position("client").state == "failed"
    assert "makes no call" in str(both.position("client"))
    assert f"of {function.__name__}" in str(both.position("client"))
    began = time.monotonic()
    both.close()
    assert time.monotonic() - began < CLOSE_S


@pytest.mark.parametrize("steps", range(12))
def test_a_stage_closes_wherever_its_sides_are(steps):
    both = Stage(ask, serve, typed=("NAME",) * 3).start()
    for number in range(steps):
        both.step("server" if number < LISTEN or number % 2 else "client")
    began = time.monotonic()
    both.close()
    assert time.monotonic() - began < CLOSE_S
    both.close()
    with pytest.raises(LabError, match="closed"):
        both.step("client")


def test_input_of_a_side_is_answered_and_that_of_others_is_not_touched(monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda prompt="": "a person")

    def types(ip, port):
        return [input("first? "), input("second? ")]

    with Stage(types, serve, typed=("one", "two")) as both:
        both.run()
        assert input() == "a person"
        assert both.result("client") == ["one", "two"]
        assert both.printed("client") == "first? one\nsecond? two\n"
    assert input() == "a person"


def test_both_sides_may_be_typed_into_and_the_end_of_the_input_is_met():
    def types(ip, port):
        return input()

    with Stage(types, types, typed={"server": ["yes"]}) as both:
        both.run()
        assert both.result("server") == "yes"
        assert isinstance(both.result("client"), EOFError)


def test_two_stages_do_not_disturb_each_other():
    with Stage(ask, serve, typed=("NAME",)) as one, Stage(ask, serve, typed=("RA",)) as two:
        two.run()
        one.run()
        assert "lena" in one.printed("client")
        assert "I do not know" in two.printed("client")
        assert 'b"RA  "' in str(two.trace)
        assert 'b"RA  "' not in str(one.trace)


def test_time_stands_still_until_a_limit_is_let_run_out():
    def hurries(ip, port):
        with socket.create_connection((ip, port), timeout=0.001) as sock:
            sock.sendall(b"H")
            try:
                sock.recv(48)
            except TimeoutError as error:
                return str(error)

    with Stage(hurries, serve) as both:
        both.run()
        waiting = both.position("client")
        assert (waiting.state, waiting.call, waiting.limit_s) == ("blocked", "recv(48)", 0.001)
        assert both.position("server").limit_s == server.CLIENT_TIMEOUT_S
        assert both.time_out("client").call == "close()"
        both.step("client")
        assert both.result("client") == "timed out"
        assert "recv(48) → TimeoutError" in str(both.trace)


def test_no_time_runs_between_the_pieces_of_a_field():
    """recv_exactly gives up a peer that drips; on the stage it is stepped, and a step takes longer than its limit."""

    def drips(ip, port):
        with socket.create_connection((ip, port)) as sock:
            for byte in b"Hi":
                sock.sendall(bytes([byte]))
            return sock.recv(48)

    with Stage(drips, lambda ip, port: server.main(ip, port, timeout_s=1e-6)) as both:
        both.play("server")
        both.step("client")
        for _ in range(2):
            both.step("client")
            both.play("server")
        both.run()
        assert len(both.result("client")) == 48


@pytest.mark.parametrize("side", ["client", "server"])
def test_only_a_reading_call_with_a_limit_can_run_out_of_time(side):
    with Stage(ask, serve) as both:
        with pytest.raises(LabError, match=f"No time limit can run out: {side} about to"):
            both.time_out(side)
        both.play("server")
        if side == "server":
            with pytest.raises(LabError, match="stuck in accept"):
                both.time_out(side)


def test_a_socket_that_does_not_block_never_waits_on_the_stage():
    def looks(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.setblocking(False)
            try:
                sock.recv(48)
            except BlockingIOError:
                return "nothing there"

    with Stage(looks, serve) as both:
        both.run()
        assert both.result("client") == "nothing there"


def test_an_interactive_stage_waits_for_the_keyboard():
    with Stage(ask, serve, ["NAME"], interactive=True) as both:
        both.run()
        asking = both.position("client")
        assert (asking.state, asking.call, asking.awaits) == (
            "blocked",
            "input('Request: ')",
            "the keyboard",
        )
        assert (asking.function, asking.line) == (
            "ask_request",
            line_of(client.ask_request, 'ask(say("core.prompt"))'),
        )
        assert both.printed("client").endswith("lena\nRequest: ")
        assert both.deadlock is None, "a person can go on"
        assert both.type("client", "EXIT").call == "sendall(4 bytes)"
        both.run()
        assert both.printed("client").endswith("lena\nRequest: EXIT\n")
        assert str(both.position("client")) == "finished"


def test_what_is_typed_early_answers_the_next_question():
    with Stage(ask, serve, interactive=True) as both:
        both.type("client", "EXIT")
        both.run()
        assert str(both.position("client")) == "finished"


def test_two_threads_that_ask_are_answered_in_their_order():
    def asks_twice(ip, port):
        answers = {}
        threads = [
            threading.Thread(target=lambda n=n: answers.update({n: input(f"{n}? ")}))
            for n in (1, 2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(answers.values())

    with Stage(asks_twice, serve, interactive=True) as both:
        both.type("client", "one")
        both.type("client", "two")
        assert both.result("client") == ["one", "two"]


def test_a_stage_closes_while_a_side_waits_for_the_keyboard():
    both = Stage(ask, serve, interactive=True).start()
    both.run()
    began = time.monotonic()
    both.close()
    assert time.monotonic() - began < CLOSE_S


def test_play_goes_as_far_as_a_call():
    with Stage(ask, serve) as both:
        assert both.play("server", until="listen").call == "listen()"
        assert both.play("server").state == "blocked"
        assert both.play("client", until="recv(48)").call == "recv(48)"
        assert [call.name for call in both.trace] == [
            "bind",
            "listen",
            "accept",
            "connect",
            "sendall",
        ]


def test_a_run_that_takes_too_long_is_left():
    def talks_for_ever(ip, port):
        with socket.create_connection((ip, port)) as sock:
            while True:
                sock.sendall(b"")

    with Stage(talks_for_ever, serve) as both:
        both.run(timeout_s=0.1)
        assert both.position("client").state == "about to"


def test_who_listens_is_told_whenever_both_have_come_to_rest():
    stood = []
    with Stage(ask, serve) as both:
        both.listeners.append(
            lambda: stood.append((both.at_rest, str(both.position("server").call)))
        )
        both.play("server")
    assert stood == [(True, "listen()"), (True, "accept()"), (True, "accept()")]


def test_notes_tell_sources_prints_and_where_each_side_stands():
    with Stage(ask, serve, ["EXIT"]) as both:
        both.run()
    notes = both.trace.notes["client"]
    assert [source.function for source in notes.sources] == ["initial_contact", "send_requests"]
    assert notes.sources[0].text == inspect.getsource(client.initial_contact).rstrip()
    assert "".join(text for _, text in notes.printed) == both.printed("client")
    assert notes.printed[0][1].startswith("Hello!")
    assert both.trace[notes.printed[0][0] - 1].actor == "server", (
        "its greeting let the client go on to print it"
    )
    assert str(notes.stands) == "finished"


@pytest.mark.parametrize("ask_for", ["position", "step", "play", "result", "printed", "time_out"])
def test_what_is_no_actor_is_an_error(ask_for):
    with Stage(ask, serve) as both, pytest.raises(ValueError, match="client"):
        getattr(both, ask_for)("waiter")


@pytest.mark.parametrize("typed", ["NAME", {"client": "NAME"}, 5, {"server": 5}])
def test_what_is_no_list_of_lines_is_said_so(typed):
    with pytest.raises(LabError, match="list of lines"):
        Stage(ask, serve, typed)


def test_a_start_that_fails_puts_everything_back(monkeypatch):
    """As Ctrl-C would: the next cell must find the sockets as they were."""

    def fails(stage):
        raise KeyboardInterrupt

    monkeypatch.setattr(Stage, "_rest", fails)
    with pytest.raises(KeyboardInterrupt):
        Stage(ask, serve).start()


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda sock: sock.recv(), TypeError),
        (lambda sock: sock.recv("x"), TypeError),
        (lambda sock: sock.recv(-1), ValueError),
        (lambda sock: sock.recv(0), type(None)),
        (lambda sock: socket.socket().recv(1), OSError),
        (lambda sock: sock.recv_into(bytearray()), type(None)),
        pytest.param(
            lambda sock: sock.recv(4, socket.MSG_DONTWAIT),
            BlockingIOError,
            marks=pytest.mark.skipif(
                not hasattr(socket, "MSG_DONTWAIT"), reason="this system has no MSG_DONTWAIT"
            ),
        ),
    ],
)
def test_a_call_that_cannot_wait_ends_at_once(call, error):
    def calls(ip, port):
        with socket.create_connection((ip, port)) as sock:
            try:
                call(sock)
            except Exception as raised:
                return raised

    with Stage(calls, serve) as both:
        both.run()
        assert isinstance(both.result("client"), error)
        assert both.deadlock is None


def test_an_error_in_a_thread_of_its_own_is_printed_by_the_side():
    def starts_a_thread(ip, port):
        thread = threading.Thread(target=raises, args=(ip, port), name="worker")
        thread.start()
        thread.join()

    with Stage(starts_a_thread, serve) as both:
        both.run()
        line = line_of(raises, "raise ")
        assert (
            both.printed("client")
            == f"Its thread worker stopped in line {line} of raises: ValueError: no idea\n"
        )


def test_a_side_that_polls_lets_the_other_one_go_on():
    def polls(ip, port):
        with socket.create_server((ip, port)) as listener:
            listener.setblocking(False)
            while True:
                try:
                    peer = listener.accept()[0]
                    break
                except BlockingIOError:
                    pass
            with peer:
                peer.sendall(b"at last")

    def asks(ip, port):
        with socket.create_connection((ip, port)) as sock:
            return sock.recv(7)

    with Stage(asks, polls) as both:
        both.run()
        assert both.result("client") == b"at last"
        assert sum(isinstance(call.result, BlockingIOError) for call in both.trace) == 1, (
            "the first time, the client's turn has come"
        )


FULL = 20_000_000  # bytes; more than any system keeps on the way


def test_two_that_send_and_never_read_are_a_deadlock():
    def sends(sock):
        sock.sendall(b"x" * FULL)

    def calls(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sends(sock)

    def listens(ip, port):
        with socket.create_server((ip, port)) as listener, listener.accept()[0] as peer:
            sends(peer)

    with Stage(calls, listens) as both:
        both.run()
        assert (
            f"the client waits for the other side to read in sendall({FULL} bytes)" in both.deadlock
        )
        assert both.deadlock.endswith("So neither can ever go on.")


def test_a_thread_that_will_go_on_by_itself_is_no_deadlock():
    def says_hi_later(ip, port):
        with socket.create_connection((ip, port)) as sock:
            threading.Timer(60, sock.sendall, [b"Hi"]).start()
            sock.recv(48)

    with Stage(says_hi_later, serve) as both:
        both.play("server")
        while both.position("client").state == "about to":
            both.step("client")
        both.play("server")
        assert [both.position(side).state for side in ("client", "server")] == ["blocked"] * 2
        assert both.deadlock is None, "time will pass, and let a thread of the client go on"
        both.run()
        assert str(both.position("client")) == "finished"


def test_a_pool_of_threads_is_stepped_as_fast_as_any():
    def serves_with_a_pool(ip, port):
        def answer(peer):
            with peer:
                peer.sendall(peer.recv(2).upper())

        with socket.create_server((ip, port)) as listener, ThreadPoolExecutor() as pool:
            for _ in range(2):
                pool.submit(answer, listener.accept()[0])

    def asks_twice(ip, port):
        for _ in range(2):
            with socket.create_connection((ip, port)) as sock:
                sock.sendall(b"ab")
                sock.recv(2)

    began = time.monotonic()
    with Stage(asks_twice, serves_with_a_pool) as both:
        both.run()
        assert str(both.position("client")) == str(both.position("server")) == "finished"
    assert time.monotonic() - began < stage.REST_S


def test_who_has_finished_and_left_a_socket_open_is_told_so():
    with Stage(client.initial_contact, serve) as both:
        both.run()
        position = both.position("client")
        assert (position.state, position.left_open) == ("finished", 1)
        assert str(position) == "finished, and its socket is still open"
        assert str(both.position("server")).startswith("stuck in recv(4)")


def test_a_side_that_computes_without_end_is_closed(monkeypatch):
    def computes(ip, port):
        while True:
            pass

    monkeypatch.setattr(stage, "REST_S", 0.1)
    real_sleep = time.sleep
    both = Stage(computes, serve).start()
    assert "makes no call" in str(both.position("client"))
    began = time.monotonic()
    both.close()
    assert time.monotonic() - began < CLOSE_S
    assert time.sleep is real_sleep


def test_a_side_that_waits_a_little_for_nobody_goes_on_after_that_time():
    def slow(ip, port):
        began = time.monotonic()
        heard = threading.Event().wait(120)
        return heard, round(time.monotonic() - began)

    with Stage(slow, serve) as both:
        assert both.position("client").call == "wait(120)"
        both.step("client")
        assert both.result("client") == (False, 120)


def test_code_without_a_source_is_noted_once():
    with Stage(lambda ip, port: socket.create_connection((ip, port)).close(), STAR_SERVER) as both:
        both.run()
    assert [(source.function, source.text) for source in both.trace.notes["server"].sources] == [
        ("star_server", "")
    ]


def test_a_call_in_a_comprehension_stands_in_the_function_around_it():
    def comprehends(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"Hi")
            return [sock.recv(size) for size in (24, 24)]

    with Stage(comprehends, serve) as both:
        both.run()
        assert {call.where.function for call in both.trace if call.actor == "client"} == {
            "comprehends"
        }


def test_a_flood_of_bytes_stays_readable():
    def floods(ip, port):
        with socket.create_connection((ip, port)) as sock:
            sock.sendall(b"x" * 1_000_000)

    def drinks(ip, port):
        with socket.create_server((ip, port)) as listener, listener.accept()[0] as peer:
            while peer.recv(100_000):
                pass

    with Stage(floods, drinks) as both:
        both.run()
    assert len(str(both.trace)) < 500_000
    assert "  … and more bytes" in str(both.trace)


def test_a_saved_trace_reads_the_same_later(tmp_path):
    with Stage(ask, serve, typed=("NAME",)) as both:
        both.run()
    path = tmp_path / "conversation.json"
    both.trace.save(path)
    again = Trace.load(path)
    assert str(again) == str(both.trace)
    assert again.hexdump() == both.trace.hexdump()
    assert again.text(ports=True, times=True) == both.trace.text(ports=True, times=True)
    assert [call.where[:2] for call in again] == [call.where[:2] for call in both.trace]
    assert "/" not in "".join(call.where.file for call in again), (
        "the saved file tells nothing of this computer"
    )


def test_errors_of_a_saved_trace_are_errors_again(tmp_path):
    with Stage(ask, serve) as both:
        both.step("client")
        both.run()
    both.trace.save(tmp_path / "refused.json")
    again = Trace.load(tmp_path / "refused.json")
    assert any(isinstance(call.result, ConnectionRefusedError) for call in again)
    assert str(again) == str(both.trace)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"format": "lenproto trace 0", "whole": [], "calls": []}',
        '{"format": "lenproto trace 1", "whole": [], "calls": [{"actor": "client"}]}',
        '{"format": "lenproto trace 1", "whole": [], "calls": []}',
        '{"format": "lenproto trace 1", "whole": [], "calls": [], "notes": {"client": []}}',
    ],
)
def test_what_is_no_saved_trace_is_said_so(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"other\.json holds no trace"):
        Trace.load(path)
