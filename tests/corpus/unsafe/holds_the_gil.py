"""unsafe: holds-the-gil
functions: check_client
A regular expression that takes for ever, inside C: no thread and no signal gets a turn.
"""

import re


def check_client(server_socket):
    client_socket, address = server_socket.accept()
    re.match(r'(a+)+$', 'a' * 64 + '!')
    return client_socket, 'TIME'
