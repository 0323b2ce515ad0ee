"""Conversations in pages without a kernel: a page of its own, an exported lesson, a saved notebook opened again."""

import contextlib
import subprocess
import sys

import nbformat
import pytest
from helpers.jupyter_page import DRAW_LIMIT_S, RUN_LIMIT_S, SHOTS, until
from helpers.lessons import PAGES, recordings
from helpers.stage_page import PROGRAMS

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.lab import Stage
from lenproto.lab.views import Replay
from lenproto.lab.views.recorded import conversation

EVIL = "</script><img src=x onerror=alert(1)><!-- שלום -->"
VIEWS = "view = StageView(ask, serve, typed=['NAME', 'EXIT'])\nview"
RUN = "view.stage.run()"
# The recorded stage is the place to look at: the live one is not there, or the other way round.
SEEN = ".lenproto-recorded .stage"
LIVE = ".stage:not(.lenproto-recorded .stage)"


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: EVIL})


@pytest.fixture
def replay():
    """A conversation in which the bytes, and what is printed, would do harm as HTML."""
    with Stage(client.main, serve, ["NAME", "EXIT"]) as stage:
        stage.run()
    view = Replay(stage.trace)
    yield view
    view.close()


@pytest.fixture
def offline(chromium):
    """offline(path, …) opens a file in a browser without a network; gives the page, which notes what it asks for."""
    with contextlib.ExitStack() as stack:

        def open_file(path, size=(1280, 800), scheme="light"):
            context = chromium.new_context(
                offline=True,
                color_scheme=scheme,
                viewport=dict(zip(("width", "height"), size, strict=True)),
            )
            stack.callback(context.close)
            page = context.new_page()
            page.asked, page.wrong = [], []
            page.on("request", lambda request: page.asked.append(request.url))
            page.on("pageerror", lambda error: page.wrong.append(str(error)))
            page.on("dialog", lambda dialog: page.wrong.append("an alert") or dialog.dismiss())
            page.goto(path.as_uri())
            return page

        yield open_file


def moment(stage):
    """The number of calls that a picture shows, and of those that were made."""
    return int(stage.get_attribute("data-moment")), int(stage.get_attribute("data-last"))


def wait(condition, what):
    return until(condition, what, DRAW_LIMIT_S)


def plays(page, stage, last):
    """Play a stage from its beginning to its end, by the button and by the keys, and one call back."""
    stage.focus()
    page.keyboard.press("Home")
    wait(lambda: moment(stage) == (0, last), "the beginning is shown")
    stage.locator("input[type=range]").fill("4")
    stage.get_by_role("button", name="Play", exact=True).click()
    wait(lambda: moment(stage) == (last, last), "it has played to the end")
    stage.get_by_role("button", name="Play", exact=True).wait_for()  # not Pause any more
    stage.get_by_role("button", name="Back", exact=True).click()
    wait(lambda: moment(stage) == (last - 1, last), "one call back")
    stage.focus()
    page.keyboard.press("End")
    wait(lambda: moment(stage) == (last, last), "to the end")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_of_its_own_plays_to_its_end_and_back_without_a_network(
    replay, offline, tmp_path, scheme
):
    replay.save_html(tmp_path / "talk.html")
    page = offline(tmp_path / "talk.html", scheme=scheme)
    stage = page.locator(SEEN)
    stage.wait_for()
    last = len(replay.trace)
    wait(lambda: moment(stage) == (last, last), "its last state is shown")
    assert page.evaluate("document.activeElement.classList.contains('stage')"), "keys work at once"
    assert stage.locator(".words").first.inner_text() == "finished"
    assert EVIL in stage.locator(".screen").first.inner_text()
    plays(page, stage, last)
    assert page.locator("img").count() == 0
    assert page.locator(".lenproto-recorded > pre").is_hidden()
    assert stage.get_by_role("button", name="Step client").count() == 0
    dark = stage.evaluate("each => each.classList.contains('dark')")
    assert dark == (scheme == "dark")
    assert [each for each in page.asked if not each.startswith(("file:", "blob:"))] == []
    assert page.wrong == []
    for width in (1280, 390) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=SHOTS / f"recorded-{width}-{scheme}.png", full_page=True)


def test_nothing_of_the_page_stands_out_on_a_telephone(replay, offline, tmp_path):
    replay.save_html(tmp_path / "talk.html")
    page = offline(tmp_path / "talk.html", size=(390, 800))
    page.locator(SEEN).wait_for()
    wait(
        lambda: page.evaluate("document.documentElement.scrollWidth") <= 390,
        "it is as wide as the page",
    )


def test_without_scripts_the_page_shows_its_text(replay, chromium, tmp_path):
    replay.save_html(tmp_path / "talk.html")
    context = chromium.new_context(java_script_enabled=False, offline=True)
    with contextlib.closing(context):
        page = context.new_page()
        page.goto((tmp_path / "talk.html").as_uri())
        assert "client: finished" in page.locator("pre").inner_text()


