import socket

from lenproto.wire import recv_exactly


def initial_contact(ip, port):
    """Connect, say Hi, receive and print the greeting. Return (True, greeting, socket), or (False, "", None)."""
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.settimeout(10)  # seconds: a silent server may not keep a person waiting
    problem = "it left before its greeting was whole"
    try:
        client_socket.connect((ip, port))
        client_socket.sendall(b"Hi")
        message = recv_exactly(client_socket, 48)
    except (OSError, OverflowError) as error:  # refused, no such address, reset, silent
        message, problem = b"", error
    if len(message) < 48:
        print("No contact with the server:", problem)
        client_socket.close()
        return False, "", None
    greeting = message.decode("ascii", "backslashreplace")
    print(greeting)
    return True, greeting, client_socket
