"""iter(callable, sentinel) and functools.partial instead of while loops."""
import functools
import random
import socket
import time


def gather(sock, n):
    """recv(0) gives b'' at once, and so does the end of the stream: one sentinel for both."""
    data = bytearray()
    for part in iter(lambda: sock.recv(n - len(data)), b""):
        data += part
    return bytes(data) if len(data) == n else None


def quiet(function, *args):
    """function(*args), or None where the connection broke."""
    try:
        return function(*args)
    except OSError:
        return None


def prompt():
    try:
        return input("Enter a request (EXIT ends): ")
    except EOFError:
        return None


def ask(sock, request):
    sock.sendall(request)
    header = gather(sock, 4)
    if header is None or not header.isdigit():
        return None
    return gather(sock, int(header))


def next_request(sock):
    data = quiet(gather, sock, 4)
    return "EXIT" if data is None else data.decode("ascii", "replace")


def initial_contact(ip, port):
    sock = socket.socket()
    sock.settimeout(10)
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        data = gather(sock, 48)
        if data is None:
            raise EOFError("the greeting is not whole")
    except (OSError, EOFError, ValueError, OverflowError, TypeError) as error:
        sock.close()
        print(f"{type(error).__name__}: {error}")
        return False, "", None
    text = data.decode("ascii", "replace")
    print(text)
    return True, text, sock


def send_requests(answer, client_socket):
    if client_socket.gettimeout() is None:
        client_socket.settimeout(10)
    with client_socket:
        if not answer:
            return
        for line in iter(prompt, None):
            request = line[:4]
            if not request.isascii():
                print("Not ASCII: not sent.")
                continue
            body = quiet(ask, client_socket, request.upper().ljust(4).encode("ascii"))
            if body is None:
                print("There is no answer.")
                return
            print(body.decode("utf-8", "replace"))


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


GREET = functools.partial("{:<48}".format, "At your service: TIME NAME RAND EXIT")


def welcome(sock):
    if gather(sock, 2) != b"Hi":
        return None
    sock.sendall(GREET().encode("ascii"))
    return gather(sock, 4)


def check_client(server_socket):
    sock, _ = server_socket.accept()
    if sock.gettimeout() is None:
        sock.settimeout(300)
    return sock, (quiet(welcome, sock) or b"").decode("ascii", "replace")


ACTIONS = dict(
    TIME=functools.partial(time.strftime, "%Y/%m/%d, %H:%M"),
    NAME=socket.gethostname,
    RAND=lambda roll=functools.partial(random.randint, 1, 10): str(roll()),
)


def respond(sock, request):
    body = ACTIONS.get(request, lambda: "Can't do that. Can do: TIME, NAME, RAND, EXIT")().encode()
    if len(body) > 9999:
        raise ValueError("answer over 9999 bytes")
    try:
        sock.sendall(b"%04d" % len(body) + body)
    except OSError:
        return False
    return True


def serve_requests(request, client_socket):
    with client_socket:
        if request in ("", "EXIT"):
            return
        if client_socket.gettimeout() is None:
            client_socket.settimeout(300)
        if respond(client_socket, request):
            for request in iter(functools.partial(next_request, client_socket), "EXIT"):
                if not respond(client_socket, request):
                    break
