"""lenproto check: words, JSON and exit codes."""

import json
import os
import re
import subprocess
import sys

import pytest

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
from helpers.computing import computes_at_most
from helpers.places import CORPUS, ROOT

from lenproto import __main__
from lenproto.exercises import FUNCTIONS
from lenproto.exercises.judging.process import Worker

RIGHT = CORPUS / "right" / "plain.py"
WRONG = CORPUS / "wrong" / "serve_requests__binary_length.py"
SPEC_ONLY = (
    "import socket\ndef initial_listen(ip, port):\n    return socket.create_server((ip, port))\n"
)
LEAN = ("rich", "psutil", "cloudpickle", "IPython", "ipywidgets", "jinja2", "platformdirs")
WORD = {"pass", "fail", "missing", "skipped"}


@pytest.fixture
def check(capsys, monkeypatch):
    """check(words) runs the command in this process, with pytest's streams; returns exit code, output and errors."""
    monkeypatch.setattr(__main__, "prepare_standard_streams", lambda: None)
    monkeypatch.setattr(__main__, "let_go_of_output", lambda: None)
    return lambda *words: (__main__.main(["check", *map(str, words)]), *capsys.readouterr())


def test_a_right_file_passes(check):
    code, out, err = check(RIGHT)
    assert (code, err) == (0, "")
    assert out.count("✓ pass") == 10
    assert re.search(
        r"^5 of 5 functions pass \(spec and shock\), in \d+\.\d s\.$", out.splitlines()[-1]
    )


def test_a_wrong_file_tells_the_first_failure_with_its_steps_and_the_byte(check):
    code, out, _ = check(WRONG)
    assert code == 1
    for part in (
        "✗ fail     spec",
        "– skipped  shock",
        "The first that failed: one answer.",
        "▸  1  your function  sendall(",
        "^ byte 0",
        "This is called: binary-length.",
        "0 of 1 functions pass",
    ):
        assert part in out


def test_what_harms_the_caller_is_told_in_words_also_where_a_line_is_wrong(check, tmp_path):
    path = tmp_path / "work.py"
    path.write_text(
        "import sys\ndef initial_listen(ip, port):\n    sys.stdout.close()\n    raise KeyError(port)\n"
    )
    code, out, _ = check(path)
    assert code == 1
    assert "This is called: closes-the-output." in out and "raise KeyError" not in out


def test_the_first_hint_comes_along_and_others_where_they_are_asked_for(check):
    for words, many in ((), 1), (("--hints", "0"), 0), (("--hints", "2"), 2), (("--hints", "3"), 3):
        _, out, _ = check(WRONG, *words)
        hints = re.findall(r"^Hint (\d) of 3:", out, re.MULTILINE)
        assert hints == [str(number) for number in range(1, many + 1)]
    with pytest.raises(SystemExit):
        check(WRONG, "--hints", "4")


def test_json_is_as_documented(check):
    code, out, _ = check(WRONG, "--json")
    found = json.loads(out)
    assert code == 1
    assert found["file"] == str(WRONG)
    assert list(found["functions"]) == list(FUNCTIONS)
    for name, verdict in found["functions"].items():
        assert {verdict["spec"], verdict["shock"]} <= WORD
        assert verdict["seconds"] >= 0
        assert bool(verdict["cases"]) == (name == "serve_requests")
    first, second, *_ = found["functions"]["serve_requests"]["cases"]
    assert {"name", "level", "verdict", "misconception", "message", "hint", "steps"} <= set(first)
    assert (first["level"], first["verdict"], first["misconception"]) == (
        "spec",
        "fail",
        "binary-length",
    )
    assert first["hint"] and first["message"] and first["hint"] != first["message"]
    assert first["steps"][0]["what"].startswith("sendall(")
    assert first["steps"][0]["source"] == "client_socket.sendall(length + data)"
    assert (second["verdict"], second["misconception"]) == ("skipped", None)


def test_level_spec_judges_spec_alone_and_shock_means_both(check, tmp_path):
    path = tmp_path / "work.py"
    path.write_text(
        "import socket\ndef initial_listen(ip, port):\n"
        "    try:\n        return socket.create_server((ip, port))\n"
        "    except OSError:\n        return None\n"
    )
    code, out, _ = check(path, "--level", "spec", "--json")
    listen = json.loads(out)["functions"]["initial_listen"]
    assert (code, listen["spec"], listen["shock"]) == (0, "pass", "skipped")
    assert {case["level"] for case in listen["cases"]} == {"spec"}
    code, out, _ = check(path, "--level", "shock", "--json")
    listen = json.loads(out)["functions"]["initial_listen"]
    assert (code, listen["spec"], listen["shock"]) == (1, "pass", "fail")


