"""select.select with a deadline for every whole message, and send in a loop."""
import random
import socket
from select import select
from time import asctime, localtime, monotonic

CLIENT_SECONDS = socket.getdefaulttimeout() or 10
SERVER_SECONDS = 300


def receive(sock, n, seconds):
    deadline = monotonic() + seconds
    data = b''
    while n > len(data):
        left = deadline - monotonic()
        if left <= 0:
            return None
        readable, _, _ = select([sock], [], [], left)
        if not readable:
            return None
        try:
            new = sock.recv(n - len(data))
        except BlockingIOError:
            continue
        except OSError:
            return None
        if not new:
            return None
        data = data + new
        deadline = monotonic() + seconds
    return data


def transmit(sock, data, seconds):
    deadline = monotonic() + seconds
    sent = 0
    while sent < len(data):
        left = deadline - monotonic()
        if left <= 0:
            return False
        _, writable, _ = select([], [sock], [], left)
        if not writable:
            return False
        try:
            sent += sock.send(data[sent:])
        except BlockingIOError:
            continue
        except OSError:
            return False
    return True


def initial_contact(ip, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        s.settimeout(CLIENT_SECONDS)
        s.connect((ip, port))
    except Exception as e:
        print('connect failed: %s' % e)
        s.close()
        return False
    s.setblocking(False)
    greeting = None
    if transmit(s, b'Hi', CLIENT_SECONDS):
        greeting = receive(s, 48, CLIENT_SECONDS)
    if greeting is None:
        print('the server did not greet us')
        s.close()
        return False
    greeting = ''.join(map(chr, greeting))
    print(greeting)
    s.settimeout(CLIENT_SECONDS)
    return [True, greeting, s]


def send_requests(answer, client_socket):
    seconds = client_socket.gettimeout() or CLIENT_SECONDS
    client_socket.setblocking(False)
    while answer:
        try:
            request = input('Request (4 letters): ')[0:4]
        except EOFError:
            break
        bad = [c for c in request if ord(c) >= 128]
        if bad:
            print('I can only send plain English letters')
            continue
        request = request.upper()
        while len(request) < 4:
            request += ' '
        if not transmit(client_socket, request.encode('ascii'), seconds):
            print('could not send')
            break
        header = receive(client_socket, 4, seconds)
        if header is None or not header.isdigit():
            print('no more answers')
            break
        body = receive(client_socket, int(header), seconds)
        if body is None:
            print('answer cut short')
            break
        print('Server:', body.decode('utf-8', 'replace'))
    client_socket.close()


def initial_listen(ip, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((ip, port))
        s.listen(5)
    except Exception:
        s.close()
        raise
    return s


def check_client(server_socket):
    c, (ip, port) = server_socket.accept()
    before = c.gettimeout()
    seconds = before or SERVER_SECONDS
    c.setblocking(False)
    request = None
    if receive(c, 2, seconds) == b'Hi':
        if transmit(c, b'Options - TIME, NAME, RAND, EXIT. What is yours?', seconds):
            request = receive(c, 4, seconds)
    c.settimeout(before)
    if request is None:
        return c, ''
    return c, request.decode('ascii', 'replace')


def serve_requests(request, client_socket):
    if not request:
        client_socket.close()
        return
    seconds = client_socket.gettimeout() or SERVER_SECONDS
    client_socket.setblocking(False)
    try:
        while True:
            if request == 'EXIT':
                break
            elif request == 'TIME':
                reply = asctime(localtime())
            elif request == 'NAME':
                reply = socket.gethostname()
            elif request == 'RAND':
                reply = str(random.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
            else:
                reply = 'I only know TIME, NAME, RAND, EXIT, and that was none of them'
            reply = reply.encode('utf-8')
            if len(reply) > 9999:
                raise ValueError('reply is too long')
            if not transmit(client_socket, b'%04d' % len(reply) + reply, seconds):
                break
            request = receive(client_socket, 4, seconds)
            if request is None:
                break
            request = request.decode('ascii', 'replace')
    finally:
        client_socket.close()
