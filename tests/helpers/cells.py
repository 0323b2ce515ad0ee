"""Cells of a notebook without a notebook: code that was typed in, with its source at hand, in one namespace."""

import itertools
import linecache
import textwrap

COUNT = itertools.count(1)

GOOD_CHECK = """
def check_client(server_socket):
    client_socket, address = server_socket.accept()
    try:
        if exactly(client_socket, 2) != HI:
            return client_socket, ""
        client_socket.sendall(GREETING)
        request = exactly(client_socket, 4)
    except OSError:
        return client_socket, ""
    if len(request) < 4:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace")
"""
HELPERS = """
HI = b"Hi"
GREETING = b"Hello! You can ask for: TIME, NAME, RAND or EXIT"

def exactly(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            break
        data += piece
    return data
"""
SHORT_GREETING = """
def check_client(server_socket):
    client_socket, address = server_socket.accept()
    print("client", address)
    client_socket.recv(2)
    client_socket.sendall(b"Hello! You can ask for: TIME NAME, RAND or EXIT")
    return client_socket, client_socket.recv(4).decode()
"""


class Cells:
    """run(source) runs a cell; names has what all of them made."""

    def __init__(self, *sources):
        self.names = {"__name__": "__main__"}
        for source in sources:
            self.run(source)

    def run(self, source):
        """Run a cell; return the names."""
        file = f"<cell {next(COUNT)}>"
        text = textwrap.dedent(source)
        linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
        exec(compile(text, file, "exec"), self.names)
        return self.names

    def __getitem__(self, name):
        return self.names[name]
