# %% right
import socket

def meet_the_server(ip, port):
    with socket.create_connection((ip, port)) as client_socket:
        client_socket.sendall(b"Hi")
        print(client_socket.recv(48).decode())

# %% right: close by hand
import socket

def meet_the_server(ip, port):
    sock = socket.socket()
    sock.connect((ip, port))
    sock.send(b"Hi")
    greeting = sock.recv(1024)
    print("The server says:", greeting)
    sock.close()

# %% reads-before-it-speaks
import socket

def meet_the_server(ip, port):
    with socket.create_connection((ip, port)) as client_socket:
        print(client_socket.recv(48))
        client_socket.sendall(b"Hi")

# %% calls-nobody
def meet_the_server(ip, port):
    print("Hello! You can ask for: TIME, NAME, RAND or EXIT")

# %% says-nothing
import socket

def meet_the_server(ip, port):
    with socket.create_connection((ip, port)) as client_socket:
        print("connected")

# %% says-something-else
import socket

def meet_the_server(ip, port):
    with socket.create_connection((ip, port)) as client_socket:
        client_socket.sendall(b"HiHi")
        print(client_socket.recv(48))

# %% reads-no-greeting
import socket

def meet_the_server(ip, port):
    with socket.create_connection((ip, port)) as client_socket:
        client_socket.sendall(b"Hi")
        print("Hello")

# %% greeting-not-shown
import socket

def meet_the_server(ip, port):
    with socket.create_connection((ip, port)) as client_socket:
        client_socket.sendall(b"Hi")
        greeting = client_socket.recv(48)

# %% greeting-cut
import socket

def meet_the_server(ip, port):
    with socket.create_connection((ip, port)) as client_socket:
        client_socket.sendall(b"Hi")
        print(client_socket.recv(5))

# %% leaves-the-call-open
import socket

def meet_the_server(ip, port):
    global client_socket
    client_socket = socket.create_connection((ip, port))
    client_socket.sendall(b"Hi")
    print(client_socket.recv(48))
