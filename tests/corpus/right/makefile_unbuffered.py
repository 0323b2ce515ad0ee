"""Sockets as files: makefile("rwb", buffering=0)."""

import random
import socket
import time


def read_exactly(stream, n):
    """RawIOBase.read may return less than n."""
    result = bytearray()
    while len(result) < n:
        piece = stream.read(n - len(result))
        if not piece:
            break
        result.extend(piece)
    return bytes(result)


def write_all(stream, data):
    while data:
        written = stream.write(data)
        data = data[written:]


def initial_contact(ip, port):
    sock = None
    try:
        sock = socket.create_connection((ip, port), timeout=10)
        with sock.makefile("rwb", buffering=0) as stream:
            write_all(stream, b"Hi")
            greeting = read_exactly(stream, 48)
        if len(greeting) != 48:
            raise OSError("the greeting was cut off")
        greeting = str(greeting, "ascii", "replace")
        print(greeting)
        return True, greeting, sock
    except (OSError, ValueError, OverflowError) as err:
        print("initial contact failed:", err)
        if sock is not None:
            sock.close()
        return False, "", None


def send_requests(answer, client_socket):
    stream = client_socket.makefile("rwb", buffering=0)
    try:
        while answer:
            typed = input("request: ")
            typed = typed[:4]
            if any(ord(c) > 127 for c in typed):
                print("I can only send English letters.")
                continue
            write_all(stream, typed.upper().ljust(4).encode("ascii"))
            header = read_exactly(stream, 4)
            if not (len(header) == 4 and header.isdigit()):
                break
            body = read_exactly(stream, int(header))
            if len(body) != int(header):
                print("The answer was cut off.")
                break
            print(body.decode("utf-8", "backslashreplace"))
            answer = header
    except OSError as err:
        print("stopped:", err)
    finally:
        stream.close()
        client_socket.close()


def initial_listen(ip, port):
    server_socket = socket.create_server((ip, port), backlog=10)
    return server_socket


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    try:
        with client_socket.makefile("rwb", buffering=0) as stream:
            if read_exactly(stream, 2) != b"Hi":
                return client_socket, ""
            write_all(stream, b"%-48s" % b"Ask me! TIME | NAME | RAND | EXIT")
            request = read_exactly(stream, 4)
    except OSError:
        request = b""
    if len(request) != 4:
        request = b""
    return client_socket, request.decode("latin1")


def serve_requests(request, client_socket):
    stream = client_socket.makefile("rwb", buffering=0)
    try:
        while request not in ("", "EXIT"):
            if request == "TIME":
                reply = time.strftime("Today is %d/%m/%Y and it is %H:%M:%S")
            elif request == "NAME":
                reply = socket.gethostname()
            elif request == "RAND":
                reply = "%d" % random.choice(range(1, 11))
            else:
                reply = "No such request; there are TIME, NAME, RAND and EXIT"
            reply = reply.encode("utf-8")
            write_all(stream, b"%04d%s" % (len(reply), reply))
            data = read_exactly(stream, 4)
            request = data.decode("latin1") if len(data) == 4 else ""
    except OSError as err:
        print("lost the client:", err)
    finally:
        stream.close()
        client_socket.close()


if __name__ == "__main__":
    listening = initial_listen("127.0.0.1", 8820)
    while True:
        who, first = check_client(listening)
        serve_requests(first, who)
