"""from socket import *, and a bare False where there is no contact."""

from random import *
from socket import *
from time import *


def get(s, n):
    got = b''
    while n > 0:
        x = s.recv(n)
        if not x:
            return b''
        got += x
        n -= len(x)
    return got


def initial_contact(ip, port):
    s = socket(AF_INET, SOCK_STREAM)
    try:
        s.connect((ip, port))
        s.sendall('Hi'.encode())
        msg = get(s, 48).decode()
    except Exception as e:
        s.close()
        print('problem:', e)
        return False
    if msg == '':
        s.close()
        print('problem: the server did not say hello')
        return False
    print(msg)
    return True, msg, s


def send_requests(answer, s):
    while answer != '':
        req = input('TIME / NAME / RAND / EXIT: ')[0:4].upper()
        try:
            req = ('%-4s' % req).encode('ascii')
        except UnicodeEncodeError:
            print('only English please')
            continue
        if len(req) != 4:
            print('only four letters please')
            continue
        try:
            s.sendall(req)
            size = get(s, 4)
            if not size.isdigit():
                break
            if int(size) == 0:
                print()
                continue
            answer = get(s, int(size)).decode('utf8', 'ignore')
        except error as e:
            print('the server is gone', e)
            break
        print(answer)
    s.close()


def initial_listen(ip, port):
    s = socket(AF_INET, SOCK_STREAM)
    s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    try:
        s.bind((ip, port))
        s.listen(5)
    except:
        s.close()
        raise
    return s


def check_client(server_socket):
    c, addr = server_socket.accept()
    try:
        if get(c, 2) == b'Hi':
            c.sendall(b'Welcome, please choose TIME, NAME, RAND or EXIT '[:48].ljust(48))
            return c, get(c, 4).decode('latin-1')
    except error:
        pass
    return c, ''


def serve_requests(request, c):
    try:
        while request != '':
            if request == 'EXIT':
                break
            elif request == 'TIME':
                ans = ctime()
            elif request == 'NAME':
                ans = 'my server'
            elif request == 'RAND':
                ans = str(randint(1, 10))
            else:
                ans = 'what is ' + ascii(request) + '? try TIME NAME RAND EXIT'
            c.sendall(('%04d' % len(ans)).encode())
            c.sendall(ans.encode())
            request = get(c, 4).decode('latin-1')
    except error:
        pass
    c.close()
