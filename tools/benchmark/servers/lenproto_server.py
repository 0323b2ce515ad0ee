"""lenproto's own server, its time limit on; with the argument "tap", recorded by a tap.

Prints its port, serves one client, ends.
"""

import contextlib
import sys
import threading

from shared import ANSWERS

from lenproto import check_client, initial_listen, serve_requests
from lenproto.lab.tap import Tap

tap = Tap({threading.current_thread(): "server"}) if "tap" in sys.argv else contextlib.nullcontext()

with initial_listen("127.0.0.1", 0) as server_socket:
    print(server_socket.getsockname()[1], flush=True)
    with tap:
        client_socket, request = check_client(server_socket, answers=ANSWERS)
        serve_requests(request, client_socket, answers=ANSWERS)
