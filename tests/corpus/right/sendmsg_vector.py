"""Scatter and gather: sendmsg([header, body]) and recvmsg_into."""
import random
import socket
import time
from collections import deque


def send_parts(sock, *parts):
    """All of the parts; sendmsg may take fewer bytes than it was given."""
    todo = deque(memoryview(part) for part in parts if part)
    while todo:
        sent = sock.sendmsg(todo)
        while todo and sent >= len(todo[0]):
            sent -= len(todo.popleft())
        if sent:
            todo[0] = todo[0][sent:]


def recv_parts(sock, *sizes):
    """Buffers of these sizes, all of them full; None at the end of the stream."""
    buffers = [bytearray(size) for size in sizes]
    todo = deque(memoryview(buffer) for buffer in buffers if buffer)
    while todo:
        got = sock.recvmsg_into(todo)[0]
        if got == 0:
            return None
        while todo and got >= len(todo[0]):
            got -= len(todo.popleft())
        if got:
            todo[0] = todo[0][got:]
    return [bytes(buffer) for buffer in buffers]


def set_limit(sock, seconds):
    if sock.gettimeout() is None:
        sock.settimeout(seconds)


def initial_contact(ip, port):
    sock = socket.socket()
    set_limit(sock, 10)
    try:
        sock.connect((ip, port))
        send_parts(sock, b"H", b"i")
        got = recv_parts(sock, 24, 24)
    except (OSError, ValueError, OverflowError, TypeError) as e:
        sock.close()
        print("error:", e)
        return False, "", None
    if got is None:
        sock.close()
        print("error: the server closed before its greeting was whole")
        return False, "", None
    greeting = b"".join(got).decode("ascii", "replace")
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    set_limit(client_socket, 10)
    with client_socket:
        while answer:
            try:
                word = input("Send: ")[:4]
            except EOFError:
                return
            if not word.isascii():
                print("Cannot send that.")
                continue
            word = word.upper().encode("ascii")
            try:
                send_parts(client_socket, word, b"    "[len(word):])
                head = recv_parts(client_socket, 4)
                if head is None or not head[0].isdigit():
                    return
                body = recv_parts(client_socket, int(head[0]))
            except OSError as e:
                print(e)
                return
            if body is None:
                return
            print("Received: %s" % body[0].decode("utf-8", "replace"))


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


NAMES = [b"TIME", b"NAME", b"RAND", b"EXIT"]


def check_client(server_socket):
    sock, _ = server_socket.accept()
    set_limit(sock, 300)
    try:
        if recv_parts(sock, 1, 1) == [b"H", b"i"]:
            menu = b", ".join(NAMES)
            send_parts(sock, b"I answer to ", menu, b" " * (36 - len(menu)))
            request = recv_parts(sock, 4)
            if request:
                return sock, request[0].decode("latin-1")
    except OSError:
        pass
    sock.close()
    return sock, ""


def serve_requests(request, client_socket):
    try:
        if request:
            set_limit(client_socket, 300)
        while request:
            if request == "EXIT":
                break
            elif request == "TIME":
                body = time.strftime("%H:%M %d/%m/%y").encode()
            elif request == "NAME":
                body = socket.gethostname().encode()
            elif request == "RAND":
                body = b"%d" % random.randint(1, 10)
            else:
                body = "unknown “%s”: use ".encode() % ascii(request).encode() + b" ".join(NAMES)
            if len(body) > 9999:
                raise ValueError("body over 9999 bytes")
            send_parts(client_socket, b"%04d" % len(body), body)
            request = recv_parts(client_socket, 4)
            request = request[0].decode("latin-1") if request else ""
    except OSError:
        pass
    finally:
        client_socket.close()
