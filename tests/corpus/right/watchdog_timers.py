"""Timers that cut off who is silent, and a reader thread whose queue is waited for with a limit."""
import queue
import random
import socket
import threading
import time

LIMIT = 10
PATIENCE = 300
MENU = "Hello! You can ask for: TIME, NAME, RAND or EXIT"


class Watchdog:
    """Shuts a socket down when nobody has stroked it for a while."""

    def __init__(self, sock, seconds):
        self.sock, self.seconds, self.timer = sock, seconds, None

    def bite(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def __enter__(self):
        self.timer = threading.Timer(self.seconds, self.bite)
        self.timer.daemon = True
        self.timer.start()
        return self

    def __exit__(self, *exception):
        self.timer.cancel()
        self.timer.join(5)


def exactly(sock, n, seconds):
    data = b""
    with Watchdog(sock, seconds):
        while len(data) < n:
            piece = sock.recv(n - len(data))
            if not piece:
                raise EOFError("the other side has gone, or was silent for too long")
            data += piece
    return data


def put(sock, data, seconds):
    with Watchdog(sock, seconds):
        sock.sendall(data)


def initial_contact(ip, port):
    sock = None
    try:
        sock = socket.create_connection((ip, port), LIMIT)
        sock.settimeout(None)
        put(sock, b"Hi", LIMIT)
        greeting = exactly(sock, 48, LIMIT).decode("ascii")
        print(greeting)
        return True, greeting, sock
    except (OSError, EOFError, ValueError, OverflowError, TypeError) as error:
        print("no contact:", error)
        if sock:
            sock.close()
        return False, "", None


def _pull(sock, inbox):
    """Reads answers until there are no more, and says so."""
    try:
        while True:
            header = sock.recv(4, socket.MSG_WAITALL)
            if len(header) < 4 or not header.isdigit():
                break
            body = b""
            while len(body) < int(header):
                piece = sock.recv(int(header) - len(body))
                if not piece:
                    raise OSError("half an answer")
                body += piece
            inbox.put(body.decode("utf-8", "replace"))
    except OSError:
        pass
    inbox.put(None)


def send_requests(answer, client_socket):
    if not answer:
        return
    inbox = queue.Queue()
    reader = threading.Thread(target=_pull, args=(client_socket, inbox), daemon=True)
    reader.start()
    while True:
        try:
            request = input("request: ")[:4].ljust(4).upper().encode("ascii")
        except UnicodeEncodeError:
            print("capital letters only, please")
            continue
        except EOFError:
            break
        try:
            put(client_socket, request, LIMIT)
            text = inbox.get(timeout=LIMIT)
        except (OSError, queue.Empty):
            break
        if text is None:
            break
        print(text)
    try:
        client_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    reader.join(LIMIT)


def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.bind((ip, port))
        server_socket.listen()
    except BaseException:
        server_socket.close()
        raise
    return server_socket


def check_client(server_socket):
    client_socket, _ = server_socket.accept()
    try:
        if exactly(client_socket, 2, PATIENCE) != b"Hi":
            raise EOFError("another handshake")
        put(client_socket, MENU.encode("ascii"), PATIENCE)
        return client_socket, exactly(client_socket, 4, PATIENCE).decode("latin-1")
    except (OSError, EOFError):
        client_socket.close()
        return client_socket, ""


def answer_to(request):
    if request == "TIME":
        return time.strftime("%Y-%m-%d %H:%M:%S")
    if request == "NAME":
        return socket.gethostname()
    if request == "RAND":
        return str(random.randint(1, 10))
    return "I know TIME, NAME, RAND and EXIT"


def serve_requests(request, client_socket):
    with client_socket:
        while request and request != "EXIT":
            body = answer_to(request).encode("utf-8")
            try:
                put(client_socket, b"%04d" % len(body) + body, PATIENCE)
                request = exactly(client_socket, 4, PATIENCE).decode("latin-1")
            except (OSError, EOFError):
                break
