"""The protocol as a Twisted Protocol. Prints its port, serves one client, ends."""

from shared import ANSWERS, EXIT, GREETING
from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol


class Server(Protocol):
    """Collects what comes; answers as soon as a whole request is there."""

    def connectionMade(self):
        self.received = b""
        self.greeted = False

    def dataReceived(self, data):
        self.received += data
        if not self.greeted and len(self.received) >= 2:
            self.greeted, self.received = True, self.received[2:]
            self.transport.write(GREETING)
        while self.greeted and len(self.received) >= 4:
            request, self.received = self.received[:4].decode("ascii"), self.received[4:]
            if request == EXIT:
                self.transport.loseConnection()
                return
            body = ANSWERS[request]().encode("utf-8")
            self.transport.write(b"%04d" % len(body) + body)

    def connectionLost(self, reason):
        reactor.stop()


listening = reactor.listenTCP(0, Factory.forProtocol(Server), interface="127.0.0.1")
print(listening.getHost().port, flush=True)
reactor.run()
