"""lenproto's own client: python lenproto_client.py [tap] PORT REQUESTS prints the seconds they took."""

import contextlib
import os
import sys
import threading
import time

from lenproto import initial_contact, send_requests
from lenproto.lab.tap import Tap

port, requests = int(sys.argv[-2]), int(sys.argv[-1])
tap = Tap({threading.current_thread(): "client"}) if "tap" in sys.argv else contextlib.nullcontext()
moments = []


def person():
    """Yield what somebody types who asks for the name that often; note when."""
    for _ in range(requests // 10):  # to warm up: not timed
        yield "NAME"
    moments.append(time.perf_counter())
    for _ in range(requests):
        yield "NAME"
    moments.append(time.perf_counter())
    yield "EXIT"


typed = person()
with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), tap:
    contact, answer, client_socket = initial_contact("127.0.0.1", port)
    send_requests(answer, client_socket, ask=lambda prompt: next(typed))
print(moments[1] - moments[0])
