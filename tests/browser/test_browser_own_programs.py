"""Lessons 7 and 8 as a learner meets them: a wrong function, its verdict, mended; then own programs on the stage."""

import nbformat
import pytest
from helpers.lessons import LESSONS, graft, solution
from helpers.stage_page import StageInPage

from lenproto.exercises.functions import FUNCTIONS

SERVER, CLIENT = LESSONS
WRONG = solution("check_client").replace(
    'b"Hello! You can ask for: TIME, NAME, RAND or EXIT"', 'b"Hello! TIME, NAME, RAND or EXIT?"'
)
WRITE = """([number, source]) =>
    jupyterapp.shell.currentWidget.content.model.cells.get(number).sharedModel.setSource(source)"""
SHOP = "my_server_at_work"


@pytest.fixture
def own(lab):
    """A folder of the lab with both lessons, the solutions written into them, as a learner has left them."""
    folder = lab.root / "own"
    folder.mkdir(exist_ok=True)
    for path in LESSONS:
        nbformat.write(
            graft(path, {name: solution(name) for name in FUNCTIONS}), folder / path.name
        )
    return folder.name


def write(page, name, source):
    """Write a function into the box of its stub, or of what was written there before; run it, and its check."""
    number = next(
        n
        for n, cell in enumerate(page.cells())
        if f"def {name}(" in cell["source"] and cell["cell_type"] == "code"
    )
    page.page.evaluate(WRITE, [number, source])
    page.run_cell(number)
    page.run_cell(number + 1)
    return page.cell(number + 1).get_by_role("region", name=f"Verdict on {name}")


def test_a_server_is_written_mended_put_on_the_stage_and_called(notebook):
    page = notebook(f"en/{SERVER.name}", viewport=(1280, 1100))
    page.run_all()
    page.cell("my_stage").get_by_text(
        "Not finished yet: initial_listen, check_client and serve_requests."
    ).first.wait_for()

    write(page, "initial_listen", solution("initial_listen"))
    verdict = write(page, "check_client", WRONG)
    verdict.get_by_text("This is called: greeting-too-short").wait_for()
    assert verdict.get_by_role("group", name="The first wrong byte").is_visible()
    verdict.get_by_role("button", name="Next hint").click()
    verdict.get_by_role("log", name="Hints").locator("li").first.wait_for()
    page.screenshot("own-wrong")
    page.run_cell("my_stage")
    page.cell("my_stage").get_by_text(
        "Not finished yet: check_client and serve_requests."
    ).first.wait_for()

    verdict = write(page, "check_client", solution("check_client"))
    verdict.get_by_role("list").get_by_text("✓ pass", exact=True).nth(1).wait_for()
    write(page, "serve_requests", solution("serve_requests"))
    page.run_cell("my_stage")
    stage = StageInPage(page, "my_stage")
    stage.step("server", "server", "server", "client", "server")
    stage.stands("server", "stuck in recv(2)")
    assert "recv_exactly(client_socket, 2)" in stage.marked("server")[0]
    page.screenshot("own-stage")

    page.run_cell("my_table")
    page.cell("my_table").get_by_text("withstood").first.wait_for()
    page.cell("my_table").get_by_text("39 of 39").first.wait_for()
    page.screenshot("own-table")

    page.run_cell(SHOP + " = ")
    console = page.cell(SHOP + " = ")
    console.get_by_role("button", name="Connect").click()
    console.get_by_text("Hello! You can ask for").first.wait_for()
    page.screenshot("own-console")
    page.change_theme("dark")
    assert page.errors() == []
    assert page.exceptions == []


def test_both_programs_of_a_learner_talk_on_the_stage(notebook, own):
    page = notebook(f"{own}/{CLIENT.name}", viewport=(1280, 1100))
    page.run_all()
    assert page.errors() == []
    stage = StageInPage(page, "our_stage")
    stage.step("server", "server", "server", "client", "client", "server", "server", "client")
    stage.stands("client", "stuck in input('Request: ')")
    stage.stands("server", "about to recv(4)")
    assert "Request: " in stage.printed("client")
    assert 'input("Request: ")' in stage.marked("client")[0]
    assert "recv_exactly(client_socket, 4)" in stage.marked("server")[0], (
        "its lines come from the other notebook"
    )
    page.screenshot("both-programs")
    assert page.missing_widgets() == []
    assert page.exceptions == []
