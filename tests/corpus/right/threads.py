"""A helper thread reads, and is joined; the serving is done in a thread as well."""

import queue
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor


def receive(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            break
        data += piece
    return data


def receive_in_thread(sock, n):
    result = queue.Queue()

    def work():
        try:
            result.put(receive(sock, n))
        except OSError as error:
            result.put(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    value = result.get()
    if isinstance(value, OSError):
        raise value
    return value


def initial_contact(ip, port):
    sock = socket.socket()
    try:
        sock.connect((ip, port))
        sock.sendall(b"Hi")
        with ThreadPoolExecutor(1) as pool:
            greeting = pool.submit(receive, sock, 48).result()
        if len(greeting) < 48:
            raise OSError("the server left")
        greeting = greeting.decode("ascii", "replace")
    except Exception as error:
        sock.close()
        print("contact failed:", error)
        return False, "", None
    print(greeting)
    return True, greeting, sock


def send_requests(answer, client_socket):
    while answer:
        request = input("Enter TIME, NAME, RAND or EXIT: ")[:4]
        if not request.isascii():
            print("Please use English letters")
            continue
        try:
            client_socket.sendall(request.upper().ljust(4).encode())
            header = receive_in_thread(client_socket, 4)
            if len(header) < 4 or not header.isdigit():
                break
            body = receive_in_thread(client_socket, int(header))
            if len(body) < int(header):
                break
        except OSError as error:
            print("lost the server:", error)
            break
        print(body.decode("utf-8", "replace"))
    client_socket.close()


def initial_listen(ip, port):
    return socket.create_server((ip, port), family=socket.AF_INET, backlog=50)


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    try:
        if receive_in_thread(client_socket, 2) != b"Hi":
            return client_socket, ""
        client_socket.sendall("I can do: TIME, NAME, RAND, EXIT".ljust(48).encode())
        request = receive_in_thread(client_socket, 4)
    except OSError:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace") if len(request) == 4 else ""


def conversation(request, client_socket):
    try:
        while request and request != "EXIT":
            if request == "TIME":
                text = time.strftime("%H:%M:%S %d.%m.%Y")
            elif request == "NAME":
                text = threading.current_thread().name
            elif request == "RAND":
                text = str(random.randint(1, 10))
            else:
                text = "I only know TIME, NAME, RAND, EXIT"
            text = text.encode()
            client_socket.sendall(str(len(text)).zfill(4).encode() + text)
            data = receive(client_socket, 4)
            request = data.decode("ascii", "replace") if len(data) == 4 else ""
    except OSError:
        pass
    finally:
        client_socket.close()


def serve_requests(request, client_socket):
    thread = threading.Thread(target=conversation, args=(request, client_socket), name="worker")
    thread.start()
    thread.join()
