"""The stage in a page, as a person uses it: what can be pressed, and what is to be seen."""

from helpers.jupyter_page import DRAW_LIMIT_S, until

PROGRAMS = """import socket
from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab.views import Replay, StageView

def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: "lena"})

def ask(ip, port):
    return client.main(ip, port)

def reads_first(ip, port):
    with socket.create_connection((ip, port)) as sock:
        sock.recv(48)

def long_client(ip, port):
    with socket.create_connection((ip, port)) as sock:
        while True:
            sock.sendall(b"ab")
            sock.recv(2)

def long_server(ip, port):
    with socket.create_server((ip, port)) as listener:
        peer, _ = listener.accept()
        with peer:
            while data := peer.recv(2):
                peer.sendall(data.upper())"""

# JavaScript. How long until what a click does is drawn: the picture has one more call, and a frame
# was made of it.
DRAWN = """async ([root, button]) => {
    const began = performance.now(), before = root.dataset.last;
    const seen = new Promise((resolve, reject) => {
        new MutationObserver((_, observer) => {
            if (root.dataset.last === before) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(resolve));
        }).observe(root, { attributes: true });
        setTimeout(reject, 5000, new Error("nothing was drawn"));
    });
    button.click();
    await seen;
    return performance.now() - began;
}"""
# How long a question to the kernel takes, which needs no time to be answered.
ROUND_TRIP = """async () => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const began = performance.now();
    await kernel.requestKernelInfo();
    return performance.now() - began;
}"""
# How many times slower the page's own JavaScript goes than this computer could: what else it does takes turns.
SLOWDOWN = """() => {
    const times = [];
    for (let round = 0; round < 100; round++) {
        const began = performance.now();
        for (let number = 0, sum = 0; number < 1e6; number++) sum += number % 7;
        times.push(performance.now() - began);
    }
    return times.reduce((a, b) => a + b) / times.length / Math.min(...times);
}"""
# How long each frame took while something was done in every frame.
FRAMES = """async ([root, act, times]) => {
    const calls = root.querySelector(".calls"), back = root.querySelector("[aria-label=Back]"), frames = [];
    const next = () => new Promise(requestAnimationFrame);
    let before = await next();
    for (let number = 0; number < times; number++) {
        if (act === "scroll") calls.scrollTop = calls.scrollHeight * number / times;
        else if (act === "back") back.click();
        const now = await next();
        frames.push(now - before);
        before = now;
    }
    return frames;
}"""


class StageInPage:
    """One stage of a notebook's page; by default the one in its only cell with a stage."""

    def __init__(self, notebook, cell="StageView("):
        self.notebook, self.page = notebook, notebook.page
        # not a recorded one, which may stand there for a moment
        self.root = notebook.cell(cell).locator(".stage:not(.lenproto-recorded .stage)")
        self.root.wait_for()
        # before that it is drawn once, empty: 0 is no conversation
        self.wait(
            lambda: self.root.get_attribute("data-run") not in (None, "0"),
            "what Python tells of the conversation so far is drawn",
        )

    def wait(self, condition, what):
        """Ask again and again until a condition is true."""
        return until(condition, what, DRAW_LIMIT_S)

    @property
    def moment(self):
        """The number of calls that the picture shows, and of those that were made; -1 as long as none is drawn."""
        shown, made = (self.root.get_attribute(f"data-{name}") for name in ("moment", "last"))
        return int(shown or -1), int(made or -1)

    def press(self, name):
        """Click a button."""
        self.root.get_by_role("button", name=name, exact=True).click()

    def keys(self, *keys):
        """Press keys, each of which makes one call; wait until it is drawn."""
        self.root.focus()
        for key in keys:
            before = self.moment[1]
            self.page.keyboard.press(key)
            self.wait_beyond(before, f"{key} has made a call")

    def step(self, *names):
        """Click buttons, each of which makes one call; wait until it is drawn."""
        for name in names:
            before = self.moment[1]
            self.press(f"Step {name}")
            self.wait_beyond(before, f"the {name} has made a call")

    def wait_beyond(self, call, words):
        """Wait until a call after this one is drawn."""
        self.wait(lambda: self.moment[1] > call, words)

    def words(self, side):
        """Where a side stands, as it is written there."""
        return self.root.locator(f".side[data-side={side}]").inner_text().split("\n")[0]

    def stands(self, side, words):
        """Wait until it is written that a side stands there."""
        self.wait(
            lambda: words in self.words(side),
            f"the {side} stands: {words}; it stands: {self.words(side)}",
        )

    def calls(self):
        """The texts in the boxes of the ladder that are in view."""
        return [
            " ".join(box.locator("text").all_inner_texts())
            or box.locator("text").all_text_contents()
            for box in self.root.locator("g.rung").all()
        ]

    def labels(self, kind=".arrow"):
        """The texts at the arrows that are in view."""
        return self.root.locator(f"{kind} .label").all_text_contents()

    def marked(self, side):
        """The line of source that is marked as the current one."""
        program = {"client": 0, "server": 1}[side]
        return self.root.locator(".code").nth(program).locator(".row.now .text").all_inner_texts()

    def printed(self, side):
        """What a side printed."""
        return self.root.locator(".screen").nth({"client": 0, "server": 1}[side]).inner_text()
