"""lenproto class, as a browser meets it: who is let in, what is sent, how it goes on after a save, and how it ends."""

import contextlib
import hmac
import http.client
import importlib.util
import json
import os
import signal
import socket
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest
from helpers.leavings import children
from helpers.peers.bare import TIME_LIMIT_S
from helpers.programs import LENPROTO, Printed, run

from lenproto import __main__
from lenproto.commands.class_ import is_loopback
from lenproto.exercises.classes.live.page import BOARD, TEACHER
from lenproto.exercises.classes.live.server import Keys

pytestmark = pytest.mark.usefixtures("signals_of_a_terminal")

GOOD = "import socket\ndef initial_listen(ip, port):\n    return socket.create_server((ip, port))\n"
BAD = "def initial_listen(ip, port):\n    return 7\n"
posix_only = pytest.mark.skipif(os.name == "nt", reason="nobody can press Ctrl-C for another there")


class Class(Printed):
    """The program, from its last line on; its pages by name."""

    def __init__(self, folder, *options):
        super().__init__([*LENPROTO, "class", str(folder), *options])
        try:
            self.said = [self.line() for _ in range(7)]
        except BaseException:
            self.__exit__()
            raise
        urls = [urlsplit(line.strip()) for line in self.said if "?token=" in line]
        self.tokens = {url.path[1:]: url.query for url in urls}
        self.host, self.port = urls[0].hostname, urls[0].port

    def ask(self, path, cookie="", method="GET"):
        """Ask once; return the response, and what it holds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIME_LIMIT_S)
        with contextlib.closing(connection):
            connection.request(method, path, headers={"Cookie": cookie} if cookie else {})
            response = connection.getresponse()
            return response, response.read().decode()

    def let_in(self, page):
        """Open a page by its token; return the cookie that is left behind."""
        response, _ = self.ask(f"/{page}?{self.tokens[page]}")
        cookies = SimpleCookie(response.getheader("Set-Cookie"))
        return "; ".join(f"{name}={each.value}" for name, each in cookies.items())

    @contextlib.contextmanager
    def events(self, page, cookie):
        """Give what is sent to a page: a dictionary of its parts after each change."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIME_LIMIT_S)
        with contextlib.closing(connection):
            connection.request("GET", f"/events/{page}", headers={"Cookie": cookie})
            with connection.getresponse() as response:
                assert response.getheader("Content-Type") == "text/event-stream"
                yield self.parts(response)

    def parts(self, response):
        parts = {}
        for line in response:
            if line.startswith(b"data: {"):
                told = json.loads(line.removeprefix(b"data: "))
                parts = {name: told["parts"].get(name, parts.get(name)) for name in told["all"]}
                yield parts


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    (folder / "נועה.py").write_text(BAD, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def room(folder):
    with Class(folder) as room:
        yield room


# ---- who is let in ----


@pytest.mark.parametrize(
    "query", ["", "?token=", "?token=x", "?token=%00", "?token=נ".encode().hex()]
)
@pytest.mark.parametrize(
    "path", ["/", "/board", "/teacher", "/events/board", "/events/teacher", "/live.js", "/other"]
)
def test_nobody_is_let_in_without_the_token(room, path, query):
    response, text = room.ask(path + query, cookie=f"lenproto-teacher-{room.port}=x")
    assert response.status == 403
    assert "needs the address with its token" in text
    assert response.getheader("Set-Cookie") is None
    assert "נועה" not in text


@pytest.mark.parametrize("page", [BOARD, TEACHER])
def test_the_token_lets_in_and_goes_from_the_address_into_a_cookie(room, page):
    response, _ = room.ask(f"/{page}?{room.tokens[page]}")
    assert (response.status, response.getheader("Location")) == (302, page)
    assert "HttpOnly; SameSite=Lax" in response.getheader("Set-Cookie")
    assert "Path" not in response.getheader("Set-Cookie")
    response, text = room.ask(f"/{page}", room.let_in(page))
    assert response.status == 200
    assert f'data-events="events/{page}"' in text
    assert room.tokens[page] not in text


def test_the_boards_token_does_not_open_the_page_with_names(room):
    cookie = room.let_in(BOARD)
    for path in ("/teacher", f"/teacher?{room.tokens[BOARD]}", "/events/teacher"):
        assert room.ask(path, cookie)[0].status == 403
    assert 'href="teacher"' not in room.ask("/board", cookie)[1]


def test_the_teachers_token_opens_both_and_each_leads_to_the_other(room):
    cookie = room.let_in(TEACHER)
    assert 'href="board"' in room.ask("/teacher", cookie)[1]
    assert 'href="teacher"' in room.ask("/board", cookie)[1]
    assert room.ask("/", cookie)[0].getheader("Location") == TEACHER
    assert room.ask("/", room.let_in(BOARD))[0].getheader("Location") == BOARD


def test_a_page_loads_nothing_from_elsewhere_and_no_address_is_absolute(room):
    cookie = room.let_in(TEACHER)
    for path in ("/teacher", "/board", "/live.js", "/live.css"):
        response, text = room.ask(path, cookie)
        assert "default-src 'none'" in response.getheader("Content-Security-Policy")
        assert response.getheader("Referrer-Policy") == "no-referrer"
        assert response.getheader("Cache-Control") == "no-store"
        assert text.replace("http://www.w3.org/2000/svg", "").count("//") == text.count("// ")
        assert 'href="/' not in text


def test_there_is_nothing_else_and_nothing_can_be_changed(room):
    cookie = room.let_in(TEACHER)
    assert room.ask("/other", cookie)[0].status == 404
    assert room.ask("/../pyproject.toml", cookie)[0].status == 404
    for method in ("POST", "PUT", "DELETE"):
        assert room.ask("/teacher", cookie, method)[0].status == 405


def test_a_wrong_token_is_compared_with_both_in_the_same_time(monkeypatch):
    keys, compared, compare = Keys(), [], hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda *two: compared.append(two) or compare(*two))
    assert not keys.opens(BOARD, "wrong")
    assert len(compared) == 2
    assert keys.opens(BOARD, keys.tokens[BOARD]) and keys.opens(BOARD, keys.tokens[TEACHER])
    assert keys.opens(TEACHER, keys.tokens[TEACHER]) and not keys.opens(TEACHER, "\udcff")
    assert len({*keys.tokens.values(), *Keys().tokens.values()}) == 4
    assert all(len(token) >= 32 for token in keys.tokens.values())


