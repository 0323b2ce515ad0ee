"""Dataclasses and type hints: an Answer knows its own frame, a Peer its socket."""

from __future__ import annotations

import enum
import os
import random
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Optional

GREETING_BYTES: Final = 48


class Request(str, enum.Enum):
    TIME = "TIME"
    NAME = "NAME"
    RAND = "RAND"
    EXIT = "EXIT"


class Contact(NamedTuple):
    ok: bool
    greeting: str
    sock: Optional[socket.socket]


class Visit(NamedTuple):
    sock: socket.socket
    request: str


@dataclass(frozen=True)
class Answer:
    text: str

    @property
    def frame(self) -> bytes:
        body = self.text.encode("utf-8")
        return f"{len(body):0>4}".encode() + body


@dataclass
class Peer:
    sock: socket.socket
    received: int = 0

    def take(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (piece := self.sock.recv(size - len(data))):
            data += piece
            self.received += len(piece)
        return data


def initial_contact(ip: str, port: int) -> Contact:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        data = Peer(sock).take(GREETING_BYTES)
        if len(data) != GREETING_BYTES:
            raise ConnectionError(f"only {len(data)} bytes of greeting")
        greeting = data.decode("ascii", "replace")
    except (OSError, OverflowError, ValueError) as error:
        sock.close()
        print(f"Contact failed: {error}")
        return Contact(False, "", None)
    print(greeting)
    return Contact(True, greeting, sock)


def send_requests(answer: str, client_socket: socket.socket) -> None:
    peer = Peer(client_socket)
    try:
        while answer:
            typed: str = input("What shall I ask? ")[:4]
            if not typed.isascii():
                print("No.")
                continue
            client_socket.sendall(typed.upper().ljust(4).encode())
            header: bytes = peer.take(4)
            if len(header) != 4 or not header.isdigit():
                return
            body: bytes = peer.take(int(header))
            if len(body) != int(header):
                print("The answer is not whole.")
                return
            print(body.decode("utf-8", errors="replace"))
    except OSError as error:
        print(f"Stopped: {error}")
    finally:
        client_socket.close()


def initial_listen(ip: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        sock.listen()
    except OSError:
        sock.close()
        raise
    return sock


def check_client(server_socket: socket.socket) -> Visit:
    sock, _ = server_socket.accept()
    peer = Peer(sock)
    try:
        if peer.take(2) != b"Hi":
            return Visit(sock, "")
        names = ", ".join(r.value for r in Request)
        sock.sendall(f"{'You can send ' + names:<{GREETING_BYTES}}".encode())
        data = peer.take(4)
    except OSError:
        data = b""
    return Visit(sock, data.decode("latin-1") if len(data) == 4 else "")


def answer_to(request: str) -> Answer:
    if request == Request.TIME:
        return Answer(datetime.now().strftime("%Y/%m/%d %H:%M:%S"))
    if request == Request.NAME:
        return Answer("typed")
    if request == Request.RAND:
        return Answer(str(random.randint(1, 10)))
    return Answer("unknown; known are " + " ".join(r.value for r in Request))


def serve_requests(request: str, client_socket: socket.socket) -> None:
    peer = Peer(client_socket)
    try:
        while request and request != Request.EXIT:
            client_socket.sendall(answer_to(request).frame)
            data = peer.take(4)
            request = data.decode("latin-1") if len(data) == 4 else ""
    except OSError:
        pass
    finally:
        client_socket.close()