def test_a_file_with_some_of_the_five_passes_with_them(check, tmp_path):
    (tmp_path / "work.py").write_text(SPEC_ONLY)
    code, out, _ = check(tmp_path / "work.py")
    assert code == 0
    assert out.splitlines()[-1].endswith(
        "Not in this file: initial_contact, send_requests, check_client, serve_requests."
    )


def test_a_file_with_none_of_the_five_fails_and_says_so(check, tmp_path):
    (tmp_path / "work.py").write_text("def listen(): pass")
    code, out, _ = check(tmp_path / "work.py")
    assert code == 1
    assert out.startswith("None of the five functions is in ")


@pytest.mark.parametrize(("path", "sentence"), [
    (CORPUS / "unsafe" / "syntax_error.py", "line 10, column 23: '(' was never closed"),
    (CORPUS / "unsafe" / "bad_encoding.py", "line 6, column 3"),
    (CORPUS / "nobody.py", "there is no such file"),
    (CORPUS, "it is a folder"),
    (ROOT / "LICENSE", "line 1, column 5"),
])  # fmt: skip
def test_what_is_not_readable_is_told_in_one_line_on_standard_error(check, path, sentence):
    code, out, err = check(path, "--json")
    assert (code, out) == (2, "")
    assert sentence in err and err.count("\n") == 1


def test_a_notebook_is_judged_and_a_line_is_shown(check, tmp_path):
    cells = [
        "%matplotlib inline\n!ls",
        "import socket",
        "def initial_listen(ip, port):\n    return 7",
        "await nothing",
    ]
    path = tmp_path / "work.ipynb"
    path.write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})
    )
    code, out, _ = check(path)
    assert code == 1
    assert "✗ fail     spec" in out


def test_what_a_learner_prints_does_not_steer_the_terminal(check, tmp_path):
    (tmp_path / "work.py").write_text(
        "def initial_listen(ip, port):\n    print('\\033[2Jgone\\a')\n"
    )
    _, out, _ = check(tmp_path / "work.py")
    assert "·[2Jgone·" in out
    assert "\033" not in out


def test_a_statement_that_does_not_run_is_told(check):
    code, out, _ = check(CORPUS / "unsafe" / "missing_import.py")
    assert code == 0
    assert "missing_import.py, line 6: ModuleNotFoundError" in out


def test_ctrl_c_is_no_pass(check, monkeypatch):
    def stop(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Worker, "start", stop)
    code, _, _ = check(RIGHT)
    assert code == 130


def run(*words, **more):
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        **more,
    )


def test_who_reads_the_first_line_alone_sees_no_traceback():
    with subprocess.Popen(
        [sys.executable, "-m", "lenproto", "check", str(RIGHT), "--json"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        if sys.platform == "linux":  # where a pipe has room for all that it says
            fcntl.fcntl(command.stdout, fcntl.F_SETPIPE_SZ, 4096)
        assert command.stdout.readline() == b"{\n"
        command.stdout.close()
        assert command.stderr.read() == b""
        assert command.wait(60) == 1


def test_the_command_needs_nothing_but_the_standard_library():
    code = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {LEAN}:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
from lenproto.__main__ import main
sys.exit(main(["check", {str(RIGHT)!r}]))
"""
    done = run("-c", code)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_site_packages_it_works_too():
    done = run("-S", "-m", "lenproto", "check", str(WRONG))
    assert done.returncode == 1
    assert "binary-length" in done.stdout


def test_a_hanging_file_is_told_in_time():
    with computes_at_most(5):
        done = run("-m", "lenproto", "check", str(CORPUS / "unsafe" / "holds_the_gil.py"))
    assert done.returncode == 1
    assert "never-ends" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_on_a_terminal_it_says_what_it_judges_and_takes_that_away():
    import pty

    owner, terminal = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "lenproto", "check", str(WRONG)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=terminal,
        timeout=60,
        check=False,
    )
    os.close(terminal)
    said = os.read(owner, 10_000).decode()
    os.close(owner)
    assert "judging serve_requests …" in said
    assert said.endswith("\r\033[K")
    assert b"\033" not in done.stdout
