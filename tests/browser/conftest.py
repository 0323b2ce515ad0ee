"""What tests in a browser share: one JupyterLab, one Chromium, and pages with a notebook.

Playwright holds an event loop of this thread while it runs, so nbclient (test_lessons.py) could not run
its own beside it. That is why server and browser last as long as this package, and not the whole session.
"""

import contextlib
import os

import nbformat
import pytest
from helpers.jupyter_page import (
    ARGUMENTS,
    Lab,
    Notebook,
    Window,
    descendants,
    find_chromium,
    running,
    wait_until_ended,
)


@pytest.fixture(scope="package")
def chromium_path():
    """The browser to use. If it or Playwright is missing, skip the tests; fail them if LENPROTO_BROWSER=required."""
    give_up = pytest.fail if os.environ.get("LENPROTO_BROWSER") == "required" else pytest.skip
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        give_up("no Playwright in this Python: pip install playwright")
    return find_chromium() or give_up("no Chromium on this computer: apt install chromium")


@pytest.fixture(scope="package")
def lab(chromium_path, tmp_path_factory):
    """A JupyterLab server for all tests of this folder, which serves a copy of the notebooks.

    Its kernels are processes of their own, and would go on for ever: they end with it.
    """
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab
        lab.request("POST", "/api/kernels")
        started = descendants(lab.process.pid)
    assert started or not running()  # where processes can be listed, there was one
    assert not started & running().keys()


@pytest.fixture(scope="package")
def chromium(chromium_path, lab):
    """A browser without a window, for all tests of this folder."""
    from playwright.sync_api import sync_playwright

    before = descendants(os.getpid())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        processes = descendants(os.getpid()) - before - descendants(lab.process.pid)
        browser.close()
    wait_until_ended(processes)


@pytest.fixture(scope="package")
def window(chromium, lab):
    """The page in which these tests open one notebook after another."""
    with contextlib.ExitStack() as stack:
        window = Window(chromium, lab)
        stack.callback(window.discard)
        yield window


@pytest.fixture
def notebook(window, lab, request):
    """notebook(path, theme="light", viewport=(1280, 1000)) opens a notebook of lab.root; closed after the test.

    A page in which a test has failed is used by no other one.
    """
    failed = request.session.testsfailed
    opened = []

    def open_notebook(path, theme="light", viewport=(1280, 1000)):
        opened.append(Notebook(window, lab, path, theme, viewport))
        return opened[-1]

    yield open_notebook
    if request.session.testsfailed > failed:
        window.discard()
    for each in opened:
        each.close()


@pytest.fixture
def written(window, notebook, lab, request):
    """written("code", "more code", theme=…, viewport=…) gives a notebook of these code cells, not run yet.

    A kernel and a page for each would take most of the tests' time: the notebook of the last such test is written
    anew, and its kernel forgets what was there. fresh=True: one of its own, with a kernel that nobody had before.
    """
    failed = request.session.testsfailed

    def write(*sources, theme="light", viewport=(1280, 1000), fresh=False):
        if window.written and not fresh:
            window.written.rewrite(sources, theme, viewport)
            return window.written
        path = f"written_{len(list(lab.root.iterdir()))}.ipynb"
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        # else JupyterLab asks for one
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), lab.root / path
        )
        if fresh:
            return notebook(path, theme, viewport)
        opened = Notebook(window, lab, path, theme, viewport)
        window.written = opened
        return opened

    yield write
    if request.session.testsfailed > failed:
        if window.written:
            lab.shut_down_kernels(window.written.path)
        window.discard()
