"""socket.create_server, create_connection and with; short functions."""
import contextlib
import datetime
import platform
import random
import socket

KNOWN = ["TIME", "NAME", "RAND", "EXIT"]
GREETING = ("You may ask: " + " ".join(KNOWN)).ljust(48).encode("ascii")


class Gone(Exception):
    pass


def read(sock, count):
    chunks = []
    while count:
        chunk = sock.recv(count)
        if not chunk:
            raise Gone("the other side left")
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def initial_contact(ip, port):
    with contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(socket.create_connection((ip, port)))
            client.sendall(b"Hi")
            text = read(client, 48).decode("ascii", "replace")
        except (OSError, Gone, OverflowError, ValueError) as error:
            print(f"could not reach {ip}:{port} ({error})")
            return (False, "", None)
        print(f"server: {text}")
        stack.pop_all()  # keep it open
    return (True, text, client)


def ask():
    while not (text := input("> ")[:4]).isascii():
        print("ASCII letters, please")
    return f"{text.upper():4}".encode()


def send_requests(answer, client_socket):
    with client_socket:
        while answer:
            try:
                client_socket.sendall(ask())
                header = read(client_socket, 4)
                if not header.isdigit():
                    raise Gone(f"{header} is no length")
                text = read(client_socket, int(header)).decode(errors="replace")
            except (OSError, Gone) as error:
                print(f"[end of conversation: {error}]")
                return
            print(f"server: {text}")


def initial_listen(ip, port):
    return socket.create_server((ip, port))


def check_client(server_socket):
    client, _ = server_socket.accept()
    request = ""
    with contextlib.suppress(OSError, Gone):
        if read(client, 2) == b"Hi":
            client.sendall(GREETING)
            request = read(client, 4).decode("ascii", "backslashreplace")
    return client, request


def respond(request):
    if request == "TIME":
        return datetime.datetime.now().isoformat(sep=" ", timespec="seconds")
    if request == "NAME":
        return platform.node() or "server"
    if request == "RAND":
        return str(random.randrange(1, 11))
    return f"Unknown. Known: {KNOWN}"


def serve_requests(request, client_socket):
    with client_socket, contextlib.suppress(OSError, Gone):
        while request and request != "EXIT":
            body = respond(request).encode()
            client_socket.sendall(f"{len(body):04}".encode() + body)
            request = read(client_socket, 4).decode("ascii", "backslashreplace")
