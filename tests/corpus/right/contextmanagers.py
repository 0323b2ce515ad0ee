"""contextlib all over: contextmanager, closing, suppress, ExitStack."""

import contextlib
import random
import socket
import time

GREETING = b"Greetings. Ask me for TIME, NAME, RAND, or EXIT."


@contextlib.contextmanager
def closed_on_error(sock):
    try:
        yield sock
    except BaseException:
        sock.close()
        raise


@contextlib.contextmanager
def report(what):
    try:
        yield
    except (OSError, EOFError, ValueError, OverflowError) as error:
        print(f"{what}: {error}")


def recv_field(sock, size):
    field = bytearray()
    while len(field) < size:
        piece = sock.recv(size - len(field))
        if not piece:
            raise EOFError(f"the stream ended after {len(field)} of {size} bytes")
        field += piece
    return bytes(field)


def initial_contact(ip, port):
    with report("no contact"), closed_on_error(socket.socket()) as sock:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        greeting = recv_field(sock, 48).decode("ascii")
        print(greeting)
        return True, greeting, sock
    return False, "", None


def send_requests(answer, client_socket):
    with contextlib.closing(client_socket), report("conversation over"):
        while answer:
            request = input("request? ")[:4]
            if not request.isascii():
                print("not sent: ASCII only")
                continue
            client_socket.sendall(request.upper().ljust(4).encode("ascii"))
            header = recv_field(client_socket, 4)
            if not header.isdigit():
                raise ValueError(f"no length: {header!r}")
            answer = header + recv_field(client_socket, int(header))
            print(answer[4:].decode("utf-8", "replace"))


def initial_listen(ip, port):
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.socket())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        sock.listen()
        stack.pop_all()
        return sock


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    with contextlib.suppress(OSError, EOFError):
        if recv_field(client_socket, 2) == b"Hi":
            client_socket.sendall(GREETING)
            return client_socket, recv_field(client_socket, 4).decode("ascii", "backslashreplace")
    return client_socket, ""


def serve_requests(request, client_socket):
    with contextlib.closing(client_socket), contextlib.suppress(OSError, EOFError):
        while request not in {"", "EXIT"}:
            if request == "TIME":
                body = time.ctime()
            elif request == "NAME":
                body = socket.gethostname()
            elif request == "RAND":
                body = str(random.randint(1, 10))
            else:
                body = "There is TIME, there is NAME, there is RAND, there is EXIT."
            body = body.encode()
            client_socket.sendall(b"%04d" % len(body) + body)
            request = recv_field(client_socket, 4).decode("ascii", "backslashreplace")
