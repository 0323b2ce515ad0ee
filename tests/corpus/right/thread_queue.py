"""serve_requests with a reader thread and a bounded queue; the caller's thread answers."""
import queue
import random
import socket
import threading
from datetime import datetime

COMMANDS = {
    "TIME": lambda: datetime.now().isoformat(sep=" ", timespec="seconds"),
    "NAME": lambda: "Server «%s»" % socket.gethostname(),
    "RAND": lambda: str(random.randint(1, 10)),
    "EXIT": None,
}


def pull(sock, n):
    parts = []
    while n:
        part = sock.recv(n)
        if not part:
            return None
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def initial_contact(ip, port):
    sock = None
    try:
        sock = socket.socket()
        sock.settimeout(10)
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        greeting = pull(sock, 48)
        if greeting is None:
            raise OSError("closed without a whole greeting")
        greeting = greeting.decode("ascii", "replace")
        print(greeting)
        return True, greeting, sock
    except (OSError, ValueError, OverflowError, TypeError) as e:
        print("problem:", e)
        if sock is not None:
            sock.close()
        return False, "", None


def send_requests(answer, client_socket):
    """The network part runs in a worker thread too; this one only prompts and prints."""
    outgoing, incoming = queue.SimpleQueue(), queue.SimpleQueue()
    if client_socket.gettimeout() is None:
        client_socket.settimeout(10)

    def worker():
        try:
            for data in iter(outgoing.get, None):
                client_socket.sendall(data)
                head = pull(client_socket, 4)
                if head is None or not head.isdigit():
                    return
                body = pull(client_socket, int(head))
                if body is None:
                    return
                incoming.put(body)
        except OSError:
            pass
        finally:
            incoming.put(None)

    thread = threading.Thread(target=worker, daemon=True)
    thread.start()
    try:
        while answer:
            word = input("Ask: ")[:4]
            if not word.isascii():
                print("Only ASCII.")
                continue
            outgoing.put(f"{word.upper():<4}".encode("ascii"))
            body = incoming.get()
            if body is None:
                print("The server has stopped answering.")
                break
            print(body.decode("utf-8", "replace"))
    except EOFError:
        pass
    finally:
        outgoing.put(None)
        thread.join()
        client_socket.close()


def initial_listen(ip, port):
    sock = socket.socket()
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        sock.listen()
        return sock
    except BaseException:
        sock.close()
        raise


def check_client(server_socket):
    sock, peer = server_socket.accept()
    if sock.gettimeout() is None:
        sock.settimeout(300)
    try:
        if pull(sock, 2) == b"Hi":
            names = ", ".join(COMMANDS)
            greeting = ("You may send " + names).ljust(48).encode("ascii")
            if len(greeting) > 48:
                raise ValueError("too many requests for one greeting")
            sock.sendall(greeting)
            data = pull(sock, 4)
            if data is not None:
                return sock, data.decode("utf-8", "replace")
    except OSError:
        pass
    return sock, ""


def serve_requests(request, client_socket):
    if not request:
        client_socket.close()
        return
    if client_socket.gettimeout() is None:
        client_socket.settimeout(300)
    waiting = queue.Queue(maxsize=4)
    waiting.put(request)

    def reader():
        try:
            while (data := pull(client_socket, 4)) is not None:
                waiting.put(data.decode("utf-8", "replace"))
                if data == b"EXIT":
                    break
        except OSError:
            pass
        finally:
            waiting.put(None)

    if request == "EXIT":
        client_socket.close()
        return
    thread = threading.Thread(target=reader, daemon=True)
    thread.start()
    item = ""
    try:
        while True:
            item = waiting.get()
            if item is None or item == "EXIT":
                break
            make = COMMANDS.get(item)
            text = make() if make else "unknown; known are " + ", ".join(COMMANDS)
            body = text.encode("utf-8")
            if len(body) > 9999:
                raise ValueError("the body is over 9999 bytes")
            client_socket.sendall(f"{len(body):04d}".encode() + body)
    except OSError:
        pass
    finally:
        if item is not None:
            try:
                client_socket.shutdown(socket.SHUT_RDWR)   # wakes the reader up
            except OSError:
                pass
            while waiting.get() is not None:
                pass
        thread.join()
        client_socket.close()
