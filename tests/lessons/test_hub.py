"""Three pupils on a real JupyterHub, behind its real proxy: each has a server, lessons that run, and a progress.

Needs JupyterHub (`--group hub`) and npm's configurable-http-proxy on the path.
"""

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from helpers.places import ROOT

pytestmark = pytest.mark.usefixtures("signals_of_a_terminal")

PROXY = shutil.which("configurable-http-proxy")
if not find_spec("jupyterhub"):
    pytest.skip("no JupyterHub in this Python: uv run --group hub", allow_module_level=True)
if not PROXY:
    pytest.skip("no proxy: npm install -g configurable-http-proxy", allow_module_level=True)

PUPILS = ("anna", "ben", "דנה")
LIMIT_S = 60.0
# all that a lesson does: a server in the background, a client, a function that is judged
LESSON = """
import os
from lenproto import client
from lenproto.exercises import check
from lenproto.exercises.learner import progress
from lenproto.lab import Background, terminal

def initial_listen(ip, port):
    \"\"\"Wrong, and changed: a try.\"\"\"
    return PUPIL

with Background() as server:
    port = server.address[1]
    _, greeting, sock = client.initial_contact(*server.address)
    sock.close()
verdict = check(initial_listen)
print(["TOLD", os.environ["JUPYTERHUB_USER"], port, greeting, verdict.spec,
       str(progress.path()), len(progress.recorded()[0]["initial_listen"].tried), terminal("check", "a.ipynb")])
"""
CONFIG = """
load_subconfig({ours!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/school/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = {folder!r} + "/cookie"
c.JupyterHub.pid_file = {folder!r} + "/pid"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.pid_file = {folder!r} + "/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.Authenticator.username_pattern = r"\\w+"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {folder!r} + "/home/{{username}}"
c.Spawner.args = [*c.Spawner.args, "--allow-root"]
c.Spawner.http_timeout = c.Spawner.start_timeout = {limit}
c.JupyterHub.services = [{{"name": "teacher", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{"name": "teacher", "services": ["teacher"], "scopes": ["admin:users", "admin:servers", "access:servers"]}}
]
"""


