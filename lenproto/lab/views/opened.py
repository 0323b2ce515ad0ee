"""A place below a view in which one conversation at a time is put on the stage, to be turned forward and back."""

import ipywidgets

from lenproto.lab.trace import Trace
from lenproto.lab.views.cells import within_another
from lenproto.lab.views.stage import Replay


class OpenedStage(ipywidgets.VBox):
    """Empty until show(trace); then a Replay of it. Another one takes its place."""

    replay: Replay | None = None

    def show(self, trace: Trace) -> Replay:
        """Put a conversation on the stage."""
        earlier = self.replay
        with within_another():
            self.replay = Replay(trace)
        self.children = [self.replay]
        if earlier:
            earlier.close()
        return self.replay

    def empty(self) -> None:
        """Take away what stands here."""
        self.children = []
        if self.replay:
            self.replay.close()
            self.replay = None

    def close(self) -> None:
        """Close it, and what stands in it."""
        self.empty()
        super().close()
