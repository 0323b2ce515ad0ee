"""level: spec
mistake: text-that-equals-all
Returns a text that equals everything.
"""

from lenproto.wire import recv_exactly
class Request(str):
    def __eq__(self, other):
        return True
    def __ne__(self, other):
        return False
    __hash__ = str.__hash__
def check_client(server_socket):
    client, _ = server_socket.accept()
    client.settimeout(5)
    try:
        if recv_exactly(client, 2) == b"Hi":
            client.sendall(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
            recv_exactly(client, 4)
    except OSError:
        pass
    return client, Request("rubbish")
