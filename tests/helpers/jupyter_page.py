"""JupyterLab as a program of its own, and a notebook in one of its pages, for tests in a browser."""

import contextlib
import http.client
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from helpers.places import NOTEBOOKS, ROOT

BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
ARGUMENTS = [
    "--no-sandbox",  # root, which containers run as, may not have one
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",  # the browser itself asks for nothing in the internet
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
START_LIMIT_S = 240  # a server or a kernel starts
RUN_LIMIT_S = 240  # cells run
RELOADS = 3  # of a page whose widgets have asked a busy kernel in vain
DRAW_LIMIT_S = 60  # a widget appears
END_LIMIT_S = 60  # a process ends
THEMES = ("light", "dark")
SHOTS = os.environ.get("LENPROTO_SHOTS") and Path(os.environ["LENPROTO_SHOTS"]).absolute()
WIDGET = "application/vnd.jupyter.widget-view+json"

# JavaScript. JupyterLab has no panel for a moment, and a panel has no kernel for another one; only
# then "idle" is true.
IDLE = """() => {
    const kernel = window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel;
    return kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""
RUN = """async ([command, limit_s]) => {
    const late = new Promise((_, reject) => setTimeout(reject, limit_s * 1000, new Error(`${command} takes too long`)));
    await Promise.race([jupyterapp.commands.execute(command), late]);
}"""
START = "command => { jupyterapp.commands.execute(command); }"
CELLS = "() => [...jupyterapp.shell.currentWidget.content.model.cells].map(cell => cell.toJSON())"
SELECT = """number => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.deselectAll();
    notebook.activeCellIndex = number;
}"""
OPEN = """async path => {
    const widget = await jupyterapp.commands.execute("docmanager:open", { path, factory: "Notebook" });
    await widget.context.ready;
    jupyterapp.shell.activateById(widget.id);
}"""
EXECUTE = """async code => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const reply = await kernel.requestExecute({ code }).done;
    if (reply.content.status !== "ok") throw new Error(`${reply.content.ename}: ${reply.content.evalue}`);
}"""
CLOSE = """async () => {
    for (const widget of [...jupyterapp.shell.widgets("main")]) {
        await widget.sessionContext?.shutdown();
        widget.dispose();
    }
}"""
REWRITE = """async sources => {
    const model = jupyterapp.shell.currentWidget.content.model.sharedModel;
    while (model.cells.length > sources.length) model.deleteCell(model.cells.length - 1);
    sources.forEach((source, at) => {
        if (at < model.cells.length) model.getCell(at).setSource(source);
        else model.insertCell(at, { cell_type: "code", source });
    });
    await jupyterapp.commands.execute("notebook:clear-all-cell-outputs");
}"""
THEME = "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })"
SCROLL = "number => jupyterapp.shell.currentWidget.content.scrollToItem(number)"
RESTART = """async () => {
    const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    await kernel.restart();
    await kernel.requestKernelInfo();
}"""
# anywidget gives a page two seconds to load a widget's module, and lets the widget hear nothing more
# after that. A page that gets a twentieth of a processor needs longer.
PATIENT = """() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = limit_ms => timeout(limit_ms === 2000 ? 60000 : limit_ms);
}"""
# Python: nothing of the last test is left in the kernel.
FORGET = """import ipywidgets, sys
views = sys.modules.get("lenproto.lab.views.cells")
for _, made in views._made.values() if views else ():
    for view in made:
        view.close()
ipywidgets.Widget.close_all()
get_ipython().run_line_magic("reset", "-f")"""
# For each widget in a cell's outputs that is not to be seen, the words that stand there instead.
MISSING = """([number, type]) => {
    const cell = jupyterapp.shell.currentWidget.content.widgets[number];
    const outputs = [...cell.outputArea.widgets].flatMap(child => [...child.children()]);
    const widgets = outputs.filter(output => output.mimeType === type).map(output => output.node);
    const wanted = cell.model.toJSON().outputs.filter(output => output.data && type in output.data).length;
    const seen = node => node.firstElementChild?.clientHeight && !node.querySelector(".jupyter-error-widget");
    const said = widgets.filter(node => !seen(node)).map(node => node.textContent || "nothing");
    return widgets.length < wanted ? ["nothing", ...said] : said;
}"""


def until(condition, what, limit_s):
    """Ask condition() again and again until its answer is true; return that answer. Fail after the time limit."""
    end = time.monotonic() + limit_s
    while not (answer := condition()):
        assert time.monotonic() < end, f"waited {limit_s} s in vain until {what}"
        time.sleep(0.02)
    return answer


def find_chromium():
    """Return the path of this computer's Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def find_browser():
    """Return the browser's path, if Playwright is there to drive it; None otherwise."""
    return find_chromium() if importlib.util.find_spec("playwright") else None


