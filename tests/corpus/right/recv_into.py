"""recv_into a bytearray through a memoryview."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket


def fill(sock: socket.socket, size: int) -> bytearray:
    """Return size bytes; EOFError if the stream ends first."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        n = sock.recv_into(view)
        if n == 0:
            raise EOFError(f"{size - len(view)} of {size} bytes came")
        view = view[n:]
    return buffer


def initial_contact(ip: str, port: int) -> tuple[bool, str, socket.socket | None]:
    sock = socket.socket()
    sock.settimeout(10)
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        greeting = fill(sock, 48).decode("ascii")
    except (OSError, EOFError, OverflowError, UnicodeError) as error:
        sock.close()
        print("Could not make contact:", type(error).__name__, error)
        return False, "", None
    print(greeting.strip())
    return True, greeting, sock


def send_requests(answer: str, client_socket: socket.socket) -> None:
    while answer:
        text = input("Your request, please: ")[:4]
        if not text.isascii():
            print("That cannot be sent.")
            continue
        try:
            client_socket.sendall(bytearray(text.upper().ljust(4), "ascii"))
            header = fill(client_socket, 4)
            if not header.isdigit():
                print("The server broke the protocol.")
                break
            body = fill(client_socket, int(header)).decode("utf-8", "replace")
        except (OSError, EOFError):
            break
        print("Answer:", body)
    client_socket.close()


def initial_listen(ip: str, port: int) -> socket.socket:
    server = socket.socket()
    if os.name != "nt":
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
    try:
        server.bind((ip, port))
    except OSError:
        server.close()
        raise
    server.listen(1)
    return server


def check_client(server_socket: socket.socket) -> tuple[socket.socket, str]:
    client, _address = server_socket.accept()
    client.settimeout(300)
    try:
        if fill(client, 2) != b"Hi":
            raise EOFError("no handshake")
        client.sendall(b"Requests: TIME, NAME, RAND, EXIT. What is yours?")
        return client, fill(client, 4).decode("ascii", "replace")
    except (OSError, EOFError):
        return client, ""


def serve_requests(request: str, client_socket: socket.socket) -> None:
    while request != "EXIT" and request:
        if request == "TIME":
            body = dt.datetime.now().strftime("%A %d %B %Y, %I:%M %p").encode()
        elif request == "NAME":
            body = "מחשב המורה".encode()
        elif request == "RAND":
            body = str(secrets.randbelow(10) + 1).encode()
        else:
            body = b"Only TIME, NAME, RAND, EXIT are known here."
        try:
            client_socket.sendall(format(len(body), "04d").encode())
            client_socket.sendall(body)
            request = fill(client_socket, 4).decode("ascii", "replace")
        except (OSError, EOFError):
            request = ""
    client_socket.close()
