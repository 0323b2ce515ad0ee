"""The list of all orders in a browser: a button puts one on a stage below it, which can be stepped on."""

from helpers.stage_page import PROGRAMS, StageInPage

VIEW = """from lenproto.lab import orders
from lenproto.lab.views import OrdersView
view = OrdersView(orders(reads_first, serve, limit_s=100))
view"""


def test_a_button_shows_an_order_on_a_stage_by_keyboard(written):
    opened = written(PROGRAMS, VIEW, viewport=(1280, 800))
    opened.run_all()
    assert opened.errors() == []
    cell = opened.cell("OrdersView(")
    cell.get_by_text("There are 2 orders that make a difference").wait_for()
    cell.get_by_role("button", name="Show order 2", exact=True).focus()
    opened.page.keyboard.press("Enter")
    stage = StageInPage(opened, "OrdersView(")
    stage.wait(lambda: stage.root.locator(".say").is_visible(), "the deadlock is said")
    assert "Deadlock: the client waits for up to 48 bytes" in stage.root.inner_text()
    opened.screenshot("orders")
    cell.get_by_role("button", name="Show order 1", exact=True).click()
    stage.wait(lambda: stage.moment == (1, 1), "the other order stands there, after its one step")
    stage.step("client")
    assert opened.exceptions == []
