"""Fails at shock: initial_contact, send_requests, check_client, serve_requests (the course text to the letter: one recv a field)."""

import datetime
import random
import socket


def initial_contact(ip, port):
    client_socket = socket.socket()
    try:
        client_socket.connect((ip, port))
        client_socket.send("Hi".encode())
        message = client_socket.recv(48).decode()
    except Exception as e:
        print(e)
        client_socket.close()
        return False
    print(message)
    return True, message, client_socket


def send_requests(answer, client_socket):
    while answer:
        request = input("request: ")[:4].upper().ljust(4)
        client_socket.send(request.encode())
        length = client_socket.recv(4).decode()
        if length == "":
            break
        answer = client_socket.recv(int(length)).decode()
        print(answer)


def initial_listen(ip, port):
    return socket.create_server((ip, port))


def check_client(server_socket):
    client_socket, (ip, port) = server_socket.accept()
    client_socket.recv(2)
    client_socket.send("You can ask me for TIME, for NAME, RAND and EXIT".encode())
    request = client_socket.recv(4).decode()
    return client_socket, request


def serve_requests(request, client_socket):
    while True:
        if request == "EXIT":
            client_socket.close()
            break
        if request == "TIME":
            response = str(datetime.datetime.now())
        elif request == "NAME":
            response = "my server"
        elif request == "RAND":
            response = str(random.randint(1, 10))
        else:
            response = "TIME, NAME, RAND or EXIT please"
        client_socket.send((str(len(response)).zfill(4) + response).encode())
        request = client_socket.recv(4).decode()
