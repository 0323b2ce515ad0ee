"""Widgets in a language where every text stands in ⟦…⟧: what is shown, heard and explained in a page stands in it."""

from helpers import pseudo
from helpers.stage_page import PROGRAMS, StageInPage

SPEAK = """import os
os.environ["LENPROTO_WORDS"], os.environ["LENPROTO_LANGUAGE"] = {!r}, {!r}
os.environ["LENPROTO_PROGRESS"] = os.path.abspath("progress in pseudo.json")"""
WRONG = """def check_client(server_socket):
    client_socket, address = server_socket.accept()
    client_socket.sendall(b"Hello!")
    return client_socket, "NAME" """
VIEWS = (
    'view_0 = StageView(ask, serve, typed=["NAME"])\nview_0',
    "from lenproto.lab.views import Scene\n"
    "asked = StageView(ask, serve, scenes=[Scene('⟦t⟧', '⟦q⟧', ['⟦x⟧'], notes='⟦n⟧')])\nasked",
    "from lenproto.exercises import Progress, check\nverdict = check(check_client)\nverdict",
    "from lenproto.lab import literal\nfrom lenproto.lab.views import Shocks, ShockTable\n"
    "shocks = Shocks({'x': literal.main}, 'resets at once', shocks=['resets'])\nshocks",
    "table = ShockTable({'x': literal.main}, shocks=['polite'])\ntable",
    "progress = Progress()\nprogress",
    "offered = Shocks({'x': literal.main}, shocks=['resets'])\noffered",
    "from lenproto import check_client as answers, initial_listen, serve_requests\n"
    "from lenproto.lab import Background\nfrom lenproto.lab.views import Addresses, Console, Pieces, Prediction\n"
    "running = Background(initial_listen, answers, serve_requests)\nconsole = Console(running)\nconsole",
    "prediction = Prediction('⟦?⟧', {'⟦x⟧': 1})\nprediction",
    "pieces = Pieces('2026-11-22', cut=2)\npieces",
    "with initial_listen('127.0.0.1', 0) as sock:\n    addresses = Addresses(sock=sock)\naddresses",
    "running.stop()",
)
SHOWN = (
    *("view_0 = ", "asked = ", "verdict = ", "shocks = ", "table = ", "progress = ", "offered = "),
    *("console = ", "prediction = ", "pieces = ", "addresses = "),
)
# JavaScript. All that a cell's outputs show, and what is told to who hears or points at them.
TOLD = """cell => {
    const outputs = cell.querySelector(".jp-Cell-outputArea"), told = [outputs.innerText];
    for (const name of ["title", "aria-label", "placeholder", "aria-valuetext"]) {
        for (const each of outputs.querySelectorAll(`[${name}]`)) told.push(each.getAttribute(name));
    }
    for (const each of outputs.querySelectorAll("svg text, svg title")) told.push(each.textContent);
    return told;
}"""
NAMES = "x = 'spec shock lena NAME TIME RAND widget output resets polite'\n"


def test_all_that_the_widgets_tell_is_said_by_words(written, tmp_path):
    pseudo.write(tmp_path / "words")
    speak = SPEAK.format(str(tmp_path / "words"), pseudo.LANGUAGE)
    page = written(speak, PROGRAMS, WRONG, *VIEWS, viewport=(1280, 1000), fresh=True)
    page.run_all()
    assert page.errors() == []
    stage = StageInPage(page, "view_0 = ")
    stage.keys("s", "s")
    page.screenshot("words-stage")
    sources = (PROGRAMS + "\n", WRONG + "\n", NAMES)
    for start in SHOWN:
        cell = page.cell(start)
        told = cell.evaluate(TOLD)
        assert pseudo.LEFT in told[0], start
        assert pseudo.english_lines("\n".join(told), *sources) == [], start
    assert page.exceptions == []
