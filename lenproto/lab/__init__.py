"""What the lessons use to see a conversation. The protocol itself knows nothing of it."""

from lenproto.lab.background import Background, LabError
from lenproto.lab.tap import Tap
from lenproto.lab.trace import Call, Trace
from lenproto.lab.typed import typed

__all__ = ["Background", "Call", "LabError", "Tap", "Trace", "typed"]
