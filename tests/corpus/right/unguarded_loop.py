"""A pupil's file: functions first, the endless server loop at the bottom, unguarded; a global counter."""

import datetime
import random
import socket

IP = "127.0.0.1"
PORT = 8820
counter = 0


def recv_n(sock, n):
    buf = b""
    while len(buf) < n:
        x = sock.recv(n - len(buf))
        if x == b"":
            return b""
        buf += x
    return buf


# ---------- client ----------

def initial_contact(ip, port):
    my_socket = socket.socket()
    try:
        my_socket.connect((ip, port))
        my_socket.sendall("Hi".encode())
        data = recv_n(my_socket, 48).decode("ascii", "replace")
    except Exception as e:
        print("error", e)
        my_socket.close()
        return False, None, None
    if data == "":
        print("error: no message from server")
        my_socket.close()
        return False, None, None
    print(data)
    return True, data, my_socket


def send_requests(answer, client_socket):
    while answer != "":
        request = input("enter request: ")
        request = request[:4]
        if not request.isascii():
            print("english!")
            continue
        request = request.upper()
        while len(request) < 4:
            request = request + " "
        try:
            client_socket.sendall(request.encode())
            size = recv_n(client_socket, 4)
            if not size.isdigit():
                break
            if size == b"0000":
                continue
            answer = recv_n(client_socket, int(size)).decode("utf-8", "replace")
            if answer != "":
                print(answer)
        except OSError:
            print("server is gone")
            break
    client_socket.close()


# ---------- server ----------

def initial_listen(ip, port):
    server_socket = socket.socket()
    try:
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server_socket.bind((ip, port))
        server_socket.listen(1)
    except OSError:
        server_socket.close()
        raise
    return server_socket


def check_client(server_socket):
    global counter
    client_socket, client_address = server_socket.accept()
    counter += 1
    print("client number", counter)
    request = ""
    try:
        hi = recv_n(client_socket, 2)
        if hi == b"Hi":
            client_socket.sendall("Hello client, send me TIME, NAME, RAND or EXIT!!".encode())
            request = recv_n(client_socket, 4).decode("latin-1")
    except OSError:
        request = ""
    return client_socket, request


def serve_requests(request, client_socket):
    while True:
        if request == "EXIT":
            break
        elif request == "":
            break
        elif request == "TIME":
            response = str(datetime.datetime.now())
        elif request == "NAME":
            response = "Server of Dana"
        elif request == "RAND":
            response = str(random.randint(1, 10))
        else:
            response = "bad request. TIME NAME RAND EXIT only"
        try:
            client_socket.sendall((str(len(response)).zfill(4) + response).encode())
            request = recv_n(client_socket, 4).decode("latin-1")
        except OSError:
            break
    client_socket.close()


server_socket = initial_listen(IP, PORT)
print("server is up")
while True:
    client_socket, request = check_client(server_socket)
    serve_requests(request, client_socket)
