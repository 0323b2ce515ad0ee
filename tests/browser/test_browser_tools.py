"""What the other tests in a browser rely on: what goes wrong in a page is seen, and each tool does what it says."""

import json

from helpers import jupyter_page
from helpers.kernel_ports import FIRST, LAST

BROKEN = """import anywidget, ipywidgets
class Broken(anywidget.AnyWidget):
    _esm = 'export default { render() { throw new Error("broken on purpose"); } }'
Broken()"""
UNKNOWN = "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'nobody'}}, raw=True)"
WAITS = """import asyncio
clicked = asyncio.Event()
button = ipywidgets.Button(description="Go on")
button.on_click(lambda _: clicked.set())
display(button)
await clicked.wait()
print("went on")"""


def test_cells_run_and_fail_and_a_restarted_kernel_has_forgotten_all(written, lab):
    page = written("x = 1", "1 / 0", "print(x)", fresh=True)
    page.run_all()
    assert page.errors() == ["ZeroDivisionError: division by zero"]
    assert [cell["execution_count"] for cell in page.cells()] == [1, 2, None]
    page.run_cell("print(x)")
    page.run_cell(0)
    assert [cell["execution_count"] for cell in page.cells()] == [4, 2, 3]
    page.restart_kernel()
    page.run_cell(2)
    assert page.errors() == [
        "ZeroDivisionError: division by zero",
        "NameError: name 'x' is not defined",
    ]
    page.close()
    assert lab.request("GET", "/api/kernels") == []


def test_a_kernel_of_the_lab_has_ports_that_no_other_test_gets(written, lab):
    written("1", fresh=True)
    connection = json.loads(next((lab.folder / "runtime").glob("kernel-*.json")).read_text("utf-8"))
    assert all(FIRST <= port < LAST for name, port in connection.items() if name.endswith("_port"))


def test_widgets_that_fail_are_seen_and_those_that_work_may_be_clicked(written):
    page = written(BROKEN, UNKNOWN, WAITS)
    page.run_cell(0)
    page.run_cell(1)
    page.run_cell(2, wait=False)
    page.cell(2).get_by_role("button", name="Go on").click()
    page.cell(2).get_by_text("went on", exact=True).wait_for()
    page.wait_until_idle()
    assert page.missing_widgets(limit_s=1) == [
        "cell 0: nothing",
        "cell 1: Error displaying widget: model not found",
    ]
    assert [text.splitlines()[0] for text in page.exceptions] == ["Error: broken on purpose"]
    assert page.errors() == []


def test_a_page_has_the_theme_and_the_size_that_were_asked_for(written, tmp_path, monkeypatch):
    page = written("1", theme="dark", viewport=(800, 600))
    assert page.page.locator("body").get_attribute("data-jp-theme-light") == "false"
    assert page.page.evaluate("[innerWidth, innerHeight]") == [800, 600]
    page.screenshot("nowhere")
    monkeypatch.setattr(jupyter_page, "SHOTS", tmp_path / "shots")
    page.screenshot("page")
    pictures = sorted((tmp_path / "shots").iterdir())
    assert [path.name for path in pictures] == ["page-dark.png", "page-light.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    assert page.page.locator("body").get_attribute("data-jp-theme-light") == "false", "as before"
