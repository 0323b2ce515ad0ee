"""The shocks of lesson 6 as a pupil meets them: buttons by mouse and keyboard, a table that fills while one looks."""

IMPORTS = """from lenproto import initial_listen, serve_requests, server
from lenproto.answers import ANSWERS
from lenproto.lab import literal
from lenproto.lab.views import Shocks, ShockTable
from lenproto.wire import greeting, recv_exactly
servers = {"course-literal": literal.main, "hardened": server.main}"""
MINE = """def my_check_client(server_socket, timeout_s):
    client_socket, address = server_socket.accept()
    client_socket.settimeout(timeout_s)
    if recv_exactly(client_socket, 2) != b"Hi":
        return client_socket, ""
    client_socket.sendall(greeting(ANSWERS))
    return client_socket, recv_exactly(client_socket, 4).decode()

def mine(ip, port, timeout_s=300):
    with initial_listen(ip, port) as server_socket:
        while True:
            client_socket, request = my_check_client(server_socket, timeout_s)
            serve_requests(request, client_socket, timeout_s=timeout_s)"""
CAREFUL = MINE.replace(
    "    if recv_exactly(client_socket, 2)",
    """    try:
        word = recv_exactly(client_socket, 2)
    except OSError:
        return client_socket, ""
    if word""",
)
# of the second cell
CHANGE = "source => jupyterapp.shell.currentWidget.content.model.cells.get(1).sharedModel.setSource(source)"
TABLE = 'table = ShockTable({"mine": mine}, shocks=["polite", "wrong handshake", "resets at once"])\ntable'


def test_a_button_shows_on_which_line_a_server_ended(written):
    page = written(IMPORTS, "shocks = Shocks(servers)\nshocks")
    page.run_all()
    cell = page.cell("shocks = ")
    cell.get_by_text("Press a button: each server gets this shock").wait_for()
    cell.get_by_role("button", name="leaves in a request", exact=True).click()
    literal, hardened = (
        cell.get_by_role("region", name=name) for name in ("course-literal", "hardened")
    )
    literal.get_by_text("✗ dies").wait_for()
    assert "ConnectionResetError" in literal.inner_text()
    assert "client_socket.recv(4).decode()" in literal.locator(".here").inner_text()
    assert "ConnectionResetError" in literal.locator(".last").inner_text()
    assert "✓ holds" in hardened.inner_text() and hardened.locator(".last").count() == 0
    assert "dies in line" in cell.get_by_role("status").get_attribute("aria-label")
    page.screenshot("shocks")


def test_buttons_are_reached_and_pressed_by_keyboard(written):
    page = written(IMPORTS, "shocks = Shocks(servers)\nshocks")
    page.run_all()
    cell = page.cell("shocks = ")
    cell.get_by_role("button", name="says nothing", exact=True).focus()
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    cell.get_by_text("says nothing after Hi · ").wait_for()
    cell.get_by_role("region", name="course-literal").get_by_text("✗ hangs").wait_for()
    page.page.keyboard.press("Shift+Tab")
    page.page.keyboard.press("Space")
    cell.get_by_text("says nothing · ").wait_for()


def test_a_table_is_filled_by_its_button_and_knows_the_changed_function(written):
    page = written(IMPORTS, MINE, TABLE, "print(table)")
    page.run_all()
    cell = page.cell("table = ")
    cell.get_by_role("button", name="Give all shocks").click()
    cell.get_by_text("3 of 3 given").wait_for()
    cell.get_by_text("2 of 3", exact=True).wait_for()
    cell.get_by_text("✗ dies").wait_for()
    cell.get_by_role("button", name="Show on the stage").click()
    server = cell.locator('.lenproto-stage [data-side="server"]').first
    server.get_by_text("ConnectionResetError").wait_for()
    page.screenshot("table-on-stage")
    page.page.evaluate(CHANGE, CAREFUL)
    page.run_cell(1)
    cell.get_by_role("button", name="Give all shocks").click()
    cell.get_by_text("3 of 3", exact=True).wait_for()
    cell.get_by_role("button", name="Show on the stage").wait_for(state="hidden")
    page.run_cell("print(table)")
    assert "withstood        3 of 3" in page.cells()[3]["outputs"][0]["text"]
    assert page.errors() == []
