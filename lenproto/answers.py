"""What a client may ask for, and what answers it: one table, to which a lesson can add a line."""

import random
import socket
from collections.abc import Callable
from datetime import datetime

Answers = dict[str, Callable[[], str]]  # a request → the function that makes the answer

EXIT = "EXIT"  # the one request that gets no answer: the server closes the connection

ANSWERS: Answers = {
    "TIME": lambda: datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
    "NAME": lambda: socket.gethostname(),
    "RAND": lambda: str(random.randint(1, 10)),
}


def answer_to(request: str, answers: Answers = ANSWERS) -> str:
    """Return the text that answers a request; for an unknown one, a text that names the known."""
    if request in answers:
        return answers[request]()
    return f"I do not know {request!r}. You can ask for: {', '.join([*answers, EXIT])}"
