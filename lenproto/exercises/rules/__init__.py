"""From what was seen to what is wrong: for each function, the evidence that shows each misconception.

A rule looks at bytes, calls and results, never at the source: any right way of writing passes.
"""

from lenproto.exercises.rules import (
    check_client,
    initial_contact,
    initial_listen,
    send_requests,
    serve_requests,
)
from lenproto.exercises.rules.finding import Finding, forbidden
from lenproto.exercises.run import Seen

__all__ = ["Finding", "judge"]

_RULES = {
    "initial_listen": initial_listen.judge,
    "check_client": check_client.judge,
    "serve_requests": serve_requests.judge,
    "initial_contact": initial_contact.judge,
    "send_requests": send_requests.judge,
}


def judge(seen: Seen) -> Finding | None:
    """Return the Finding that explains best what was Seen; None if all was as it should be."""
    return forbidden(seen) or _RULES[seen.case.function](seen)
