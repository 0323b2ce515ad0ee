"""The clock that judged code sees: it stands still, the judge moves it, and what tells it is told from all else."""

import asyncio
import datetime
import email.utils
import os
import random
import threading
import time
from datetime import datetime as fetched_before

import pytest

from lenproto import server
from lenproto.answers import ANSWERS
from lenproto.exercises.functions import part
from lenproto.exercises.functions.case import Case, Silence, cases
from lenproto.exercises.functions.finding import explain
from lenproto.exercises.functions.serve_requests.rules import _name
from lenproto.exercises.judging import clock
from lenproto.exercises.judging.clock import CLOCK, JUDGING, LOADING
from lenproto.exercises.judging.driven import NO_LIMIT_S
from lenproto.exercises.judging.run import run
from lenproto.exercises.judging.waits import stand_in
from lenproto.lab.shocks.script import ExpectAnswer
from lenproto.wire import frame, recv_exactly

WAYS = [  # to tell a date, a time or both
    lambda: str(datetime.datetime.now()),
    lambda: datetime.datetime.now().isoformat(),
    lambda: str(datetime.datetime.now(datetime.UTC)),
    lambda: repr(datetime.datetime.now()),
    lambda: str(datetime.date.today()),
    lambda: str(datetime.datetime.today().time()),
    lambda: f"{datetime.datetime.now():%d.%m.%y}",
    lambda: f"{datetime.datetime.now():%d/%m}",
    lambda: f"{datetime.datetime.now():%Y%m%d%H%M%S}",
    lambda: f"it is {datetime.datetime.now():%I:%M %p}",
    lambda: f"{datetime.datetime.now().hour % 12}:{datetime.datetime.now().minute}",
    lambda: f"{datetime.datetime.now().day} בדצמבר",
    lambda: datetime.datetime.now().strftime("%A, %d %B"),
    lambda: datetime.datetime.now().strftime("%j %Y"),
    lambda: datetime.datetime.now().strftime("%G-W%V-%u"),
    lambda: time.ctime(),
    lambda: time.asctime(),
    lambda: time.asctime(time.gmtime()),
    lambda: time.strftime("%c"),
    lambda: time.strftime("%H%M"),
    lambda: str(time.localtime()),
    lambda: str(time.time()),
    lambda: str(round(time.time())),
    lambda: str(time.time_ns()),
    lambda: f"{time.time():,.0f}",
    lambda: email.utils.formatdate(),
    lambda: ANSWERS["TIME"](),
]
NO_WAYS = [
    lambda: "12:00",
    lambda: "2024-12-31 12:00",
    lambda: "23:45",
    lambda: "now",
    lambda: str(datetime.datetime.now),
    lambda: str(datetime.datetime.now().hour),
    lambda: str(time.monotonic()),
]


def of(name):
    """The case of serve_requests of this name."""
    return next(case for case in cases("serve_requests") if case.name == name)


def telling(tell):
    """A serve_requests that answers TIME so."""

    def serve_requests(request, sock):
        others = {"NAME": lambda: "lena", "RAND": lambda: str(random.randint(1, 10)), "TIME": tell}
        while request != "EXIT":
            sock.sendall(frame(others[request]()))
            request = recv_exactly(sock, 4).decode()
        sock.close()

    return serve_requests


def told(tell, name="TIME first"):
    """What is wrong with TIME as it is told so; None if nothing is."""
    finding = run(of(name), telling(tell), explain)[1]
    return finding and finding.misconception


@pytest.mark.parametrize("tell", WAYS)
def test_every_way_to_tell_the_time_is_one(tell):
    assert told(tell) is None


@pytest.mark.parametrize("tell", NO_WAYS)
def test_what_is_no_time_of_this_moment_is_none(tell):
    assert told(tell) == "time-is-not-now"


@pytest.mark.parametrize("tell", [way for way in WAYS if way is not WAYS[11]])
def test_what_was_worked_out_at_load_is_told_in_every_format(tell):
    with stand_in():
        at_load = tell()
        assert told(lambda: at_load) == "time-stands-still"


def test_what_was_worked_out_for_the_request_before_is_told():
    asked = []

    def tell():
        asked.append(time.strftime("%H:%M"))
        return asked[0]

    assert told(tell) == "time-stands-still"


def test_a_name_or_a_random_number_is_no_time():
    seen, finding, _ = run(
        of("many random numbers"), server.serve_requests, part("serve_requests", "rules").explain
    )
    assert finding is None and seen.ending == "returned"
    with stand_in():
        CLOCK.set(JUDGING)
        names = [_name(name) for name in ("pc-10-14", "room 23 pc 12", "DESKTOP-1223", "lena23")]
        others = [_name(text).misconception for text in ("21:45", "7", "23.12.2036, 21:45")]
    assert names == [None] * 4 and others == ["answers-another-request"] * 3


