"""A trace in a file: what was saved comes back, and whatever else a file holds is no trace, and a ValueError."""

import json

import pytest
from helpers.watching import call
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lenproto.lab.trace import Trace

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
TALK = Trace([
    call("server", "listen"),
    call("client", "connect", ("127.0.0.1", 8820)),
    call("client", "sendall", b"Hi"),
    call("server", "recv", 2, b"Hi"),
    call("server", "recv", 48, UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")),
    call("client", "recv", 48, TimeoutError("timed out")),
])  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "talk.json"
    TALK.save(path)
    return json.loads(path.read_text("utf-8")), path.with_name("other.json")


def test_an_error_that_is_made_of_more_than_a_text_comes_back_as_one_of_the_system(saved):
    content, path = saved
    path.write_text(json.dumps(content), "utf-8")
    errors = [type(each.result).__name__ for each in Trace.load(path)[-2:]]
    assert errors == ["OSError", "TimeoutError"]


def places(thing, way=()):
    """The ways to all that is in a JSON value."""
    yield way
    if isinstance(thing, dict | list):
        for key in thing if isinstance(thing, dict) else range(len(thing)):
            yield from places(thing[key], (*way, key))


def changed(thing, way, value):
    """A JSON value with another one at that place."""
    if not way:
        return value
    copy = dict(thing) if isinstance(thing, dict) else list(thing)
    copy[way[0]] = changed(thing[way[0]], way[1:], value)
    return copy


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_is_no_trace_is_a_value_error_and_what_is_one_can_be_shown(saved, data):
    content, path = saved
    way = data.draw(st.sampled_from(list(places(content))))
    path.write_text(json.dumps(changed(content, way, data.draw(ANYTHING))), "utf-8")
    try:
        trace = Trace.load(path)
    except ValueError:
        return
    assert str(trace)
    trace.hexdump()


def test_ends_that_no_call_closed_come_back(tmp_path):
    trace = Trace(TALK)
    trace.gone = {(1, "client"): 3}
    trace.save(tmp_path / "talk.json")
    assert Trace.load(tmp_path / "talk.json").gone == {(1, "client"): 3}


@pytest.mark.parametrize("content", ["", "[", "[" * 100_000, "7", "null", "{}", '"x"'])
def test_other_files_are_no_traces(tmp_path, content):
    (tmp_path / "other.json").write_text(content, "utf-8")
    with pytest.raises(ValueError, match="no trace"):
        Trace.load(tmp_path / "other.json")
