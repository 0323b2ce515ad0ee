"""The pages of a class at work in a browser: what is projected can be read; a save changes them where they stand."""

import pytest
from helpers.jupyter_page import DRAW_LIMIT_S, SHOTS, THEMES
from helpers.programs import LENPROTO, Printed

GOOD = "import socket\ndef initial_listen(ip, port):\n    return socket.create_server((ip, port))\n"
BAD = "def initial_listen(ip, port):\n    return 7\n"
NAMES = ("נועה", "anna", "<b>ben")
SMALLEST_PX = 22  # read from the last row
LIMIT_MS = 1000 * DRAW_LIMIT_S

# JavaScript: the smallest letters that can be seen, and how far the page goes beyond the window.
LETTERS = """() => {
    const sizes = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (texts.currentNode.textContent.trim() && element.checkVisibility())
            sizes.push(parseFloat(getComputedStyle(element).fontSize));
    }
    const { scrollWidth, scrollHeight } = document.documentElement;
    return [Math.min(...sizes), Math.max(0, scrollWidth - innerWidth), Math.max(0, scrollHeight - innerHeight)];
}"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """(the program, its folder, its pages' addresses)"""
    folder = tmp_path_factory.mktemp("class")
    for name in NAMES:
        (folder / f"{name}.py").write_text(BAD, encoding="utf-8")
    with Printed([*LENPROTO, "class", str(folder), "--saves", "1"]) as program:
        said = [program.line().strip() for _ in range(7)]
        yield program, folder, [line for line in said if "?token=" in line]


@pytest.fixture
def browse(chromium):
    """browse(address, theme) opens a page; what it complains of fails the test."""
    contexts, complaints = [], []

    def open_page(address, theme="light"):
        contexts.append(
            chromium.new_context(color_scheme=theme, viewport={"width": 1280, "height": 720})
        )
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    ended = "Failed to load resource"  # where a test has ended the server, or started another one
    assert [said for said in complaints if not said.startswith(ended)] == []


def shot(page, name):
    if SHOTS:
        page.screenshot(path=SHOTS / f"{name}.png")


@pytest.mark.parametrize("theme", THEMES)
def test_the_board_is_read_from_the_last_row_and_has_no_name(room, browse, theme):
    _, _, (_, address) = room
    page = browse(address, theme)
    page.locator("#summary", has_text="3 learners").wait_for(timeout=LIMIT_MS)
    assert "token" not in page.url
    smallest, wide, high = page.evaluate(LETTERS)
    assert (smallest >= SMALLEST_PX, wide, high) == (True, 0, 0)
    said = page.locator("body").inner_text()
    assert not any(name in said for name in NAMES)
    assert "initial_listen" in said
    shot(page, f"board_{theme}")


def test_a_save_changes_a_row_where_it_stands(room, browse):
    _, folder, (address, _) = room
    page = browse(address)
    rows = page.locator("#rows tr")
    row = rows.filter(has_text="נועה")
    row.locator(".fail").wait_for(timeout=LIMIT_MS)
    assert [name.inner_text() for name in rows.locator("bdi").all()] == ["<b>ben", "anna", "נועה"]
    summary = row.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert row.locator("details").get_attribute("open") is not None
    (folder / "נועה.py").write_text(BAD.replace("7", "8"), encoding="utf-8")
    row.locator("summary", has_text="stuck").wait_for(timeout=LIMIT_MS)  # one save is enough here
    assert row.locator("details").get_attribute("open") is not None, "it stays open"
    assert summary.evaluate("it => it === document.activeElement"), "the keyboard stays there"
    page.get_by_role("link", name="נועה").wait_for(timeout=LIMIT_MS)
    shot(page, "teacher")
    (folder / "נועה.py").write_text(GOOD, encoding="utf-8")
    row.locator(".pass").first.wait_for(timeout=LIMIT_MS)
    latest = page.locator("#latest[aria-live=polite]")
    assert latest.inner_text() == "נועה passes initial_listen at both levels."
    (folder / "anna.py").unlink()
    rows.filter(has_text="anna").wait_for(state="detached", timeout=LIMIT_MS)


def test_a_page_says_so_when_the_connection_is_lost_and_comes_back_by_itself(tmp_path, browse):
    (tmp_path / "anna.py").write_text(BAD)
    with Printed([*LENPROTO, "class", str(tmp_path)]) as program:
        said = [program.line().strip() for _ in range(7)]
        page = browse(next(line for line in said if "/teacher?" in line))
        page.locator("#rows tr").wait_for(timeout=LIMIT_MS)
        port = page.url.rsplit(":")[-1].partition("/")[0]
    page.get_by_role("status").filter(has_text="connection is lost").wait_for(timeout=LIMIT_MS)
    assert page.locator("#rows tr").count() == 1, "what was known stays"
    with Printed([*LENPROTO, "class", str(tmp_path), "--port", port]) as program:
        said = [program.line().strip() for _ in range(7)]
        # it is another one, with another token
        page.get_by_role("status").filter(has_text="?token=").wait_for(timeout=LIMIT_MS)
        other = page.context.new_page()
        other.goto(next(line for line in said if "/teacher?" in line))
        page.get_by_role("status").filter(has_not_text="token").wait_for(
            state="attached", timeout=LIMIT_MS
        )
