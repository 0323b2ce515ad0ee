"""A figure of matplotlib on the page, in the page's own colours."""

import html
import io
import logging

import ipywidgets

from lenproto.lab.views.page import TextForm, page

# where a computer's first figure takes long, a line about fonts would stand above it
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

# what matplotlib draws in black and on white → what it is on a light page, and on a dark one
COLOURS = {"#000000": "currentColor", "#ffffff": "var(--jp-layout-color1, #fff)"}


class Chart(TextForm, ipywidgets.HTML):
    """A matplotlib Figure, readable on light pages and dark ones; says tells in words what it shows.

    Where the page is only read, and to whoever does not see it, the words stand for the picture: what
    is measured differs from computer to computer, what it means does not.
    """

    def __init__(self, figure, says):
        self._says = says
        super().__init__(page(_svg(figure, says)))

    def text(self):
        """What the picture shows, in words."""
        return self._says


def _svg(figure, says):
    """A figure as SVG, its letters as text in the page's font."""
    import matplotlib

    drawn = io.StringIO()
    style = {"svg.fonttype": "none", "font.family": "sans-serif"}
    with matplotlib.rc_context(style):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    svg = drawn.getvalue()
    svg = svg[svg.index("<svg") :]
    for drawn_in, shown_in in COLOURS.items():
        svg = svg.replace(drawn_in, shown_in)
    label = html.escape(says, quote=True)
    begins = f'<svg role="img" aria-label="{label}" fill="currentColor" style="max-width: 100%"'
    return svg.replace("<svg", begins, 1)
