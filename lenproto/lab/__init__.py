"""What the lessons use to see a conversation. The protocol itself knows nothing of it."""

from lenproto.lab.background import Background
from lenproto.lab.call import Call
from lenproto.lab.keyboard import typed
from lenproto.lab.orders import orders
from lenproto.lab.program import LabError
from lenproto.lab.shell import terminal
from lenproto.lab.stage import Stage
from lenproto.lab.tap import Tap
from lenproto.lab.trace import Trace

__all__ = ["Background", "Call", "LabError", "Stage", "Tap", "Trace", "orders", "terminal", "typed"]
