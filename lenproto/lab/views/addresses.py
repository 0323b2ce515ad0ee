"""Which two addresses each socket joins: the picture of a connection and its two ends."""

import html
import string

import ipywidgets

from lenproto.lab.views.page import TextForm, page
from lenproto.words import say


class Addresses(TextForm, ipywidgets.HTML):
    """A table of sockets: the address of its own end, and of the other end.

    On the page the ports are the real ones. In the text they are letters, the same letter for the
    same port, since the numbers change with every run.
    """

    def __init__(self, **sockets):
        self._rows = [
            (name.replace("_", " "), _address(sock.getsockname), _address(sock.getpeername))
            for name, sock in sockets.items()
        ]
        ports = dict.fromkeys(address[1] for row in self._rows for address in row[1:] if address)
        self._letters = dict(zip(ports, string.ascii_uppercase, strict=False))
        titles = "".join(f"<th scope='col'>{title}</th>" for title in _titles())
        rows = "".join(
            f"<tr><th scope='row'>{html.escape(name)}</th>"
            + "".join(f"<td><code>{self._shown(end, str)}</code></td>" for end in ends)
            + "</tr>"
            for name, *ends in self._rows
        )
        super().__init__(page(f"<table><tr>{titles}</tr>{rows}</table>"))

    def text(self):
        """The table, with a letter for each port."""
        rows = [_titles()] + [
            (name, *(self._shown(end, self._letter) for end in ends)) for name, *ends in self._rows
        ]
        return "\n".join(f"{name:<16}{own:<26}{other}" for name, own, other in rows)

    def _letter(self, port):
        return say("views.addresses.port", letter=self._letters.get(port))

    @staticmethod
    def _shown(address, port):
        return f"{address[0]} : {port(address[1])}" if address else say("views.addresses.nobody")


def _titles():
    return tuple(say(f"views.addresses.{name}") for name in ("socket", "own", "other-end"))


def _address(ask):
    try:
        return ask()
    except OSError:  # not connected: there is no other end
        return None
