"""One framed answer that arrives in pieces, and the two buffers in which a client collects it."""

import html
import socket

import ipywidgets

from lenproto.lab.call import literal
from lenproto.lab.views.page import TextForm, heading, page, preformatted
from lenproto.wire import DEFAULT_IP, HEADER_BYTES, frame
from lenproto.words import Words, say

LIMIT_S = 2.0  # no step here has to wait for anybody: longer than this is an error


class Pieces(TextForm, ipywidgets.VBox):
    """A slider cuts the bytes of an answer; then they travel over a real connection, step by step.

    cut: how many bytes are in the first of two pieces (0: all in one). single: every byte a piece.
    """

    def __init__(self, body="2026-11-22", *, cut=2, single=False):
        self.stream = frame(body)
        self._cut = ipywidgets.IntSlider(
            cut,
            min=0,
            max=len(self.stream) - 1,
            description=say("views.pieces.cut"),
            style={"description_width": "initial"},
        )
        self._single = ipywidgets.Checkbox(
            single, description=say("views.pieces.single"), indent=False
        )
        self._send = ipywidgets.Button(description=say("views.pieces.send"), button_style="primary")
        self._receive = ipywidgets.Button(description=say("views.pieces.receive"))
        self._again = ipywidgets.Button(description=say("views.pieces.again"))
        self._picture = ipywidgets.HTML()
        for control in (self._cut, self._single):
            control.observe(lambda change: self.restart(), "value")
        self._send.on_click(lambda button: self.send())
        self._receive.on_click(lambda button: self.receive())
        self._again.on_click(lambda button: self.restart())
        for button in (self._send, self._receive, self._again):
            button.layout.width = "auto"
        self._sockets = ()
        super().__init__(
            [
                ipywidgets.HBox([self._cut, self._single]),
                ipywidgets.HBox([self._send, self._receive, self._again]),
                self._picture,
            ]
        )
        self.restart()

    def restart(self):
        """Begin again, with the pieces as the slider cuts them now."""
        self._hang_up()
        cut = self._cut.value
        if self._single.value:
            self.pieces = [self.stream[at : at + 1] for at in range(len(self.stream))]
        else:
            self.pieces = [piece for piece in (self.stream[:cut], self.stream[cut:]) if piece]
        self.sent, self.header, self.body, self.steps = 0, b"", b"", []
        self._paint()

    def send(self):
        """The server sends its next piece, if it has one; with the first, the client connects."""
        if not self.sent:
            self._connect()
        if self.sent < len(self.pieces):
            self._sockets[1].sendall(self.pieces[self.sent])
            self._note("server", f"sendall({literal(self.pieces[self.sent])})")
            self.sent += 1
            self._paint()

    def receive(self):
        """The client calls recv once, for as many bytes as are missing, if any have arrived."""
        missing, pipe = self.missing, self.pipe
        if not missing:
            return
        if not pipe:
            waits = Words("views.pieces.waits", call=f"recv({missing})")
            self._note("client", waits, self._buffers()[-1])
        else:
            while len(self._sockets[0].recv(len(pipe), socket.MSG_PEEK)) < len(pipe):
                pass  # it is on its way
            came = self._sockets[0].recv(missing)
            if len(self.header) < HEADER_BYTES:
                self.header += came
                filling = self._buffers()[0]
            else:
                self.body += came
                filling = self._buffers()[1]
            if not self.missing:
                self._hang_up()
            self._note("client", f"recv({missing}) → {literal(came)}", filling)
        self._paint()

    def play(self):
        """Send and receive to the end; return the steps as text."""
        self.restart()
        while self.sent < len(self.pieces):
            self.send()
            while self.pipe and self.missing:
                self.receive()
            if self.missing:
                self.receive()  # what the client does until the next piece comes: wait
        return self.text()

    @property
    def missing(self):
        """How many bytes the buffer that is being filled still lacks."""
        if len(self.header) < HEADER_BYTES:
            return HEADER_BYTES - len(self.header)
        return int(self.header) - len(self.body)

    @property
    def pipe(self):
        """The bytes that were sent and not yet received."""
        return b"".join(self.pieces[: self.sent])[len(self.header) + len(self.body) :]

    def close(self):
        """Close the connection and the widget."""
        self._hang_up()
        super().close()

    def text(self):
        """The steps so far, and how full the two buffers are."""
        cut = " + ".join(literal(piece) for piece in self.pieces)
        return "\n".join(
            [
                say("views.pieces.stream", n=len(self.stream), pieces=cut),
                *(map(_line, self.steps) if self.steps else map(str, self._buffers())),
            ]
        )

    def _connect(self):
        with socket.create_server((DEFAULT_IP, 0)) as listener:
            client = socket.create_connection(listener.getsockname(), LIMIT_S)
            self._sockets = client, listener.accept()[0]

    def _hang_up(self):
        for sock in self._sockets:
            sock.close()
        self._sockets = ()

    def _note(self, who, what, filling=""):
        self.steps.append((who, what, filling))

    def _buffers(self):
        """How full the header is; and the body, once the header says how long it is."""
        lines = [_filling("header", self.header, HEADER_BYTES)]
        if len(self.header) == HEADER_BYTES:
            lines.append(_filling("body", self.body, int(self.header)))
        return lines

    def _paint(self):
        self._send.disabled = self.sent == len(self.pieces)
        self._receive.disabled = not self.missing
        coming = self.pieces[self.sent :]
        rows = [
            (
                say("views.pieces.at-server"),
                '<span class="cut"></span>'.join("".join(_boxes(piece)) for piece in coming),
            ),
            (say("views.pieces.on-the-way"), "".join(_boxes(self.pipe))),
            (
                self._buffers()[0],
                "".join(_boxes(self.header, "header", HEADER_BYTES - len(self.header))),
            ),
        ]
        if len(self.header) == HEADER_BYTES:
            rows.append((self._buffers()[1], "".join(_boxes(self.body, "body", self.missing))))
        nothing = say("views.pieces.nothing")
        picture = "".join(
            heading(str(name)) + f'<div class="boxes" dir="ltr">{boxes or nothing}</div>'
            for name, boxes in rows
        )
        lines = list(map(_line, self.steps)) or [say("views.pieces.no-step")]
        steps = heading(say("views.pieces.steps")) + preformatted((line, None) for line in lines)
        self._picture.value = page(f'<div role="status" aria-live="polite">{picture}</div>{steps}')


def _filling(name, buffer, size):
    """A buffer in text: header 0 0 _ _ (2 of 4 bytes, 2 missing)."""
    places = " ".join(
        [chr(byte) if 32 < byte < 127 else f"{byte:02x}" for byte in buffer]
        + ["_"] * (size - len(buffer))
    )
    missing = size - len(buffer)
    state = Words("views.pieces.missing", n=missing) if missing else Words("views.pieces.complete")
    return Words(f"views.pieces.{name}", places=places, got=len(buffer), size=size, state=state)


def _line(step):
    """A step in text: who, what, and how full the buffer is."""
    who, what, filling = step
    side = say(f"views.side.{who}")
    return f"{side:<7} {what!s:<42} {filling}".rstrip()


def _boxes(data, field="", missing=0):
    """Each byte as a box with its character and its hexadecimal digits; a dashed box for a missing one."""
    characters = [html.escape(chr(byte)) if 32 < byte < 127 else "·" for byte in data]
    boxes = [
        f'<span class="box {field}"><b>{character}</b><small>{byte:02x}</small></span>'
        for character, byte in zip(characters, data, strict=True)
    ]
    return boxes + ['<span class="box empty"><b>_</b><small>&nbsp;</small></span>'] * missing
