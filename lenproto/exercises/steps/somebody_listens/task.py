"""somebody_listens(ip, port): whether a call is answered or refused."""

import functools

from lenproto.exercises.functions.finding import ended_otherwise
from lenproto.exercises.steps import common
from lenproto.lab.shocks.script import ExpectEnd

NAME = "somebody_listens"
found = functools.partial(common.found, NAME)
set_up = common.listening

CASES = [
    common.meets(NAME, "a server listens", ExpectEnd(), wants=True),
    common.meets(NAME, "nobody listens", wants=False),
]


def explain(seen):
    calls = seen.calls("connect", "connect_ex")
    if seen.ending == "returned" and not calls:
        return found("calls-nobody")
    if seen.ending == "raised" and not seen.case.wants and isinstance(seen.error, ConnectionError):
        return found("refusal-ends-it", where=seen.failed_at)
    if wrong := ended_otherwise(seen) or _result(seen, calls[-1]):
        return wrong
    # a connection is thought to end with the function that made it
    if seen.case.wants and not seen.calls("close"):
        return found("leaves-the-call-open", where=calls[-1].where)
    return None


def _result(seen, call):
    got, wants = seen.result, seen.case.wants
    if got is None and not wants:
        return found("nothing-when-refused")
    if type(got) is int and call.name == "connect_ex":
        return found("number-for-an-answer", number=got, where=call.where)
    if got is (not wants):
        return found("the-other-way-round", result=repr(got), where=call.where)
    return common.result(seen)
