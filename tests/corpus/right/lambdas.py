"""A table of lambdas; initial_listen is a lambda, too; lists come back instead of tuples."""
import random, socket, time

LIMIT = 10
JOBS = {
    "TIME": lambda: time.strftime("%Y-%m-%d %H:%M:%S"),
    "NAME": lambda: "lambda server",
    "RAND": lambda: str(random.randint(1, 10)),
}
ALL = ", ".join(JOBS) + ", EXIT"
frame = lambda text: (str(len(text.encode())).zfill(4) + text).encode()
answer_for = lambda request: JOBS.get(request, lambda: "unknown request, known are " + ALL)()


def recvn(sock, n):
    parts = []
    while sum(map(len, parts)) < n:
        parts.append(sock.recv(n - sum(map(len, parts))))
        if not parts[-1]:
            return b""
    return b"".join(parts)


def initial_contact(ip, port):
    sock = socket.socket()
    sock.settimeout(LIMIT)
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        hello = recvn(sock, 48)
        if not hello:
            raise OSError("closed before 48 bytes")
        hello = hello.decode("ascii", "replace")
    except Exception as e:
        print("failed:", e)
        sock.close()
        return [False, "", None]
    print(hello)
    return [True, hello, sock]


def send_requests(answer, client_socket):
    while answer:
        text = input("? ")[:4]
        if not text.isascii():
            print("only a-z")
            continue
        try:
            client_socket.sendall(f"{text.upper():<4}".encode())
            header = recvn(client_socket, 4)
            if not header.isdigit():
                break
            body = recvn(client_socket, int(header))
        except OSError:
            print("no answer")
            break
        if len(body) < int(header):
            break
        print(body.decode("utf-8", "replace"))
    client_socket.close()


initial_listen = lambda ip, port: socket.create_server((ip, port))


def check_client(server_socket):
    sock, addr = server_socket.accept()
    sock.settimeout(60)
    try:
        if recvn(sock, 2) == b"Hi":
            sock.sendall(("Choose: " + ALL).ljust(48).encode())
            return [sock, recvn(sock, 4).decode("ascii", "replace")]
    except OSError:
        pass
    return [sock, ""]


def serve_requests(request, client_socket):
    try:
        while request and request != "EXIT":
            client_socket.sendall(frame(answer_for(request)))
            request = recvn(client_socket, 4).decode("ascii", "replace")
    except OSError:
        pass
    client_socket.close()
