# %% right
import socket

def talk_in_order(ip, port):
    client_socket = socket.socket()
    client_socket.connect((ip, port))
    client_socket.sendall(b"Hi")
    greeting = client_socket.recv(48)
    client_socket.close()
    return greeting

# %% uses-what-is-not-there
import socket

def talk_in_order(ip, port):
    client_socket.connect((ip, port))
    client_socket = socket.socket()
    client_socket.sendall(b"Hi")
    greeting = client_socket.recv(48)
    client_socket.close()
    return greeting

# %% talks-before-it-connects
import socket

def talk_in_order(ip, port):
    client_socket = socket.socket()
    client_socket.sendall(b"Hi")
    client_socket.connect((ip, port))
    greeting = client_socket.recv(48)
    client_socket.close()
    return greeting

# %% reads-before-it-speaks
import socket

def talk_in_order(ip, port):
    client_socket = socket.socket()
    client_socket.connect((ip, port))
    greeting = client_socket.recv(48)
    client_socket.sendall(b"Hi")
    client_socket.close()
    return greeting

# %% goes-on-after-close
import socket

def talk_in_order(ip, port):
    client_socket = socket.socket()
    client_socket.connect((ip, port))
    client_socket.sendall(b"Hi")
    client_socket.close()
    greeting = client_socket.recv(48)
    return greeting

# %% returns-before-it-closes
import socket

def talk_in_order(ip, port):
    client_socket = socket.socket()
    client_socket.connect((ip, port))
    client_socket.sendall(b"Hi")
    greeting = client_socket.recv(48)
    return greeting
    client_socket.close()

# %% uses-what-is-not-there: the greeting
import socket

def talk_in_order(ip, port):
    client_socket = socket.socket()
    client_socket.connect((ip, port))
    client_socket.sendall(b"Hi")
    return greeting
    greeting = client_socket.recv(48)
    client_socket.close()

# %% says-nothing
import socket

def talk_in_order(ip, port):
    client_socket = socket.socket()
    client_socket.connect((ip, port))
    client_socket.close()
