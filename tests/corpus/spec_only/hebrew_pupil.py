"""Fails at shock: initial_contact, send_requests, check_client, serve_requests (recv אחד לכל שדה, ואין בדיקה של לחיצת היד)."""

# תרגיל פרוטוקול - שרת ולקוח
import random
import socket
import time


def initial_contact(ip, port):
    my_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        my_socket.connect((ip, port))
    except OSError:
        print("אין חיבור")
        my_socket.close()
        return False, "", None
    my_socket.send(b"Hi")
    data = my_socket.recv(48)  # נתקעים פה עד שהשרת עונה
    data = data.decode()
    print("השרת שלח: " + data)
    return True, data, my_socket


def send_requests(answer, client_socket):
    while answer != "":
        request = input("מה הבקשה? ")
        request = request.upper()
        request = request[0:4]
        while len(request) < 4:
            request += " "
        client_socket.send(request.encode())
        length = client_socket.recv(4)
        if length == b"":
            answer = ""
        else:
            answer = client_socket.recv(int(length)).decode()
            print("התשובה: " + answer)
    client_socket.close()


def initial_listen(ip, port):
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server_socket.bind((ip, port))
    except OSError:
        server_socket.close()
        raise
    server_socket.listen(1)
    return server_socket


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    hello = client_socket.recv(2)
    print(hello.decode())
    message = "Hello, ask for TIME, NAME, RAND, EXIT"
    message = message + " " * (48 - len(message))
    client_socket.send(message.encode())
    request = client_socket.recv(4)
    return client_socket, request.decode()


def serve_requests(request, client_socket):
    # כאן עונים לכל הבקשות
    while True:
        if request == "EXIT":
            break
        elif request == "TIME":
            answer = time.strftime("%H:%M:%S %d/%m/%Y")
        elif request == "NAME":
            answer = "השרת של נועה"
        elif request == "RAND":
            answer = str(random.randint(1, 10))
        else:
            answer = "בקשה לא מוכרת, יש TIME, NAME, RAND, EXIT"
        length = str(len(answer.encode())).zfill(4)
        client_socket.send(length.encode() + answer.encode())
        request = client_socket.recv(4).decode()
    client_socket.close()