class Hub:
    """A hub that runs, and what one asks it."""

    def __init__(self, folder):
        self.folder, self.token = folder, secrets.token_hex(16)
        with socket.socket() as one, socket.socket() as two, socket.socket() as three:
            for sock in (one, two, three):
                sock.bind(("127.0.0.1", 0))
            port, hub, api = (sock.getsockname()[1] for sock in (one, two, three))
        self.url = f"http://127.0.0.1:{port}/school"
        config = folder / "config.py"
        config.write_text(
            CONFIG.format(
                ours=str(ROOT / "docs" / "hub" / "jupyterhub_config.py"), folder=str(folder),
                port=port, hub=hub, api=api, proxy=PROXY, token=self.token, limit=LIMIT_S,
            ),
            "utf-8",
        )  # fmt: skip
        self._written = (folder / "log").open("wb")
        kept = {name: value for name, value in os.environ.items() if name != "LENPROTO_PROGRESS"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=folder,
            env=kept | {"CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(16)},
            stdout=self._written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.until(lambda: self.ask("/hub/api/"))

    def ask(self, path, method="GET", body=None):
        """What the hub, or a pupil's server, answers."""
        request = urllib.request.Request(
            self.url + urllib.request.quote(path, safe="/@:?=%"),
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            said = answer.read()
        return json.loads(said) if said[:1] in (b"{", b"[") else said

    def until(self, look):
        """What look() gives, as soon as it gives something."""
        ends = time.monotonic() + LIMIT_S
        while True:
            assert self.process.poll() is None, self.log
            try:
                if found := look():
                    return found
            except OSError:
                pass
            assert time.monotonic() < ends, self.log
            time.sleep(0.05)  # between two looks

    @property
    def log(self):
        return (self.folder / "log").read_text("utf-8", "replace")

    def let_in(self, pupil):
        """Start a pupil's server."""
        (self.folder / "home" / pupil).mkdir(parents=True)
        self.ask(f"/hub/api/users/{pupil}", "POST")
        self.ask(f"/hub/api/users/{pupil}/server", "POST", {})

    def is_in(self, pupil):
        servers = self.ask(f"/hub/api/users/{pupil}?include_stopped_servers=1")["servers"]
        return servers.get("", {}).get("ready")

    def run(self, pupil, code):
        """Run code in a new kernel of a pupil, by way of the proxy; return what it prints, and the kernel's id."""
        kernel = self.ask(f"/user/{pupil}/api/kernels", "POST", {})["id"]
        return asyncio.run(self._talk(pupil, kernel, code)), kernel

    async def _talk(self, pupil, kernel, code):
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        path = urllib.request.quote(f"/user/{pupil}/api/kernels/{kernel}/channels")
        url = self.url.replace("http", "ws", 1) + path
        line = await websocket_connect(
            HTTPRequest(url, headers={"Authorization": f"token {self.token}"})
        )
        number, printed = uuid.uuid4().hex, []
        header = {
            "msg_id": number,
            "msg_type": "execute_request",
            "username": "",
            "session": number,
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True}  # fmt: skip
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content,
                   "channel": "shell", "buffers": []}  # fmt: skip
        await line.write_message(json.dumps(message))
        while True:
            said = json.loads(await asyncio.wait_for(line.read_message(), LIMIT_S))
            if said["parent_header"].get("msg_id") != number:
                continue
            if said["msg_type"] == "stream":
                printed.append(said["content"]["text"])
            if said["msg_type"] == "error":
                printed.append("\n".join(said["content"]["traceback"]))
            if said["msg_type"] == "execute_reply":
                line.close()
                return "".join(printed)

    def processes(self):
        """All that the hub has started: itself, the proxy, the servers, the kernels."""
        hub = psutil.Process(self.process.pid)
        found = [hub, *hub.children(recursive=True)]
        marks = str(self.folder)
        for process in psutil.process_iter():
            try:
                if process.environ().get("HOME", "").startswith(marks) and process not in found:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def close(self):
        """End it like a service; return the processes that are left all the same, and end them."""
        started = self.processes()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(LIMIT_S)
        _, left = psutil.wait_procs(started, timeout=LIMIT_S / 2)
        for process in left:
            process.kill()
        self._written.close()
        return left


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    running = Hub(tmp_path_factory.mktemp("hub"))
    try:
        for pupil in PUPILS:
            running.let_in(pupil)
        for pupil in PUPILS:
            running.until(lambda pupil=pupil: running.is_in(pupil))
        yield running
    finally:
        assert running.close() == [], running.log


@pytest.fixture(scope="module")
def told(hub):
    """What each pupil's lesson told, all having run at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    def learns(pupil):
        printed, _ = hub.run(pupil, LESSON.replace("PUPIL", repr(pupil)))
        lines = [line for line in printed.splitlines() if line.startswith("['TOLD'")]
        assert lines, printed
        return eval(lines[0])[1:]

    with ThreadPoolExecutor() as threads:
        return dict(zip(PUPILS, threads.map(learns, PUPILS), strict=True))


def test_each_pupil_has_a_server_of_lessons_and_ports_do_not_clash(told):
    assert [each[0] for each in told.values()] == list(PUPILS)
    assert all(each[2].startswith("Hello!") and each[3] == "fail" for each in told.values())


def test_each_pupil_has_a_progress_of_their_own(hub, told):
    places = [Path(each[4]) for each in told.values()]
    homes = [hub.folder / "home" / pupil for pupil in PUPILS]
    assert all(place.is_relative_to(home) for place, home in zip(places, homes, strict=True))
    assert [each[5] for each in told.values()] == [1, 1, 1], "one try each, and nobody else's"


def test_a_lesson_names_the_command_as_it_is_there(told):
    assert {each[6] for each in told.values()} == {"lenproto check a.ipynb"}


def test_what_pictures_are_made_of_comes_through_the_proxy(hub):
    page = hub.ask("/user/anna/lab/api/settings/@jupyterlab/apputils-extension:notification")
    assert page["schema"]["properties"]["fetchNews"]["default"] == "false", "nobody is asked"
    listed = hub.ask("/user/anna/lab").decode()
    data = json.loads(
        listed.split('<script id="jupyter-config-data" type="application/json">')[1].split(
            "</script>"
        )[0]
    )
    assert data["baseUrl"] == "/school/user/anna/"
    [widgets] = [each for each in data["federated_extensions"] if each["name"] == "anywidget"]
    script = hub.ask(f"/user/anna/lab/extensions/anywidget/{widgets['load']}")
    assert b"anywidget" in script


def test_memory_of_a_pupil_is_as_the_page_for_admins_says(hub, told):
    sizes = {"server": [], "kernel": []}
    for process in hub.processes():
        line = " ".join(process.cmdline())
        kind = "kernel" if "ipykernel" in line else "server" if "singleuser" in line else ""
        if kind:
            sizes[kind].append(process.memory_full_info().uss / 1e6)
    print({kind: [round(each) for each in found] for kind, found in sizes.items()})
    assert len(sizes["server"]) == len(sizes["kernel"]) == 3
    assert max(sizes["server"]) < 250 and max(sizes["kernel"]) < 150
