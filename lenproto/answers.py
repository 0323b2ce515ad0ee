"""What a client may ask for, and what answers it: one table, to which a lesson can add a line."""

import random
import socket
from datetime import datetime

EXIT = "EXIT"  # the one request that gets no answer: the server closes the connection

ANSWERS = {
    "TIME": lambda: datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
    "NAME": lambda: socket.gethostname(),
    "RAND": lambda: str(random.randint(1, 10)),
}


def answer_to(request, answers=ANSWERS):
    """Return the text that answers a request; for an unknown one, a text that names the known."""
    if request in answers:
        return answers[request]()
    return f"I do not know {request!r}. You can ask for: {', '.join([*answers, EXIT])}"
