"""Unix style: file descriptors, os.read, os.writev, select.poll, sys.stdin and sys.stdout."""
import os
import random
import select
import socket
import sys
import time

POLLIN, POLLOUT = select.POLLIN, select.POLLOUT


def ready(fd, event, seconds):
    poll = select.poll()
    poll.register(fd, event)
    if not poll.poll(int(seconds * 1000)):
        raise TimeoutError("timed out")


def fd_read(fd, n, seconds):
    data = b""
    while len(data) < n:
        ready(fd, POLLIN, seconds)
        try:
            piece = os.read(fd, n - len(data))
        except BlockingIOError:
            continue
        if piece == b"":
            raise ConnectionError("end of file")
        data += piece
    return data


def fd_write(fd, data, seconds):
    while data:
        ready(fd, POLLOUT, seconds)
        try:
            data = data[os.write(fd, data):]
        except BlockingIOError:
            continue


class Unblocked:
    """The descriptor of a socket, O_NONBLOCK while we use it."""

    def __init__(self, sock, default):
        self.sock, self.old = sock, sock.gettimeout()
        self.seconds = self.old or default

    def __enter__(self):
        self.sock.setblocking(False)
        return self.sock.fileno(), self.seconds

    def __exit__(self, *_):
        self.sock.settimeout(self.old)


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def initial_contact(ip, port):
    sock = socket.socket()
    sock.settimeout(10)
    try:
        sock.connect((ip, port))
        with Unblocked(sock, 10) as (fd, seconds):
            fd_write(fd, b"Hi", seconds)
            text = fd_read(fd, 48, seconds).decode("ascii", "replace")
    except (OSError, ValueError, OverflowError, TypeError) as e:
        sock.close()
        say("contact: %s" % e)
        return False, "", None
    say(text)
    return True, text, sock


def send_requests(answer, client_socket):
    with client_socket:
        while answer:
            sys.stdout.write("$ ")
            sys.stdout.flush()
            line = sys.stdin.readline()
            if line == "":
                return
            word = line.rstrip("\n")[:4]
            if not word.isascii():
                say("not ASCII")
                continue
            try:
                with Unblocked(client_socket, 10) as (fd, seconds):
                    fd_write(fd, b"%-4b" % word.upper().encode("ascii"), seconds)
                    digits = fd_read(fd, 4, seconds)
                    if not digits.isdigit():
                        say("bad length")
                        return
                    body = fd_read(fd, int(digits), seconds)
            except OSError as e:
                say("answer: %s" % e)
                return
            say(body.decode("utf-8", "replace"))


def initial_listen(ip, port):
    sock = socket.socket()
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        sock.listen()
    except BaseException:
        sock.close()
        raise
    return sock


def check_client(server_socket):
    sock, _ = server_socket.accept()
    try:
        with Unblocked(sock, 300) as (fd, seconds):
            if fd_read(fd, 2, seconds) != b"Hi":
                return sock, ""
            fd_write(fd, b"usage: [ TIME | NAME | RAND | EXIT ]".ljust(48, b"."), seconds)
            return sock, fd_read(fd, 4, seconds).decode("latin-1")
    except OSError:
        return sock, ""


def serve_requests(request, client_socket):
    with client_socket:
        if not request:
            return
        try:
            with Unblocked(client_socket, 300) as (fd, seconds):
                while request != "EXIT":
                    if request == "TIME":
                        text = time.strftime("%a %b %e %H:%M:%S %Z %Y")
                    elif request == "NAME":
                        text = os.uname().nodename
                    elif request == "RAND":
                        text = str(os.urandom(1)[0] % 10 + 1)
                    else:
                        text = "command not found, try one of TIME NAME RAND EXIT"
                    body = text.encode("utf-8")
                    if len(body) > 9999:
                        raise ValueError("argument list too long")
                    fd_write(fd, b"%04d" % len(body), seconds)
                    fd_write(fd, body, seconds)
                    request = fd_read(fd, 4, seconds).decode("latin-1")
        except OSError:
            pass
