"""What the stage in a browser tells of bytes that never arrive, though no call of the reader says so."""

from helpers.stage_page import PROGRAMS, StageInPage

LEAVES = """def leaves(ip, port):
    sock = socket.create_connection((ip, port))
    sock.sendall(b"Hi")
    input()"""


def test_bytes_to_a_side_that_ends_without_close_are_shown_as_lost(written):
    here = "[('server', 'accept'), ('client', 'sendall'), ('server', 'sendall')]"
    opened = written(PROGRAMS, LEAVES, f"view = StageView(leaves, serve, played={here})\nview")
    opened.run_all()
    assert opened.errors() == []
    stage = StageInPage(opened)
    stage.step("client", "server", "server")
    pipe = stage.root.locator(".pipe").nth(0)
    stage.wait(lambda: "48 bytes on the way" in pipe.inner_text(), "the greeting is on the way")
    stage.root.locator("form input").first.fill("bye")
    stage.page.keyboard.press("Enter")
    stage.wait(
        lambda: "48 bytes lost: the client has closed" in pipe.inner_text(), "the greeting is lost"
    )
    assert stage.labels(".lost")[0].startswith("lost: ")
    assert stage.root.locator(".lost .cross").count() == 1
    stage.notebook.screenshot("stage-lost")
    assert stage.notebook.exceptions == []
