# %% right
from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}

def serve_in_order(request, client_socket):
    while request != "EXIT":
        answer = answers[request]
        client_socket.sendall(frame(answer))
        request = recv_exactly(client_socket, 4).decode()
    client_socket.close()

# %% reads-before-it-answers
from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}

def serve_in_order(request, client_socket):
    while request != "EXIT":
        request = recv_exactly(client_socket, 4).decode()
        answer = answers[request]
        client_socket.sendall(frame(answer))
    client_socket.close()

# %% closes-before-it-answers
from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}

def serve_in_order(request, client_socket):
    client_socket.close()
    while request != "EXIT":
        answer = answers[request]
        client_socket.sendall(frame(answer))
        request = recv_exactly(client_socket, 4).decode()

# %% uses-what-is-not-there
from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}

def serve_in_order(request, client_socket):
    while request != "EXIT":
        client_socket.sendall(frame(answer))
        answer = answers[request]
        request = recv_exactly(client_socket, 4).decode()
    client_socket.close()

# %% does-not-close
from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}

def serve_in_order(request, client_socket):
    while request != "EXIT":
        answer = answers[request]
        client_socket.sendall(frame(answer))
        request = recv_exactly(client_socket, 4).decode()

# %% answers-the-wrong-request
from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}

def serve_in_order(request, client_socket):
    answer = answers[request]
    while request != "EXIT":
        client_socket.sendall(frame(answer))
        request = recv_exactly(client_socket, 4).decode()
    client_socket.close()

# %% answers-too-little
from lenproto.wire import frame, recv_exactly

answers = {"NAME": "lena", "CITY": "Haifa"}

def serve_in_order(request, client_socket):
    answer = answers[request]
    client_socket.sendall(frame(answer))
    request = recv_exactly(client_socket, 4).decode()
    client_socket.close()
