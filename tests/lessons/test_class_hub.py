"""The container's hub for a class, without the container: pupils come with a name and the word, and find the lessons.

Needs JupyterHub (`--group hub`) and npm's configurable-http-proxy on the path.
"""

import contextlib
import http.cookiejar
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from importlib.util import find_spec

import psutil
import pytest
from helpers.places import ROOT

from lenproto.lessons import laid

pytestmark = pytest.mark.usefixtures("signals_of_a_terminal")

PROXY = shutil.which("configurable-http-proxy")
if not find_spec("jupyterhub"):
    pytest.skip("no JupyterHub in this Python: uv run --group hub", allow_module_level=True)
if not PROXY:
    pytest.skip("no proxy: npm install -g configurable-http-proxy", allow_module_level=True)

CONFIG = ROOT / "docs" / "container" / "jupyterhub_config.py"
WORD = "open, sesame"
LIMIT_S = 60.0
# what is another one in a test: ports, and who runs it
CHANGES = """
load_subconfig({ours!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.Spawner.args = [*c.Spawner.args, "--allow-root"]
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """The address of a hub that runs, and its folder."""
    folder = tmp_path_factory.mktemp("class")
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(3)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        port, hub, api = (sock.getsockname()[1] for sock in sockets)
    config = folder / "config.py"
    text = CHANGES.format(ours=str(CONFIG), port=port, hub=hub, api=api, proxy=PROXY)
    config.write_text(text, "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=folder,
            env=os.environ | {"LENPROTO_PASSWORD": WORD, "LENPROTO_CLASS": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: Visitor(url).get("/hub/health"), process, folder)
            yield url, folder, process
        finally:
            started = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGTERM)
            process.wait(LIMIT_S)
            _, left = psutil.wait_procs(started, timeout=LIMIT_S / 2)
            for each in left:
                each.kill()


def until(look, process, folder):
    """What look() gives, as soon as it gives something."""
    ends = time.monotonic() + LIMIT_S
    while True:
        assert process.poll() is None, (folder / "log").read_text("utf-8", "replace")
        with contextlib.suppress(OSError):
            if found := look():
                return found
        assert time.monotonic() < ends, (folder / "log").read_text("utf-8", "replace")
        time.sleep(0.05)  # between two looks


class Visitor:
    """A browser: it keeps cookies."""

    def __init__(self, url):
        self.url, self.cookies = url, http.cookiejar.CookieJar()
        kept = urllib.request.HTTPCookieProcessor(self.cookies)
        self.opener = urllib.request.build_opener(kept, urllib.request.ProxyHandler({}))

    def get(self, path, **form):
        """(address, page), where all has led to."""
        data = urllib.parse.urlencode(form).encode() if form else None
        path = urllib.parse.quote(path, safe="/?=&%")
        with self.opener.open(self.url + path, data, timeout=LIMIT_S) as answer:
            return urllib.parse.unquote(answer.url), answer.read().decode()

    def log_in(self, name, word):
        """Fill in the hub's form."""
        self.get("/hub/login")
        token = next(each.value for each in self.cookies if each.name == "_xsrf")
        return self.get("/hub/login?next=%2Fhub%2Fhome", username=name, password=word, _xsrf=token)


@pytest.mark.parametrize("name", ["anna", "דנה"])
def test_who_knows_the_word_gets_the_lessons_in_a_folder_of_their_own(hub, name):
    url, folder, process = hub
    pupil = Visitor(url)
    address, _ = pupil.log_in(name, WORD)
    assert address.endswith("/hub/home")
    pupil.get(f"/hub/spawn/{name}")

    def page():
        address, text = pupil.get(f"/user/{name}/lab/tree/{laid.FOLDER}/00_start_here.ipynb")
        return text if address.startswith(f"{url}/user/{name}/lab") else ""

    assert "jupyter-config-data" in until(page, process, folder)
    lessons = folder / "pupils" / name / laid.FOLDER
    assert laid.load(lessons).language == "en"
    assert (lessons / "00_start_here.ipynb").is_file()


def test_who_does_not_know_the_word_stays_outside(hub):
    url, folder, _ = hub
    with pytest.raises(urllib.error.HTTPError) as refused:
        Visitor(url).log_in("mallory", "open, barley")
    assert refused.value.code == 403
    refused.value.close()
    assert not (folder / "pupils" / "mallory").exists()


@pytest.mark.parametrize("name", ["../anna", "a/../../b", "a b", ".", ""])
def test_a_name_that_is_none_of_a_folder_stays_outside(hub, name):
    url, _, _ = hub
    with pytest.raises(urllib.error.HTTPError) as refused:
        Visitor(url).log_in(name, WORD)
    assert refused.value.code in (400, 403)
    refused.value.close()


def test_without_a_word_it_does_not_start(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)],
        cwd=tmp_path,
        env=os.environ | {"LENPROTO_PASSWORD": "short", "LENPROTO_CLASS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert ended.returncode != 0
    assert "LENPROTO_PASSWORD has to be the word that lets the class in" in ended.stderr
