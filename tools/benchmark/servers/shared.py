"""What all the Python servers of the benchmark share: the answers, a NAME that costs nothing among them."""

from lenproto.answers import ANSWERS as LENPROTO_ANSWERS
from lenproto.answers import EXIT
from lenproto.server import CLIENT_TIMEOUT_S
from lenproto.wire import greeting

ANSWERS = LENPROTO_ANSWERS | {"NAME": lambda: "server"}
GREETING = greeting(ANSWERS)

__all__ = ["ANSWERS", "CLIENT_TIMEOUT_S", "EXIT", "GREETING"]
