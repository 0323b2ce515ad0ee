import socket


def somebody_listens(ip, port):
    """Return True if somebody listens at this address, False if the call is refused. Leave nothing open."""
    # TODO: try to connect; close the socket; return True. What happens when nobody is there?
