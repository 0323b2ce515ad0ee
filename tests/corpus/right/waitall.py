"""MSG_WAITALL, with a look at how much came all the same."""

import random
import socket
import sys
import time

SIZE = 4


def whole(sock, n):
    if n == 0:
        return b""
    data = sock.recv(n, socket.MSG_WAITALL)
    while 0 < len(data) < n:  # a time limit or a signal may cut it short
        more = sock.recv(n - len(data), socket.MSG_WAITALL)
        if not more:
            return None
        data += more
    return data or None


def initial_contact(ip, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        s.connect((ip, port))
        s.sendall(b"Hi")
        data = whole(s, 48)
    except Exception as e:
        print(e, file=sys.stderr)
        s.close()
        return False
    if data is None:
        print("no greeting", file=sys.stderr)
        s.close()
        return False
    data = data.decode("utf-8", "replace")
    print(data)
    return True, data, s


def send_requests(answer, client_socket):
    try:
        while answer:
            word = input("ask: ")[:SIZE]
            while not word.isascii():
                word = input("in English letters! ask: ")[:SIZE]
            client_socket.sendall(word.upper().ljust(SIZE).encode())
            length = whole(client_socket, SIZE)
            if length is None or not length.isdigit():
                break
            answer = whole(client_socket, int(length))
            if answer is None:
                print("(cut off)")
                break
            print(answer.decode("utf-8", "replace"))
            answer = length
    except OSError as e:
        print(e, file=sys.stderr)
    finally:
        client_socket.close()


def initial_listen(ip, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((ip, port))
        s.listen(socket.SOMAXCONN)
        return s
    except OSError as e:
        s.close()
        raise e


def check_client(server_socket):
    (client_socket, (ip, port)) = server_socket.accept()
    try:
        hi = whole(client_socket, 2)
        if hi == b"Hi":
            client_socket.sendall("{:<48}".format("Hi there. TIME? NAME? RAND? EXIT?").encode())
            request = whole(client_socket, SIZE)
            if request is not None:
                return client_socket, request.decode("ascii", "replace")
    except OSError as e:
        print(ip, port, e, file=sys.stderr)
    return client_socket, ""


def serve_requests(request, client_socket):
    try:
        while True:
            if request == "EXIT":
                break
            if not request:
                break
            if request == "TIME":
                answer = time.asctime()
            elif request == "NAME":
                answer = "waitall-server"
            elif request == "RAND":
                answer = f"{random.randint(1, 10)}"
            else:
                answer = "ERROR: use TIME, NAME, RAND, EXIT"
            answer = answer.encode()
            client_socket.sendall(str(len(answer)).rjust(4, "0").encode() + answer)
            data = whole(client_socket, SIZE)
            if data is None:
                break
            request = data.decode("ascii", "replace")
    except OSError as e:
        print(e, file=sys.stderr)
    finally:
        client_socket.close()
