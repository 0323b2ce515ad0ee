# %% right
import socket

def somebody_listens(ip, port):
    try:
        with socket.create_connection((ip, port)):
            return True
    except OSError:
        return False

# %% right: connect_ex
import socket

def somebody_listens(ip, port):
    with socket.socket() as caller:
        return caller.connect_ex((ip, port)) == 0

# %% right: else and finally
import socket

def somebody_listens(ip, port):
    caller = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    caller.settimeout(3)
    try:
        caller.connect((ip, port))
    except (ConnectionRefusedError, TimeoutError):
        found = False
    else:
        found = True
    finally:
        caller.close()
    return found

# %% calls-nobody
def somebody_listens(ip, port):
    return True

# %% refusal-ends-it
import socket

def somebody_listens(ip, port):
    socket.create_connection((ip, port)).close()
    return True

# %% nothing-when-refused
import socket

def somebody_listens(ip, port):
    try:
        socket.create_connection((ip, port)).close()
        return True
    except OSError:
        pass

# %% the-other-way-round
import socket

def somebody_listens(ip, port):
    try:
        socket.create_connection((ip, port)).close()
    except OSError:
        return True
    return False

# %% number-for-an-answer
import socket

def somebody_listens(ip, port):
    with socket.socket() as caller:
        return caller.connect_ex((ip, port))

# %% leaves-the-call-open
import socket

keep = []

def somebody_listens(ip, port):
    try:
        keep.append(socket.create_connection((ip, port)))
        return True
    except OSError:
        return False

# %% leaves-the-call-open: to Python
import socket

def somebody_listens(ip, port):
    try:
        socket.create_connection((ip, port))
        return True
    except OSError:
        return False

# %% another-result
import socket

def somebody_listens(ip, port):
    try:
        socket.create_connection((ip, port)).close()
        return "yes"
    except OSError:
        return "no"
