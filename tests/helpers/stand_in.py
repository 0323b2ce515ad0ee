"""What stands in for the page of a stage's view, where there is no browser."""

import queue

WAIT_S = 5.0


class Page:
    """Stands in for the page: it keeps what a view tells, and tells it what buttons would."""

    def __init__(self, view):
        self.view, self.told = view, queue.Queue()
        view.send = self.told.put
        self.rungs, self.printed, self.last = {}, {"client": [], "server": []}, {}
        self.last = {"done": view._done} if view.live else {}
        self.does("tell")

    def does(self, what, **more):
        """Press something; return what is told when that is done."""
        done = self.last.get("done", 0) + 1
        self.view._handle_custom_msg({"do": what} | more, [])
        while self.hear().get("done", done) < done:
            pass
        return self.last

    def hear(self):
        """Take in one message."""
        self.last = message = self.told.get(timeout=WAIT_S)
        self.rungs |= {rung["number"]: rung for rung in message["rungs"]}
        for side, (start, pieces) in message["printed"].items():
            self.printed[side][start:] = pieces
        return message

    def calls(self):
        return [self.rungs[number]["text"] for number in sorted(self.rungs)]
