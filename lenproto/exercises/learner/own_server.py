"""The learner's own server as a program: the three functions of a notebook or file, until Ctrl-C."""

import threading

from lenproto.exercises.learner.own import functions_in
from lenproto.lab.background import client_of, server_socket_of
from lenproto.lab.program import LabError, failure_of
from lenproto.server import report
from lenproto.words import Words, say

NEEDED = ("initial_listen", "check_client", "serve_requests")
LOOK_S = 1.0  # between two moments in which Windows hears Ctrl-C


def run(path, ip, port):
    """Serve with the functions of a file, as they stand, until KeyboardInterrupt.

    NotReadable where there is no such file. LabError says why it ends by itself: a function is
    missing, or one of them failed, and on which line.
    """
    functions = functions_in(path)
    if missing := [name for name in NEEDED if name not in functions]:
        raise LabError(Words("verdict.own.missing", file=path, functions=missing))
    ended = []
    # in a thread of its own: no system keeps Ctrl-C from the one that waits for it
    program = threading.Thread(
        target=_serve, args=(functions, ip, port, ended), name="server", daemon=True
    )
    program.start()
    while program.is_alive():
        program.join(LOOK_S)
    raise LabError(failure_of(ended[0]).words("stage.stopped", name="server"))


def _serve(functions, ip, port, ended):
    """The main program, as the course text has it. It ends by an error only, which is put to ended."""
    try:
        listen, check = functions["initial_listen"], functions["check_client"]
        server_socket = server_socket_of(listen, listen(ip, port))
        report(say("core.listening", address="{}:{}".format(*server_socket.getsockname())))
        while True:
            client_socket, request = client_of(check, check(server_socket))
            functions["serve_requests"](request, client_socket)
    except BaseException as error:  # exit(), too
        ended.append(error)
