"""A state machine that does no I/O of its own, driven by poll()."""
import enum
import random
import select
import socket
import time


class State(enum.Enum):
    HANDSHAKE = "2 bytes"
    GREETING = "48 bytes"
    REQUEST = "4 letters"
    LENGTH = "4 digits"
    BODY = "as many as the length said"
    DONE = "done"
    FAILED = "failed"


NEEDS = {State.HANDSHAKE: 2, State.GREETING: 48, State.REQUEST: 4, State.LENGTH: 4}


class Machine:
    def __init__(self, state):
        self.inbox = b""
        self.enter(state)

    def enter(self, state, needs=None):
        self.state = state
        self.needs = NEEDS[state] if needs is None else needs
        self.inbox = b""

    @property
    def finished(self):
        return self.state in (State.DONE, State.FAILED)

    def feed(self, data):
        if not data:
            self.enter(State.FAILED, 0)
            return b""
        self.inbox += data
        return self.full(self.inbox) if len(self.inbox) == self.needs else b""


class Welcome(Machine):
    request = ""

    def full(self, data):
        if self.state is State.HANDSHAKE:
            if data != b"Hi":
                self.enter(State.FAILED, 0)
                return b""
            self.enter(State.REQUEST)
            return b"Finite states, finite menu: TIME NAME RAND EXIT.".ljust(48)
        self.request = data.decode("ascii", "replace")
        self.enter(State.DONE, 0)
        return b""


class Answering(Machine):
    MENU = ("TIME", "NAME", "RAND", "EXIT")

    def full(self, data):
        request = data.decode("latin-1")
        if request == "EXIT":
            self.enter(State.DONE, 0)
            return b""
        self.enter(State.REQUEST)
        if request == "TIME":
            text = time.strftime("%Y-%m-%d, %H hours %M minutes")
        elif request == "NAME":
            text = socket.gethostname()
        elif request == "RAND":
            text = str(random.randint(1, 10))
        else:
            text = "this machine has no transition for that, only for " + " ".join(self.MENU)
        body = text.encode("utf-8")
        if len(body) > 9999:
            raise ValueError("body over 9999 bytes")
        return b"%04d" % len(body) + body


class Greeted(Machine):
    text = ""

    def full(self, data):
        self.text = data.decode("ascii", "replace")
        self.enter(State.DONE, 0)
        return b""


class Answer(Machine):
    text = None

    def full(self, data):
        if self.state is State.LENGTH:
            if not data.isdigit():
                self.enter(State.FAILED, 0)
            elif int(data) == 0:
                self.text = ""
                self.enter(State.DONE, 0)
            else:
                self.enter(State.BODY, int(data))
        else:
            self.text = data.decode("utf-8", "replace")
            self.enter(State.DONE, 0)
        return b""


def drive(machine, sock, default, outbox=b""):
    """Runs the machine on the socket until it is done; True if it did not fail."""
    before = sock.gettimeout()
    limit = 1000 * (before or default)
    sock.setblocking(False)
    poller = select.poll()
    poller.register(sock, 0)
    try:
        while outbox or not machine.finished:
            poller.modify(sock, select.POLLOUT if outbox else select.POLLIN)
            if not poller.poll(limit):
                return False
            try:
                if outbox:
                    outbox = outbox[sock.send(outbox):]
                else:
                    outbox = machine.feed(sock.recv(machine.needs - len(machine.inbox)))
            except BlockingIOError:
                pass
    except OSError:
        return False
    finally:
        sock.settimeout(before)
    return machine.state is State.DONE


def initial_contact(ip, port):
    sock = socket.socket()
    sock.settimeout(10)
    machine = Greeted(State.GREETING)
    try:
        sock.connect((ip, port))
        if not drive(machine, sock, 10, b"Hi"):
            raise OSError("no whole greeting in time")
    except (OSError, ValueError, OverflowError, TypeError) as e:
        sock.close()
        print("failed --", e)
        return False, "", None
    print(machine.text)
    return True, machine.text, sock


def send_requests(answer, client_socket):
    while answer:
        try:
            word = input("next transition: ")[:4]
        except EOFError:
            break
        if not word.isascii():
            print("not in the alphabet of this machine")
            continue
        machine = Answer(State.LENGTH)
        if not drive(machine, client_socket, 10, word.upper().ljust(4).encode("ascii")):
            print("final state")
            break
        print(machine.text)
    client_socket.close()


def initial_listen(ip, port):
    sock = socket.socket()
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((ip, port))
        sock.listen()
    except BaseException:
        sock.close()
        raise
    return sock


def check_client(server_socket):
    sock, _ = server_socket.accept()
    machine = Welcome(State.HANDSHAKE)
    return sock, machine.request if drive(machine, sock, 300) else ""


def serve_requests(request, client_socket):
    try:
        if request:
            machine = Answering(State.REQUEST)
            drive(machine, client_socket, 300, machine.full(request.encode("latin-1", "replace")))
    finally:
        client_socket.close()
