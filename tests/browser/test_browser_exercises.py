"""An exercise as a pupil meets it: a wrong function, its verdict, hints by and by, all cases; mended; progress kept."""

import pytest

from lenproto.exercises.functions.case import cases

IMPORTS = """import os
os.environ["LENPROTO_PROGRESS"] = os.path.abspath("progress of {}.json")
from lenproto.exercises import Progress, check, solution
from lenproto.wire import recv_exactly"""
WRONG = """def check_client(server_socket):
    client_socket, address = server_socket.accept()
    print("<b>a client</b> from", address[0])
    if recv_exactly(client_socket, 2) != b"Hi":
        return client_socket, ""
    client_socket.sendall(b"Hello! You can ask for: TIME NAME, RAND or EXIT")
    request = recv_exactly(client_socket, 4)
    return client_socket, request.decode()"""
HANGS = """def serve_requests(request, client_socket):
    while request != "EXIT":
        client_socket.sendall(b"0004lena")
        request = client_socket.recv(5).decode()
        while len(request) < 5:
            request += client_socket.recv(5 - len(request)).decode()
    client_socket.close()"""
MENDED = """def check_client(server_socket):
    client_socket, address = server_socket.accept()
    try:
        if recv_exactly(client_socket, 2) != b"Hi":
            return client_socket, ""
        client_socket.sendall(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
        request = recv_exactly(client_socket, 4)
    except OSError:
        return client_socket, ""
    return client_socket, request.decode("ascii", "replace") if len(request) == 4 else \"\""""
# of the second cell
CHANGE = "source => jupyterapp.shell.currentWidget.content.model.cells.get(1).sharedModel.setSource(source)"
VERDICT = "verdict = check(check_client)\nverdict"
SHOWN = "view => view.textContent"


@pytest.fixture
def exercise(written, request):
    """exercise(*cells, theme=…) opens a notebook with a progress of its own, and runs it."""

    def opened(*cells, **options):
        page = written(IMPORTS.format(request.node.name), *cells, **options)
        page.run_all()
        assert page.errors() == []
        return page

    return opened


def test_a_wrong_function_is_told_of_hinted_at_and_mended(exercise):
    page = exercise(
        WRONG,
        VERDICT,
        "print(verdict)",
        "progress = Progress()\nprogress",
        viewport=(1280, 1400),
    )
    cell = page.cell(VERDICT)
    verdict = cell.get_by_role("region", name="Verdict on check_client")
    verdict.get_by_role("list").get_by_text("✗ fail", exact=True).wait_for()
    steps = verdict.get_by_role("group", name="The steps")
    assert "your function  sendall(" in steps.locator(".yours").all_inner_texts()[2]
    assert "47 of 48 bytes came" in steps.inner_text()
    marked = verdict.get_by_role("group", name="The first wrong byte").locator("span")
    byte, mark = (span.bounding_box() for span in (marked.nth(0), marked.nth(1)))
    assert byte["x"] == mark["x"] and byte["y"] < mark["y"]
    text = page.cells()[3]["outputs"][0]["text"]
    for shown in verdict.locator("pre span, .why, .named, .headline").all():
        assert shown.evaluate(SHOWN).strip() in text
    assert (
        "<b>a client</b> from" in verdict.get_by_role("group", name="What it printed").inner_text()
    )
    page.screenshot("verdict")

    hints = verdict.get_by_role("log", name="Hints")
    assert hints.locator("li").count() == 0
    button = verdict.get_by_role("button", name="Next hint")
    many = int(button.inner_text().split(" of ")[1].split()[0])
    for number in range(1, many + 1):
        verdict.get_by_role("button", name="Next hint").click()
        hints.locator("li").nth(number - 1).wait_for()
        assert hints.locator("li").count() == number
        assert hints.locator("li").last.inner_text().startswith(f"Hint {number} of {many}:")
    verdict.get_by_role("button", name=f"All {many} hints are shown").click(force=True)
    assert hints.locator("li").count() == many

    verdict.get_by_role("button", name="Show on the stage", exact=True).click()
    stage = cell.locator(".lenproto-stage .stage")
    stage.locator('[data-side="server"] .words').get_by_text("stuck in recv(4)").wait_for()
    stage.locator('[data-side="client"] .words').get_by_text("stuck in recv(1)").wait_for()
    lines = stage.get_by_role("region", name="Source of the server").inner_text()
    assert "TIME NAME, RAND or EXIT" in " ".join(lines.split())
    stage.get_by_role("button", name="To the beginning").click()
    stage.get_by_text("call 0 of").wait_for()

    every = verdict.get_by_role("button", name="All cases")
    assert (
        every.get_attribute("aria-expanded") == "false"
        and not verdict.get_by_role("table").is_visible()
    )
    every.click()
    verdict.get_by_role("table").wait_for()
    assert verdict.get_by_role("rowheader", name="asks EXIT", exact=True).is_visible()
    assert verdict.get_by_text("It rests on 'asks NAME', which failed.").count() == 1
    page.screenshot("cases")
    verdict.get_by_role("button", name="Hide the cases").click()
    assert not verdict.get_by_role("table").is_visible()

    page.page.evaluate(CHANGE, MENDED)
    page.run_cell(1)
    page.run_cell(VERDICT)
    cell.get_by_role("list").get_by_text("✓ pass", exact=True).nth(1).wait_for()
    assert cell.get_by_role("region", name="Verdict on check_client").count() == 1, (
        "the earlier view is gone"
    )
    assert verdict.get_by_role("button").all_inner_texts() == [
        f"All cases ({len(cases('check_client'))})"
    ]
    page.screenshot("passed")

    page.restart_kernel()
    page.run_cell(0)
    page.run_cell("progress = ")
    table = page.cell("progress = ").get_by_role("table")
    row = table.get_by_role("row").filter(has_text="check_client")
    row.get_by_text("✓ pass").nth(1).wait_for()
    assert row.get_by_role("cell").all_inner_texts()[4] == "2", "two honest tries"
    page.screenshot("progress")
    assert page.exceptions == []


