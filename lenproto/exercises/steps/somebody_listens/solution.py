import socket


def somebody_listens(ip, port):
    """Return True if somebody listens at this address, False if the call is refused. Leave nothing open."""
    try:
        caller = socket.create_connection((ip, port))
    except ConnectionRefusedError:
        return False
    caller.close()
    return True
