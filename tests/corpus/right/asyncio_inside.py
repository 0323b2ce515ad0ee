"""The five functions are ordinary ones; inside, asyncio.run does the talking."""
import asyncio
import random
import socket
from datetime import datetime

BROKEN = (OSError, EOFError, asyncio.TimeoutError)


class Wire:
    def __init__(self, sock, default):
        self.sock = sock
        self.before = sock.gettimeout()
        self.limit = self.before or default

    async def __aenter__(self):
        self.sock.setblocking(False)
        self.loop = asyncio.get_running_loop()
        return self

    async def __aexit__(self, *_):
        self.sock.settimeout(self.before)

    async def read(self, n):
        data = b""
        while len(data) < n:
            part = await asyncio.wait_for(self.loop.sock_recv(self.sock, n - len(data)), self.limit)
            if not part:
                raise EOFError("the stream ended")
            data += part
        return data

    async def write(self, data):
        await asyncio.wait_for(self.loop.sock_sendall(self.sock, data), self.limit)


async def _hello(sock):
    async with Wire(sock, 10) as wire:
        await wire.write(b"Hi")
        return await wire.read(48)


async def _exchange(sock, request):
    async with Wire(sock, 10) as wire:
        await wire.write(request)
        header = await wire.read(4)
        if not header.isdigit():
            raise EOFError("the length is not a number")
        return await wire.read(int(header))


async def _welcome(sock):
    async with Wire(sock, 300) as wire:
        if await wire.read(2) != b"Hi":
            return b""
        await wire.write(b"async server: please await TIME, NAME, RAND/EXIT")
        return await wire.read(4)


async def _serve(request, sock):
    async with Wire(sock, 300) as wire:
        while request != "EXIT":
            if request == "TIME":
                text = datetime.now().strftime("%a %d %b %Y %H:%M:%S.%f")
            elif request == "NAME":
                text = socket.gethostname()
            elif request == "RAND":
                text = str(random.randint(1, 10))
            else:
                text = "error: unknown request; known: TIME NAME RAND EXIT"
            body = text.encode("utf-8")
            if len(body) > 9999:
                raise ValueError("body over 9999 bytes")
            await wire.write(f"{len(body):04d}".encode("ascii") + body)
            request = (await wire.read(4)).decode("ascii", "replace")


def initial_contact(ip, port):
    sock = socket.socket()
    try:
        sock.settimeout(10)
        sock.connect((ip, port))
        greeting = asyncio.run(_hello(sock)).decode("ascii", "replace")
    except BROKEN + (ValueError, OverflowError, TypeError) as why:
        sock.close()
        print("no contact:", str(why) or type(why).__name__)
        return False, "", None
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    while answer:
        try:
            word = input("await ")[:4]
        except EOFError:
            break
        if not word.isascii():
            print("only ASCII can be awaited")
            continue
        try:
            body = asyncio.run(_exchange(client_socket, word.upper().ljust(4).encode("ascii")))
        except BROKEN as why:
            print("done:", why)
            break
        print(body.decode("utf-8", "replace"))
    client_socket.close()


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
        request = asyncio.run(_welcome(sock))
    except BROKEN:
        request = b""
    return sock, request.decode("ascii", "replace")


def serve_requests(request, client_socket):
    try:
        if request:
            asyncio.run(_serve(request, client_socket))
    except BROKEN:
        pass
    finally:
        client_socket.close()
