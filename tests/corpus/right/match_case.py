"""match/case on the request, try/finally, parameters with other names."""

import os
import random
import socket
from datetime import datetime


def take(conn, count):
    got = b""
    while missing := count - len(got):
        got += (piece := conn.recv(missing))
        if not piece:
            return b""
    return got


def initial_contact(host, number):
    conn = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    worked = False
    try:
        conn.connect((host, number))
        conn.sendall(b"Hi")
        first = take(conn, 48).decode("ascii", "replace")
        if first:
            print("<<", first)
            worked = True
            return True, first, conn
        print("!! the server hung up")
    except (OSError, OverflowError, ValueError) as why:
        print("!!", why)
    finally:
        if not worked:
            conn.close()
    return False, "", None


def send_requests(last, conn):
    try:
        while last:
            wish = input(">> ")[:4]
            if not wish.isascii():
                print("!! ascii only")
                continue
            conn.sendall(wish.upper().ljust(4, " ").encode("ascii"))
            match take(conn, 4):
                case b"":
                    break
                case b"0000":
                    print("<<")
                case digits if digits.isdigit():
                    body = take(conn, int(digits))
                    if not body:
                        print("!! cut off")
                        break
                    print("<<", body.decode("utf-8", "replace"))
                case other:
                    print("!! no length:", other)
                    break
    except OSError as why:
        print("!!", why)
    finally:
        conn.close()


def initial_listen(host, number):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, number))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def check_client(listener):
    conn, _ = listener.accept()
    try:
        match take(conn, 2):
            case b"Hi":
                conn.sendall(f"{'TIME, NAME, RAND, EXIT - which one?':48}".encode())
                return conn, take(conn, 4).decode("ascii", "replace")
            case _:
                return conn, ""
    except OSError:
        return conn, ""


def serve_requests(wish, conn):
    try:
        while True:
            match wish:
                case "TIME":
                    text = datetime.now().strftime("%c")
                case "NAME":
                    text = socket.getfqdn() or "nameless"
                case "RAND":
                    text = str(random.randint(1, 10))
                case "EXIT" | "":
                    break
                case _:
                    text = f"{ascii(wish)}? Try TIME, NAME, RAND or EXIT."
            data = text.encode()
            conn.sendall(b"%04d" % len(data))
            conn.sendall(data)
            wish = take(conn, 4).decode("ascii", "replace")
    except OSError:
        pass
    finally:
        conn.close()
