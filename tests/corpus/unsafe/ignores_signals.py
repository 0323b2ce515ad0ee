"""unsafe: ignores-signals
functions: serve_requests
Ignores the polite signals and loops for ever.
"""

import signal
import sys

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)


def serve_requests(request, client_socket):
    while True:
        sys.stdout.flush()