def test_no_number_of_the_one_moment_is_of_the_other():
    with stand_in():
        fields = [
            {*moment[1:6], moment.tm_year % 100, moment.tm_hour}
            for each in (LOADING, JUDGING)
            for moment in (time.localtime(each // clock.NS), time.gmtime(each // clock.NS))
        ]
    first, second = fields[0] | fields[1], fields[2] | fields[3]
    assert not first & second and min(first | second) > 10
    assert len(first) == len(second) == 7, "each field differs from the others, too"


def test_the_clock_stands_still_in_all_its_names_and_only_sleep_moves_it():
    names = [
        time.time, time.monotonic, time.perf_counter,
        lambda: time.time_ns() / 1e9, lambda: time.monotonic_ns() / 1e9,
        lambda: time.perf_counter_ns() / 1e9, lambda: time.mktime(time.localtime()),
        lambda: datetime.datetime.now().timestamp(),
    ]  # fmt: skip

    def learner(request, sock):
        told = [
            time.time, time.monotonic, time.perf_counter,
            *names[3:],
        ]  # fmt: skip
        before = [tell() for tell in told]
        assert before == [tell() for tell in told]
        time.sleep(7)
        return [round(tell() - past) for tell, past in zip(told, before, strict=True)]

    seen = run(Case("serve_requests", "spec", "a test", "", ()), learner, lambda seen: None)[0]
    assert seen.result == [7] * len(names)


@pytest.mark.parametrize(("limit_s", "passed"), [(60, 60), (0.5, 0.5), (None, NO_LIMIT_S)])
def test_a_time_limit_that_runs_out_moves_the_clock_by_what_it_is(limit_s, passed):
    def learner(request, sock):
        sock.settimeout(limit_s)
        before = time.monotonic()
        with pytest.raises(TimeoutError):
            sock.recv(4)
        return time.monotonic() - before

    case = Case("serve_requests", "spec", "a test", "", (Silence(),))
    assert run(case, learner, lambda seen: None)[0].result == pytest.approx(passed)


def test_an_event_that_nobody_sets_is_a_sleep():
    def learner(request, sock):
        before = time.time()
        return threading.Event().wait(500), time.time() - before

    case = Case("serve_requests", "spec", "a test", "", ())
    assert run(case, learner, lambda seen: None)[0].result == (False, pytest.approx(500))


def test_asyncio_sleeps_and_gives_up_by_the_same_clock_also_while_its_peer_waits():
    def learner(request, sock):
        async def answer():
            loop = asyncio.get_running_loop()
            await asyncio.sleep(5)
            sock.sendall(b"0004lena")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(loop.sock_recv(sock, 4), 300)
            return time.monotonic()

        before = time.monotonic()
        sock.setblocking(False)
        return asyncio.run(answer()) - before

    case = Case("serve_requests", "spec", "a test", "", (ExpectAnswer(), Silence()))
    assert run(case, learner, lambda seen: None)[0].result == pytest.approx(305)


def test_who_asks_the_clock_alone_until_it_is_late_is_late_at_last():
    def learner(request, sock):
        ends = time.time() + 300
        while time.time() < ends:
            pass
        return "late"

    case = Case("serve_requests", "spec", "a test", "", ())
    assert run(case, learner, lambda seen: None)[0].result == "late"


def test_the_stand_ins_are_as_the_real_classes_and_functions():
    with stand_in():
        now, today = datetime.datetime.now(), datetime.date.today()

        class Mine(datetime.datetime):
            pass

        class Holds:
            tell = time.time

        assert isinstance(now, datetime.date) and isinstance(now, fetched_before)
        assert isinstance(fetched_before(2030, 1, 1), datetime.datetime)
        assert not isinstance(today, datetime.datetime) and not isinstance(now, Mine)
        assert type(now) is datetime.datetime and type(Mine.now()) is Mine
        assert repr(now) == repr(fetched_before.fromisoformat(str(now)))
        assert (
            now - datetime.timedelta(days=1) < now == datetime.datetime.fromtimestamp(time.time())
        )
        assert Holds().tell() == time.time(), "a built-in function is no method of who keeps it"
        assert repr(time.time) == "<built-in function time>"
        assert repr(datetime.datetime.now).startswith("<built-in method now of type object")


def test_outside_the_clock_is_the_real_one_also_for_who_kept_a_stand_in():
    before = time.time, datetime.datetime, datetime.date, os.environ.get("TZ"), time.tzname
    with stand_in():
        kept, kept_class = time.time, datetime.datetime
        assert kept() == clock.LOADING / clock.NS
    assert before == (
        time.time, datetime.datetime, datetime.date, os.environ.get("TZ"), time.tzname,
    )  # fmt: skip
    assert abs(kept() - time.time()) < 3600
    assert abs(kept_class.now() - fetched_before.now()) < datetime.timedelta(hours=1)


@pytest.mark.parametrize(("text", "wrong"), [
    ("2031-11-28", "1-11-28"),
    ("2031-11-28 17:47:54.437291", "1-11-28 17:47:54.437291"),
    ("20311128", "11128"),
    ("28.11.2031, 17:47", "8.11.2031, 17:47"),
    ("Fri Nov 28 17:47:54 2031", "Fri Nov 28 17:47:54 2031"),
    ("It is Nov 28", "Nov 28"),
    ("the time", "the time"),
])  # fmt: skip
def test_the_first_wrong_character_of_a_time_is_where_no_form_of_now_goes_on(text, wrong):
    assert text[clock.first_wrong(text, [clock.LOADING], clock.JUDGING) :] == wrong


def test_digits_in_an_address_of_memory_tell_no_day():
    day = time.gmtime(JUDGING // clock.NS).tm_mday
    for address in (f"0x7fab{day}cd8820", f"0x{day}", f"0x7f{day:02}{day:02}abcdef"):
        text = f"<built-in method now of type object at {address}>"
        assert not clock.tells(text, [JUDGING])
    assert clock.tells(f"{day} December", [JUDGING])