def running():
    """Return {(process id, start time): parent's process id} for all processes; on Linux only, elsewhere nothing."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if fields[0] != "Z":
                found[int(stat.parent.name), fields[19]] = int(fields[1])
    return found


def descendants(process_id):
    """Return (process id, start time) of all that a process started, and of what those started."""
    family, processes = {process_id}, running()
    while more := {
        key for key, parent in processes.items() if parent in family and key[0] not in family
    }:
        family |= {number for number, _ in more}
    return {key for key in processes if key[0] in family - {process_id}}


def wait_until_ended(processes):
    """Fail if one of these processes still runs after the time limit."""
    until(
        lambda: not processes & running().keys(), f"these processes end: {processes}", END_LIMIT_S
    )


class Lab:
    """A JupyterLab server in a process of its own. Its folder holds all that it writes, and a copy of the notebooks."""

    def __init__(self, folder):
        self.folder = folder
        self.root = folder / "notebooks"  # what the server serves
        self.token = secrets.token_hex()
        shutil.copytree(
            NOTEBOOKS, self.root, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        )
        # Without this, JupyterLab asks for news and newer versions in the internet.
        (folder / "config").mkdir(exist_ok=True)
        config = (
            f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r}); "
            "from helpers import kernel_ports; kernel_ports.choose_below_the_others()\n"
        )
        (folder / "config" / "jupyter_server_config.py").write_text(config, encoding="utf-8")
        self._write_settings("notification", {"fetchNews": "false", "checkForUpdates": False})

    def __enter__(self):
        places = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
        }
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": 0,  # a free one; which one, stands in the runtime folder
            "ServerApp.root_dir": self.root,
            "IdentityProvider.token": self.token,
            "LabApp.expose_app_in_browser": True,
            "LabApp.extension_manager": "readonly",  # so that it asks no package index
        }
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        with (self.folder / "log.txt").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in options.items())],
                env=os.environ | {name: str(self.folder / place) for name, place in places.items()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            until(self._answers, "JupyterLab answers", START_LIMIT_S)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        return self

    def __exit__(self, *_):
        """End the server, which ends its kernels, and see to it that nothing is left of them."""
        processes = descendants(self.process.pid)
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.request("POST", "/api/shutdown")
        try:
            self.process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        wait_until_ended(processes)

    def _answers(self):
        """Whether the server has told its port, and answers there."""
        log = self.folder / "log.txt"
        assert self.process.poll() is None, (
            f"JupyterLab did not start:\n{log.read_text(errors='replace')}"
        )
        for file in (self.folder / "runtime").glob("jpserver-*.json"):
            # The file may be half written, and the server not yet listening.
            with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
                self.port = json.loads(file.read_text(encoding="utf-8"))["port"]
                self.request("GET", "/api/status")
                return True
        return False

    def request(self, method, path):
        """Send one request to the server's REST interface; return the answer's JSON, or None if it has none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=END_LIMIT_S)
        with contextlib.closing(connection):
            connection.request(method, path, headers={"Authorization": f"token {self.token}"})
            response = connection.getresponse()
            body = response.read()
        if response.status >= 400:
            raise http.client.HTTPException(f"{method} {path}: {response.status} {response.reason}")
        return json.loads(body) if body else None

    def address(self, path):
        """Return the URL of a page with nothing but that notebook (and the token)."""
        return f"http://127.0.0.1:{self.port}/doc/tree/{quote(path)}?reset&token={self.token}"

    def set_theme(self, theme):
        """Choose "light" or "dark" for the pages that are opened from now on."""
        self._write_settings("themes", {"theme": f"JupyterLab {theme.capitalize()}"})

    def shut_down_kernels(self, path):
        """End the kernels of a notebook."""
        for session in self.request("GET", "/api/sessions"):
            if session["path"] == path:
                self.request("DELETE", f"/api/sessions/{session['id']}")

    def _write_settings(self, plugin, settings):
        file = (
            self.folder
            / "config/lab/user-settings/@jupyterlab/apputils-extension"
            / f"{plugin}.jupyterlab-settings"
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")


class Window:
    """A page of the browser with JupyterLab in it, which shows one notebook after another.

    Starting JupyterLab's own JavaScript costs more than all that most tests do with it.
    """

    def __init__(self, browser, lab):
        self._browser, self._lab, self.page, self.theme = browser, lab, None, ""
        self.written = None  # the open notebook that tests write into, one after another

    def show(self, path, theme, viewport):
        """Open a notebook, and return Playwright's page."""
        if self.written:
            self.written.close()
            self.written = None
        if self.page:
            self.resize(viewport)
            self.change_theme(theme)
            self.page.evaluate(OPEN, path)
        else:
            self._lab.set_theme(theme)
            self.page = self._browser.new_page()
            self.page.add_init_script(f"({PATIENT})()")
            self.resize(viewport)
            self.page.goto(self._lab.address(path), timeout=START_LIMIT_S * 1000)
            self.page.set_default_timeout(DRAW_LIMIT_S * 1000)
        self.theme = theme
        return self.page

    def resize(self, viewport):
        """Make the page so wide and so high, in pixels."""
        self.page.set_viewport_size(dict(zip(("width", "height"), viewport, strict=True)))

    def change_theme(self, theme):
        """Change to the "light" or "dark" theme, as from the menu."""
        if theme != self.theme:
            name = f"JupyterLab {theme.capitalize()}"
            self.page.evaluate(THEME, name)
            self.page.wait_for_selector(f"[data-jp-theme-name='{name}']", state="attached")
            self.page.wait_for_selector("#jupyterlab-splash", state="detached")
            self.theme = theme

    def clear(self):
        """Close the notebook, whatever of it was not saved."""
        if self.page:
            self.page.evaluate(CLOSE)

    def discard(self):
        """Close the page: the next notebook gets one of its own."""
        if self.page:
            self.page.close()
            self.page = self.written = None


class Notebook:
    """A notebook in a window, with its kernel connected and idle.

    `page` is Playwright's page; `exceptions` holds the text of each JavaScript exception that nobody caught.
    A cell is named by its number (Markdown cells count) or by a text that only its source has.
    """

    def __init__(self, window, lab, path, theme, viewport):
        self.path, self._window, self._lab = path, window, lab
        self.exceptions, self.console_errors = [], []
        self.page = window.show(path, theme, viewport)
        self._listeners = {"pageerror": self._keep_exception, "console": self._keep_console_error}
        for event, listener in self._listeners.items():
            self.page.on(event, listener)
        self.wait_until_idle()
        self.page.wait_for_selector(
            f"[data-jp-theme-name='JupyterLab {theme.capitalize()}']", state="attached"
        )

    def _keep_exception(self, error):
        self.exceptions.append(error.stack or str(error))

    def _keep_console_error(self, message):
        if message.type == "error":
            self.console_errors.append(f"{message.text} ({message.location['url']})")

    def wait_until_idle(self, limit_s=START_LIMIT_S):
        """Wait until the kernel is connected and has nothing to do."""
        self.page.wait_for_function(IDLE, polling=50, timeout=limit_s * 1000)

    def rewrite(self, sources, theme, viewport):
        """Put these code cells in the place of its cells; its kernel forgets all of them."""
        self.exceptions.clear()
        self.console_errors.clear()
        self._window.resize(viewport)
        self._window.change_theme(theme)
        self.execute(FORGET)
        self.page.evaluate(REWRITE, list(sources))
        self.wait_until_idle()

    def run_all(self):
        """Run All, to its end. After a cell's error the cells below it do not run: see errors()."""
        self._run("notebook:run-all-cells")

    def run_cell(self, which, wait=True):
        """Run one cell; to its end, or (wait=False) only start it."""
        self.page.evaluate(SELECT, self._number(which))
        if wait:
            self._run("notebook:run-cell")
        else:
            self.page.evaluate(START, "notebook:run-cell")

    def run_all_but(self, which):
        """Run all cells above one, and all below it."""
        number = self._number(which)
        self.page.evaluate(SELECT, number)
        self._run("notebook:run-all-above")
        self.page.evaluate(SELECT, number + 1)
        self._run("notebook:run-all-below")

    def execute(self, code):
        """Let the kernel carry out some code that stands in no cell."""
        self.page.evaluate(EXECUTE, code)

    def restart_kernel(self):
        """Restart the kernel, without the question whether one is sure, and wait until the new one answers."""
        self.page.evaluate(RESTART)
        self.wait_until_idle()

    def reload(self):
        """Save the notebook, and load the page anew until its widgets are there: they wait 4 s for a kernel."""
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
        for _ in range(RELOADS):
            self.page.reload()
            self.wait_until_idle()
            if not (missing := self.missing_widgets(DRAW_LIMIT_S / RELOADS)):
                return
        raise AssertionError(f"after {RELOADS} reloads: {missing}")

    def _run(self, command):
        self.page.evaluate(RUN, [command, RUN_LIMIT_S])
        self.wait_until_idle(RUN_LIMIT_S)

    def cells(self):
        """Return all cells as they stand in the page now, outputs included, in the form of the notebook's file."""
        return self.page.evaluate(CELLS)

    def _number(self, which):
        if isinstance(which, int):
            return which
        numbers = [number for number, cell in enumerate(self.cells()) if which in cell["source"]]
        assert len(numbers) == 1, f"{len(numbers)} cells have {which!r} in their source"
        return numbers[0]

    def cell(self, which):
        """Return Playwright's locator of a cell, after scrolling there."""
        number = self._number(which)
        self.page.evaluate(SCROLL, number)
        return self.page.locator(f".jp-Cell[data-windowed-list-index='{number}']")

    def errors(self):
        """Return each error output of the notebook as "name: value"."""
        return [
            f"{output['ename']}: {output['evalue']}"
            for cell in self.cells()
            for output in cell.get("outputs", [])
            if output["output_type"] == "error"
        ]

    def missing_widgets(self, limit_s=DRAW_LIMIT_S):
        """Scroll to every widget and give it time to appear. Return what stands in the place of those that do not."""
        missing = []
        for number in self.widgets():
            self.page.evaluate(SCROLL, number)
            end = time.monotonic() + limit_s
            while (now := self.page.evaluate(MISSING, [number, WIDGET])) and time.monotonic() < end:
                self.page.wait_for_timeout(50)  # milliseconds
            missing += [f"cell {number}: {text}" for text in now]
        return missing

    def change_theme(self, theme):
        """Change to the "light" or "dark" theme, as from the menu."""
        self._window.change_theme(theme)

    def widgets(self):
        """The numbers of the cells that show a widget."""
        return [
            number
            for number, cell in enumerate(self.cells())
            if any(WIDGET in output.get("data", {}) for output in cell.get("outputs", []))
        ]

    def screenshots_of_widgets(self, name):
        """Keep a picture of every widget, with the page as it stands around it, where pictures are wanted."""
        if not SHOTS:
            return
        for theme in THEMES:
            self.change_theme(theme)
            for number in self.widgets():
                self.cell(number).scroll_into_view_if_needed()
                self._keep(f"{name}-{number:02}-{theme}")

    def screenshot(self, name):
        """Keep pictures of the page in both themes, where they are wanted: in the folder LENPROTO_SHOTS."""
        if not SHOTS:
            return
        before = self._window.theme
        for theme in sorted(THEMES, key=lambda theme: theme != before):
            self.change_theme(theme)
            self._keep(f"{name}-{theme}")
        self.change_theme(before)

    def _keep(self, name):
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def close(self):
        """Close the notebook and end its kernel."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self._window.clear()
        self._lab.shut_down_kernels(self.path)
