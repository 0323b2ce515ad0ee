"""What a lesson shows on the page. Nothing else in the package knows Jupyter's widgets."""

from lenproto.lab.views.addresses import Addresses
from lenproto.lab.views.console import Console
from lenproto.lab.views.pieces import Pieces
from lenproto.lab.views.prediction import Prediction
from lenproto.lab.views.source import show

__all__ = ["Addresses", "Console", "Pieces", "Prediction", "show"]
