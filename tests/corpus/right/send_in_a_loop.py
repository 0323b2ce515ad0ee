"""send in a loop instead of sendall; for loops; main() at the bottom without a guard asks which program to run."""
import os
import random
import socket
import time


def send_everything(sock, data):
    sent = 0
    while sent < len(data):
        sent += sock.send(data[sent:])


def recv_everything(sock, n):
    """n bytes, or None"""
    data = b''
    while True:
        if len(data) == n:
            return data
        chunk = sock.recv(n - len(data))
        if len(chunk) == 0:
            return None
        data += chunk


def initial_contact(ip, port):
    try:
        client_socket = socket.socket()
        client_socket.connect((ip, port))
        send_everything(client_socket, b'Hi')
        greeting = recv_everything(client_socket, 48)
    except (OSError, ValueError, OverflowError) as e:
        print(f'Cannot talk to {ip}: {e}')
        client_socket.close()
        return False, '', None
    if greeting is None:
        print('The server left.')
        client_socket.close()
        return False, '', None
    greeting = greeting.decode('ascii', 'replace')
    print('Server said: "' + greeting + '"')
    return True, greeting, client_socket


def send_requests(answer, client_socket):
    # main() closes the socket
    while answer:
        request = input('Your request: ')[:4]
        if request.isascii() is False:
            print('A-Z only')
            continue
        request = request.upper() + ' ' * (4 - len(request))
        try:
            send_everything(client_socket, request.encode())
            header = recv_everything(client_socket, 4)
            if header is None:
                print('Goodbye')
                return
            for digit in header:
                if digit not in b'0123456789':
                    print('This is not our protocol')
                    return
            body = recv_everything(client_socket, int(header))
            if body is None:
                print('The server left in the middle')
                return
        except OSError as e:
            print('Lost:', e)
            return
        answer = header
        print('Answer:', body.decode('utf-8', 'replace'))


def initial_listen(ip, port):
    server_socket = socket.socket()
    if os.name == 'posix':
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server_socket.bind((ip, port))
        server_socket.listen()
        return server_socket
    except:
        server_socket.close()
        raise


def check_client(server_socket):
    client_socket, (ip, port) = server_socket.accept()
    try:
        handshake = recv_everything(client_socket, 2)
        if handshake != b'Hi':
            print(ip, 'did not say Hi')
            return client_socket, ''
        greeting = 'Possible requests: TIME, NAME, RAND and EXIT'
        greeting += ' ' * (48 - len(greeting))
        send_everything(client_socket, greeting.encode())
        request = recv_everything(client_socket, 4)
        if request is None:
            return client_socket, ''
        return client_socket, request.decode('latin-1')
    except OSError as e:
        print(ip, e)
        return client_socket, ''


def build_answer(request):
    if request == 'TIME':
        return time.strftime('%a, %d %b %Y %H:%M:%S')
    if request == 'NAME':
        return 'computer 7'
    if request == 'RAND':
        return str(random.sample(range(1, 11), 1)[0])
    return 'The requests are TIME, NAME, RAND and EXIT'


def serve_requests(request, client_socket):
    while True:
        if request == 'EXIT':
            break
        if len(request) == 0:
            break
        answer = build_answer(request).encode('utf-8')
        length = '000' + str(len(answer))
        length = length[-4:]
        try:
            send_everything(client_socket, length.encode())
            send_everything(client_socket, answer)
            data = recv_everything(client_socket, 4)
        except OSError:
            break
        if data is None:
            break
        request = data.decode('latin-1')
    client_socket.close()


def main():
    who = input('server or client? ')
    if who == 'server':
        server_socket = initial_listen('127.0.0.1', 8820)
        while True:
            client_socket, request = check_client(server_socket)
            serve_requests(request, client_socket)
    else:
        ok, answer, client_socket = initial_contact('127.0.0.1', 8820)
        if ok:
            send_requests(answer, client_socket)
            client_socket.close()


main()
