"""The stage in front of a class: letters for a projector, one part alone, scenes, and a vote before each step."""

import pytest
from helpers.stage_page import PROGRAMS, StageInPage

READS = "('server', 'accept'), ('client', 'recv(48)'), ('server', 'recv(2)')"
ASKED = f"""from lenproto.lab.views import Scene
view = StageView(ask, serve, names={{"server": "דנה", "client": "Yossi"}}, scenes=[
    Scene("The handshake", "Who is stuck after `accept`?", ["the client", "the server"], notes="Press **S**.",
          played=[("server", "accept"), ("client", "connect")]),
    Scene("Swapped", "What happens?", {{"an error": "fails", "both wait": "deadlock"}}, about=("client", "recv(48)"),
          client=reads_first, played=[{READS}], steps=["client", "server"], notes="Read it aloud."),
])
view"""
# the sizes of letters, in pixels
SIZES = """root => [".row .text", ".byte b", ".byte small"].map(kind => [...root.querySelectorAll(kind)]
    .map(each => Number.parseFloat(getComputedStyle(each).fontSize))).flat()"""
# what of the stage is to be seen at all
SEEN = """root => [".ladder", ".code", ".chosen-bytes", "details", ".tools"].filter(kind =>
    root.querySelector(kind).getClientRects().length)"""
ALONE = {"l": ".ladder", "o": ".code", "b": ".chosen-bytes"}


@pytest.fixture
def opened(written):
    """opened(cell) gives a notebook with a stage in a page as large as a projector's picture, run."""

    def show(cell):
        notebook = written(PROGRAMS, cell, viewport=(1280, 720))
        notebook.run_all()
        assert notebook.errors() == []
        return StageInPage(notebook)

    return show


def test_large_letters_and_one_part_alone(opened):
    stage = opened("view = StageView(ask, serve)\nview")
    stage.keys(*"ssscccss")
    everything = [*ALONE.values(), "details", ".tools"]
    assert stage.root.evaluate(SEEN) == everything
    stage.page.keyboard.press("f")
    stage.wait(lambda: stage.page.evaluate("!!document.fullscreenElement"), "it fills the screen")
    stage.wait(
        lambda: min(stage.root.evaluate(SIZES)) >= 22, "code and bytes can be read from far away"
    )
    stage.notebook.screenshot("class-full")
    for key, part in ALONE.items():
        stage.page.keyboard.press(key)
        stage.wait(lambda part=part: stage.root.evaluate(SEEN) == [part, ".tools"], f"{part} alone")
        assert min(stage.root.evaluate(SIZES)) >= 22, part
        assert stage.root.evaluate("root => root.scrollHeight <= root.clientHeight"), part
        stage.notebook.screenshot(f"class-alone-{key}")
    stage.page.keyboard.press("b")
    stage.wait(lambda: stage.root.evaluate(SEEN) == everything, "the same key brings all back")
    stage.root.locator("[data-part=ladder]").click()
    stage.wait(lambda: stage.root.evaluate(SEEN) == [".ladder", ".tools"], "by mouse")
    assert stage.root.locator("[data-part=ladder]").get_attribute("aria-pressed") == "true"
    stage.page.evaluate("document.exitFullscreen()")
    stage.wait(lambda: stage.root.evaluate(SEEN) == everything, "Esc, which ends the full screen")
    stage.page.keyboard.press("o")
    stage.wait(lambda: stage.root.evaluate(SEEN) == [".code", ".tools"], "without full screen")
    stage.page.keyboard.press("Escape")
    stage.wait(lambda: stage.root.evaluate(SEEN) == everything, "Esc")
    assert stage.page.evaluate("document.activeElement.classList.contains('stage')")
    assert stage.notebook.exceptions == []


def test_a_class_votes_before_the_steps_run(opened):
    stage = opened(ASKED)
    page, root, cells = stage.page, stage.root, len(stage.notebook.cells())
    card, heard = root.locator(".card"), root.locator(".heard[role=status]").first
    assert root.locator(".side .pupil").all_inner_texts() == ["Yossi", "דנה"]
    assert card.get_by_role("listitem").count() == 2
    root.focus()
    last = stage.moment[1]
    for key in "cn":
        page.keyboard.press(key)
    stage.wait(lambda: "First the class chooses" in card.inner_text(), "no step before the vote")
    assert root.get_by_role("button", name="Step client").is_disabled()
    page.keyboard.press("2")
    stage.wait(lambda: "What happens?" in card.inner_text(), "scene 2 asks")
    stage.wait(lambda: heard.inner_text() == "Scene 2: Swapped. What happens?", "it is said")
    for key in ("+", "+", "+", "-", "ArrowDown", "t"):
        page.keyboard.press(key)
    page.keyboard.type("14")
    page.keyboard.press("Enter")
    card.get_by_role("button", name="One hand more for: both wait").click()
    hands = card.get_by_role("textbox")
    stage.wait(
        lambda: [each.input_value() for each in hands.all()] == ["2", "15"], "hands are counted"
    )
    assert heard.inner_text() == "both wait: 15 hands"
    stage.notebook.screenshot("class-vote")
    with page.expect_popup() as popup:
        page.keyboard.press("m")
    notes = popup.value
    now = notes.locator("[aria-current]")
    stage.wait(lambda: "both wait · 15" in now.inner_text(), "the notes know the scene")
    assert "Read it aloud." in now.inner_text()
    assert notes.locator("section").count() == 2
    page.bring_to_front()
    root.focus()
    page.keyboard.press("Enter")
    right = root.locator(".strip .right")
    stage.wait(lambda: right.count() == 1, "the steps have run, and a bar is marked")
    assert " ".join(right.inner_text().split()) == "both wait 15 ✓"
    assert card.is_hidden()
    assert stage.moment[1] > last
    assert root.locator(".say").inner_text().startswith("Deadlock")
    stage.notebook.screenshot("class-settled")
    page.keyboard.press("q")
    stage.wait(lambda: "What happened: both wait" in card.inner_text(), "the bars in large")
    stage.notebook.screenshot("class-settled-card")
    root.get_by_role("button", name="To scene 1: The handshake").click()
    stage.wait(lambda: stage.moment == (last, last), "scene 1 as it was left")
    stage.wait(
        lambda: "The handshake" in notes.locator("[aria-current]").inner_text(), "notes, too"
    )
    root.get_by_role("button", name="Go on without a vote").click()
    stage.keys("s")
    assert len(stage.notebook.cells()) == cells
    notes.close()
    assert stage.notebook.exceptions == []
