"""A client in one's own hands: the real client's functions, asked by buttons instead of a keyboard."""

import html
import queue
import threading

import ipywidgets

from lenproto.answers import EXIT
from lenproto.client import initial_contact, send_requests
from lenproto.lab import prints
from lenproto.lab.tap import Tap
from lenproto.lab.trace import Trace
from lenproto.lab.views.page import Painter, TextForm, heading, page, preformatted
from lenproto.words import Words, say

# seconds that send() waits at most: longer than the client itself waits for a server
ANSWER_S = 15.0
# for whom the client waits
FOR_CONNECT, FOR_SERVER, FOR_REQUEST = (
    Words(f"views.console.for-{whom}") for whom in ("connect", "server", "request")
)

_open: dict[str, "Console"] = {}  # name of the server → Console


class Console(TextForm, ipywidgets.VBox):
    """A client on a server in the background: buttons, a text box, its screen, and every byte.

    The package's initial_contact and send_requests run in a thread, from "Connect" until EXIT. One
    server, one console: a new one closes the one before, so that a cell can be run again.
    """

    def __init__(self, server):
        if server.name in _open:
            _open[server.name].close()
        _open[server.name] = self
        self.server = server
        self.trace = Trace()
        self.waits_for = FOR_CONNECT
        self._screen = None
        self._thread = None
        self._typed = queue.Queue()
        self._calm = threading.Event()  # the client waits for the person, or has ended
        self._calm.set()

        self._connect = ipywidgets.Button(
            description=say("views.console.connect"), button_style="primary"
        )
        self._connect.on_click(lambda button: self.connect(wait=False))
        self._requests = [ipywidgets.Button(description=name) for name in (*server.answers, EXIT)]
        for button in self._requests:
            button.on_click(lambda button: self._type(button.description))
            button.layout.width = "5.5em"
        self._box = ipywidgets.Text(
            placeholder=say("views.console.type-here"), description=say("views.console.request")
        )
        self._box.on_msg(self._entered)
        self._status = ipywidgets.HTML()
        self._bytes = ipywidgets.HTML()
        super().__init__(
            [
                ipywidgets.HBox(
                    [self._connect, *self._requests, self._box], layout={"flex_flow": "row wrap"}
                ),
                self._status,
                self._bytes,
            ]
        )
        self._paint()
        self._painter = Painter(self._paint)

    def connect(self, *, wait=True):
        """Make contact with the server. wait: return once the client waits for a request."""
        if self._thread and self._thread.is_alive():
            return
        self._calm.clear()
        self._thread = threading.Thread(target=self._converse, name="console", daemon=True)
        self._thread.start()
        if wait:
            self._wait()

    def send(self, *requests):
        """Ask for each of these, as if typed; return once the last answer is there."""
        for request in requests:
            self._type(request)
            self._wait()

    def close(self):
        """End the conversation and both threads."""
        if _open.get(self.server.name) is self:
            del _open[self.server.name]
        if self._thread:
            self._typed.put(EOFError())
            self._thread.join(ANSWER_S)
        self._painter.close()
        super().close()

    def text(self):
        """Who waits for what, the client's screen, and the bytes."""
        repr(self.server)  # which waits until the server has come to rest
        return "\n".join([
            *self._who_waits(), "", say("views.console.screen"), self._shown(), "",
            say("views.console.bytes"), self.trace.hexdump(),
        ])  # fmt: skip

    def _converse(self):
        """The client's program; the life of its thread."""
        self._screen = prints.catch()
        self._typed = queue.Queue()
        self.waits_for = FOR_SERVER
        try:
            with Tap(
                {threading.current_thread(): "client", self.server.thread: "server"}
            ) as self.trace:
                self.trace.listeners.append(self._painter.touch)
                contact, answer, client_socket = initial_contact(*self.server.address)
                if contact:
                    send_requests(answer, client_socket, ask=self._ask)
        except Exception as error:  # the server was stopped meanwhile: say so on the screen
            print(error)
        finally:
            prints.release()
            self.waits_for = FOR_CONNECT
            self._calm.set()
            self._painter.touch()

    def _ask(self, prompt):
        """What the client calls where it would read the keyboard."""
        print(prompt, end="")
        self.waits_for = FOR_REQUEST
        if self._typed.empty():
            self._calm.set()
            self._painter.touch()
        typed = self._typed.get()
        self.waits_for = FOR_SERVER
        if isinstance(typed, EOFError):
            raise typed
        print(typed)
        return typed

    def _type(self, request):
        if self._thread and self._thread.is_alive():
            self._calm.clear()
            self._typed.put(request)

    def _entered(self, box, content, buffers):
        if content.get("event") == "submit":
            self._type(box.value)
            box.value = ""

    def _wait(self):
        if not self._calm.wait(ANSWER_S):
            seconds = f"{ANSWER_S:g}"
            raise TimeoutError(
                say("views.console.still-waits", what=self.waits_for, seconds=seconds)
            )

    def _shown(self):
        shown = self._screen.getvalue().rstrip() if self._screen else ""
        return shown or say("views.console.nothing-yet")

    def _who_waits(self):
        return (
            say("views.console.client", what=self.waits_for),
            say("views.console.server", what=self.server.failure or self.server.doing),
        )

    def _paint(self):
        """Bring what the page shows up to date."""
        connected = self.waits_for != FOR_CONNECT
        self._connect.disabled = connected
        for control in (*self._requests, self._box):
            control.disabled = not connected
        status = "<br>".join(html.escape(line) for line in self._who_waits())
        screen = preformatted((line, None) for line in self._shown().split("\n"))
        lines = list(self.trace.hexdump_lines()) or [(say("views.console.no-bytes"), None)]
        self._status.value = page(f'<div role="status" aria-live="polite">{status}</div>')
        self._bytes.value = page(
            heading(say("views.console.screen"))
            + screen
            + heading(say("views.console.bytes-columns"))
            + preformatted(lines)
        )
