"""What a lesson shows on the page. Only here, and in the views of the exercises, are Jupyter's widgets known."""

from lenproto.lab.scenes import Scene
from lenproto.lab.views.addresses import Addresses
from lenproto.lab.views.chart import Chart
from lenproto.lab.views.console import Console
from lenproto.lab.views.orders import OrdersView
from lenproto.lab.views.pieces import Pieces
from lenproto.lab.views.prediction import Prediction
from lenproto.lab.views.shocks import Shocks, ShockTable
from lenproto.lab.views.source import show
from lenproto.lab.views.stage import Replay, StageView

__all__ = [
    "Addresses",
    "Chart",
    "Console",
    "OrdersView",
    "Pieces",
    "Prediction",
    "Replay",
    "Scene",
    "ShockTable",
    "Shocks",
    "StageView",
    "show",
]