def test_a_call_that_never_comes_back_is_shown_with_its_line(exercise):
    page = exercise(HANGS, "check(serve_requests)")
    verdict = page.cell("check(serve").get_by_role("region", name="Verdict on serve_requests")
    verdict.get_by_text("never came back: ").wait_for()
    assert "client_socket.recv(5" in verdict.get_by_text("never came back: ").inner_text()
    page.screenshot("hangs")


def test_hints_and_cases_by_keyboard_alone(exercise):
    page = exercise(WRONG, VERDICT)
    verdict = page.cell(VERDICT).get_by_role("region", name="Verdict on check_client")
    verdict.get_by_role("group", name="What it printed").focus()
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    verdict.get_by_text("Hint 1 of").wait_for()
    page.page.keyboard.press("Space")
    verdict.get_by_text("Hint 2 of").wait_for()
    assert page.cells()[1]["source"] == WRONG, "no key reached the notebook"
    page.page.keyboard.press("Tab")  # Show on the stage
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    verdict.get_by_role("table").wait_for()
    page.page.keyboard.press("Enter")
    verdict.get_by_role("table").wait_for(state="hidden")


def test_progress_is_forgotten_at_the_second_click(exercise):
    page = exercise(MENDED, VERDICT, "progress = Progress()\nprogress", "solution('check_client')")
    cell = page.cell("progress = ")
    cell.get_by_text("1 of 5 functions pass at both levels.").wait_for()
    # Markdown is drawn some time after its cell ran
    page.cell("solution(").filter(has_text="def check_client").wait_for()
    cell.get_by_role("button", name="Forget my progress").click()
    cell.get_by_text("Are you sure?").wait_for()
    page.screenshot("forget")
    cell.get_by_role("button", name="No, keep it").click()
    cell.get_by_text("1 of 5 functions").wait_for()
    cell.get_by_role("button", name="Forget my progress").click()
    cell.get_by_role("button", name="Yes, forget all of it").click()
    cell.get_by_text("Nothing is recorded yet. All is forgotten.").wait_for()
    assert cell.get_by_text("✓ pass").count() == 0
    page.run_cell("solution(")
    page.cell("solution(").get_by_text("or after 3 honest tries more").wait_for()