# ---- what is sent ----


def test_a_save_comes_to_both_pages_with_the_name_to_one_of_them(room, folder):
    cookie = room.let_in(TEACHER)
    with room.events(TEACHER, cookie) as teacher, room.events(BOARD, cookie) as board:
        row = next(tree for tree in rows(teacher) if "✗ spec" in tree)
        assert "נועה" in row
        (folder / "נועה.py").write_text(GOOD, encoding="utf-8")
        assert "נועה" in next(tree for tree in rows(teacher) if "✓ spec" in tree)
        seen = ""
        for parts in board:
            seen += json.dumps(parts, ensure_ascii=False)
            if "One more passes" in seen:
                break
        assert "נועה" not in seen
    (folder / "נועה.py").write_text(BAD, encoding="utf-8")


def rows(looks):
    """The row of the only learner, as text, look by look."""
    for parts in looks:
        for name, tree in parts.items():
            if name.startswith("row-"):
                yield json.dumps(tree, ensure_ascii=False)


def test_it_says_who_can_open_the_pages_and_what_is_read(room):
    said = "\n".join(room.said)
    assert room.host == "127.0.0.1"
    assert "Only this computer can open them." in said
    assert "nothing is sent anywhere" in said
    assert "OPEN TO THE NETWORK" not in room.ask("/teacher", room.let_in(TEACHER))[1]


# ---- how it ends ----


@posix_only
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_while_pages_are_open_and_files_are_judged(name, tmp_path):
    before = children()
    for number in range(4):  # more than are judged at once
        endless = f"def initial_listen(ip, port):\n    while True: {number}\n"
        (tmp_path / f"{number}.py").write_text(endless)
    with Class(tmp_path, "--ip", "0.0.0.0") as room:
        assert "OPEN TO THE NETWORK" in "\n".join(room.said)
        cookie = room.let_in(TEACHER)
        assert "Open to the network" in room.ask("/teacher", cookie)[1]
        with room.events(TEACHER, cookie) as teacher:
            next(teacher)
            room.process.send_signal(getattr(signal, name))
            code, lines = room.end()
            for _ in teacher:
                pass  # the connection is closed
        assert (code, lines[-1], room.stderr()) == (0, "stopped", "")
    assert children() == before


def test_a_port_that_is_taken_is_told_in_a_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run([*LENPROTO, "class", str(tmp_path), "--port", port])
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert f"cannot listen on 127.0.0.1:{port}" in line


def test_a_port_that_there_is_not_is_told_in_a_line(main, capsys, tmp_path):
    assert main(["class", str(tmp_path), "--port", "65536"]) == 1
    assert "cannot listen on 127.0.0.1:65536" in capsys.readouterr().err


@pytest.fixture
def main(monkeypatch):
    """The command line, in this process, whose standard streams are pytest's."""
    monkeypatch.setattr(__main__, "prepare_standard_streams", lambda: None)
    monkeypatch.setattr(__main__, "let_go_of_output", lambda: None)
    return __main__.main


def test_a_folder_that_is_none_is_told_in_a_line(main, capsys):
    assert main(["class", "nowhere"]) == 2
    assert "nowhere: there is no such folder" in capsys.readouterr().err


def test_a_package_that_is_missing_is_told_in_a_line(main, capsys, monkeypatch, tmp_path):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "watchfiles" else find(name)
    )
    assert main(["class", str(tmp_path)]) == 2
    assert "pip install watchfiles" in capsys.readouterr().err


@pytest.mark.parametrize(
    "ip, is_one",
    [("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_what_only_this_computer_can_reach_is_known(ip, is_one):
    assert is_loopback(ip) == is_one
