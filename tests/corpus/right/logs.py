"""Chatty: a log line for everything, logging and print, constants at the top."""

import logging
import random
import socket
from datetime import datetime

BUFFER = 4
CODING = "utf-8"
MENU = ("TIME", "NAME", "RAND", "EXIT")
log = logging.getLogger("protocol")
logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")


def log_bytes(direction, data):
    log.info("%s %d bytes: %r", direction, len(data), data)


def receive(sock, wanted):
    data = b""
    while len(data) < wanted:
        new = sock.recv(wanted - len(data))
        log_bytes("<-", new)
        if not new:
            log.warning("end of stream")
            return None
        data += new
    return data


def transmit(sock, data):
    log_bytes("->", data)
    sock.sendall(data)


def initial_contact(ip, port):
    print(f"connecting to {ip}:{port} ...")
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.settimeout(10.0)
    try:
        client_socket.connect((ip, port))
        transmit(client_socket, b"Hi")
        greeting = receive(client_socket, 48)
    except Exception as error:
        log.error("no contact: %s", error)
        client_socket.close()
        print("no contact:", error)
        return False
    if greeting is None:
        client_socket.close()
        print("the server left without a word")
        return False
    greeting = greeting.decode("ascii", "replace")
    print(greeting)
    return True, greeting, client_socket


def send_requests(answer, client_socket):
    try:
        while answer:
            request = input(f"one of {MENU}: ")[:BUFFER]
            if not request.isascii():
                print("not possible")
                continue
            transmit(client_socket, request.upper().ljust(BUFFER).encode("ascii"))
            size = receive(client_socket, BUFFER)
            if size is None or not size.isdigit():
                log.info("no more answers")
                break
            answer = receive(client_socket, int(size))
            if answer is None:
                break
            print(answer.decode(CODING, "replace"))
            answer = True
    except OSError as error:
        log.error("lost the server: %s", error)
    log.info("closing")
    client_socket.close()


def initial_listen(ip, port):
    server_socket = socket.create_server((ip, port), backlog=1)
    print("listening on", server_socket.getsockname())
    return server_socket


def check_client(server_socket):
    log.info("waiting for a client")
    client_socket, address = server_socket.accept()
    log.info("client %s", address)
    try:
        handshake = receive(client_socket, 2)
        if handshake != b"Hi":
            log.warning("wrong handshake %r", handshake)
            return client_socket, ""
        transmit(client_socket, ("Menu: " + " / ".join(MENU)).ljust(48).encode())
        request = receive(client_socket, BUFFER)
    except OSError as error:
        log.error("%s: %s", address, error)
        return client_socket, ""
    return client_socket, (request or b"").decode("ascii", "backslashreplace")


def serve_requests(request, client_socket):
    try:
        while True:
            log.info("request %r", request)
            if request == "EXIT" or not request:
                break
            if request == "TIME":
                answer = datetime.now().astimezone().isoformat()
            elif request == "NAME":
                answer = "לוג"
            elif request == "RAND":
                answer = f"{random.randint(1, 10)}"
            else:
                answer = f"{request!r} is not on the menu: {MENU}"
            answer = answer.encode(CODING)
            transmit(client_socket, b"".join([str(len(answer)).zfill(4).encode(), answer]))
            data = receive(client_socket, BUFFER)
            if data is None:
                break
            request = data.decode("ascii", "backslashreplace")
    except OSError as error:
        log.error("lost the client: %s", error)
    finally:
        client_socket.close()
        log.info("closed")