def played_in_turn(page):
    """Play each recorded stage of a page, a call forward and back; return how many there are."""
    places = page.locator(".lenproto-recorded")
    for number in range(places.count()):
        place = places.nth(number)
        place.scroll_into_view_if_needed()
        stage = place.locator(".stage")
        stage.wait_for()
        wait(lambda stage=stage: moment(stage)[1] > 0, "its conversation is there")
        last = moment(stage)[1]
        wait(
            lambda stage=stage, last=last: moment(stage) == (last, last), "its last state is shown"
        )
        plays(page, stage, last)
    return places.count()


def outputs_behind(page):
    """How many outputs that a live stage would fill are to be seen."""
    return (
        page.locator(".jp-OutputArea-child:has(.lenproto-recorded) + *")
        .filter(visible=True)
        .count()
    )


def test_every_stage_of_an_exported_lesson_can_be_played_without_a_network(offline, tmp_path):
    lesson = next(path for path in PAGES if path.stem == "02_handshake")
    export(lesson, tmp_path / "lesson.html")
    page = offline(tmp_path / "lesson.html")
    count = len(recordings(nbformat.read(lesson, as_version=4).cells))
    assert played_in_turn(page) == count > 3
    assert outputs_behind(page) == 0
    assert not [each for each in page.wrong if "require" not in each], (
        "nbconvert's own needs the network"
    )
    for width in (1280, 390) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 800})
        page.locator(".lenproto-recorded").first.scroll_into_view_if_needed()
        page.screenshot(path=SHOTS / f"exported-{width}.png")


def test_a_notebook_that_is_run_for_its_export_shows_each_stage_once(chromium, offline, tmp_path):
    """Then nbconvert has the state of all widgets, and would show the live stage with what it fetches from a host."""
    cells = [nbformat.v4.new_code_cell(source) for source in (PROGRAMS, VIEWS, RUN)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "mine.ipynb")
    export(tmp_path / "mine.ipynb", tmp_path / "mine.html", "--execute")
    page = offline(tmp_path / "mine.html")
    assert played_in_turn(page) == 1
    assert outputs_behind(page) == 0


def export(notebook, path, *options):
    """What a teacher does: jupyter nbconvert --to html."""
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "nbconvert",
        "--to",
        "html",
        *options,
        str(notebook),
    ]
    subprocess.run(
        [*command, "--output-dir", str(path.parent), "--output", path.stem],
        check=True, capture_output=True, timeout=RUN_LIMIT_S,
    )  # fmt: skip


def states(opened):
    """Which stages a page shows: recorded ones, live ones, and what the live one's place says instead."""
    cell = opened.cell("view = StageView")
    return (
        cell.locator(SEEN).filter(visible=True).count(),
        cell.locator(LIVE).filter(visible=True).count(),
        "model not found" in cell.inner_text(),
    )


def test_a_saved_notebook_shows_the_last_state_until_its_cell_is_run(written, notebook):
    opened = written(PROGRAMS, VIEWS, fresh=True)
    opened.run_all()
    assert opened.errors() == []
    wait(lambda: states(opened) == (0, 1, False), "the live stage alone is shown")
    stage = opened.cell("view = StageView").locator(LIVE)
    for _ in range(3):
        before = moment(stage)[1]
        stage.get_by_role("button", name="Next", exact=True).click()
        wait(lambda before=before: moment(stage)[1] > before, "a call is made")
    wait(lambda: kept_calls(opened) == 3, "three calls are kept")
    opened.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    path = opened.path
    opened.close()

    again = notebook(path)
    wait(lambda: states(again) == (1, 0, False), "the recorded stage alone is shown")
    recorded = again.cell("view = StageView").locator(SEEN)
    wait(lambda: moment(recorded) == (3, 3), "its last state is shown")
    plays(again.page, recorded, 3)
    again.screenshot("recorded-notebook")
    again.run_all()
    assert again.errors() == []
    wait(lambda: states(again) == (0, 1, False), "the cell was run: the live stage alone is shown")
    again.execute("view.close()")
    wait(lambda: states(again) == (1, 0, False), "the view is closed: what happened stays")
    assert again.exceptions == opened.exceptions == []


def test_a_lesson_that_somebody_else_has_run_shows_text_until_it_is_trusted(notebook):
    """JupyterLab takes all scripts out of what this computer has not run."""
    lesson = notebook("en/02_handshake.ipynb")
    cell = lesson.cell("handshake = StageView")
    text = cell.locator(".lenproto-recorded > pre")
    text.wait_for()
    assert "client: finished" in text.inner_text()
    assert cell.locator(".stage").count() == 0
    lesson.screenshot("recorded-not-trusted")
    lesson.page.evaluate(
        "[...jupyterapp.shell.currentWidget.model.cells].forEach(cell => cell.trusted = true)"
    )
    recorded = lesson.cell("handshake = StageView").locator(SEEN)
    recorded.wait_for()
    wait(lambda: moment(recorded)[1] > 3, "its conversation is there")
    assert text.is_hidden()
    assert lesson.exceptions == []


def kept_calls(opened):
    """How many calls of the view's conversation stand in the notebook, as it would be saved now."""
    cells = [each for each in opened.cells() if "view = StageView" in each["source"]]
    [html] = recordings(cells)
    return len(conversation(html)["rungs"])
