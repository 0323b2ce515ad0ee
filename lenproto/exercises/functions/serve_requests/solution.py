import random
import socket
from datetime import datetime

from lenproto.wire import recv_exactly


def answer_to(request):
    """Return the text that answers a request."""
    if request == "TIME":
        return datetime.now().strftime("%Y-%m-%d %H:%M:%S")
    if request == "NAME":
        return socket.gethostname()
    if request == "RAND":
        return str(random.randint(1, 10))
    return f"I do not know {request!r}. You can ask for: TIME, NAME, RAND, EXIT"


def serve_requests(request, client_socket):
    """Answer this request and all that follow, until EXIT or until the client is gone. Close its socket."""
    with client_socket:
        while True:
            if request in ("", "EXIT"):
                break
            body = answer_to(request).encode("utf-8")
            try:
                client_socket.sendall(b"%04d" % len(body) + body)  # the length counts bytes
                received = recv_exactly(client_socket, 4)
            except OSError:  # it reset the connection, or fell silent
                break
            if len(received) < 4:  # it left
                break
            request = received.decode("ascii", "backslashreplace")
