"""In a language where every text stands in ⟦…⟧ nothing but code, bytes and names stands outside of it."""

import html
import inspect
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import pseudo
from helpers.places import CORPUS

from lenproto import check_client, client, initial_listen, serve_requests, server, words
from lenproto.__main__ import COMMANDS
from lenproto.answers import ANSWERS
from lenproto.commands.lessons import told
from lenproto.exercises.classes import since
from lenproto.exercises.classes.files import files
from lenproto.exercises.classes.gradebook import Book
from lenproto.exercises.classes.grading import grade
from lenproto.exercises.classes.pages import of_class, of_pupil, to_project
from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.functions.case import cases
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.report import text
from lenproto.lab import Background, Stage, literal
from lenproto.lab.program import LabError
from lenproto.lab.shocks.expose import expose
from lenproto.lab.shocks.table import client_shocks, families, server_shocks
from lenproto.lab.views import Console, Prediction, Shocks, ShockTable, StageView
from lenproto.lessons.laying import Done
from lenproto.lessons.merging import Merged

FILES = sorted((CORPUS / "wrong").glob("*.py"))[::30]
NAMES = (
    "spec",
    "shock",
    "en",
    "lena",
    "NAME",
    "plain",
    "moodle",
)  # of levels and a language; what an answer and a request hold; of forms of a table
WRONG = str(FILES[0])


@pytest.fixture(autouse=True)
def pseudo_language(tmp_path, monkeypatch):
    """The language of all that is said in this test, and in the programs that it starts."""
    pseudo.write(tmp_path / "words")
    monkeypatch.setenv("LENPROTO_WORDS", str(tmp_path / "words"))
    monkeypatch.setenv("LENPROTO_LANGUAGE", pseudo.LANGUAGE)


def found(*texts, source=""):
    """The English in some texts, by line."""
    known = "".join(f"{name}\n" for name in NAMES)
    return pseudo.english_lines("\n".join(map(str, texts)), source, known)


def serve(ip, port):
    server.main(ip, port, answers=ANSWERS | {"NAME": lambda: "lena"})


def ask(ip, port):
    return client.main(ip, port)


def reads_first(ip, port):
    with socket.create_connection((ip, port)) as sock:
        sock.recv(48)


def test_english_outside_of_brackets_is_seen():
    assert pseudo.outside("a ⟦b ⟦c⟧ d⟧ e").split() == ["a", "e"]
    assert found("⟦The first⟧ should recv(4)", "⟦all well⟧") == ["            should recv(4)"]
    assert found("✗ ⟦dies⟧ b'ab' check_client") == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_verdicts_with_all_hints_and_cases(file):
    verdicts = judge_file(file)
    for name, verdict in verdicts.functions.items():
        if verdict.cases:
            told = text.told(name, verdict, hinted=9), text.every_case(name, verdict)
            assert pseudo.LEFT in told[0]
            assert found(*told, source=file.read_text("utf-8")) == []
    assert found(*map(str, verdicts.notes)) == []


@pytest.mark.parametrize("kind", ["class", "pupil", "projected"])
def test_the_pages_of_a_class(tmp_path, kind):
    folder = tmp_path / "class"
    folder.mkdir()
    for file in FILES[:4]:
        shutil.copy(file, folder)
    book = Book("x", grade(files(folder)))
    news_of = since.news(replace(book, rows=book.rows[1:]), book)
    text = {
        "class": lambda: of_class.page(book, news_of),
        "pupil": lambda: "".join(of_pupil.page(row, book.weights) for row in book.rows),
        "projected": lambda: to_project.page(book),
    }[kind]()
    body = re.sub(r"(?s)<(script|style).*?</\1>", "", text)
    heard = re.findall(r'(?:title|aria-label|placeholder)="([^"]*)"', body)
    shown = html.unescape(re.sub(r"<[^>]*>", " ", body)).replace(str(folder), "")
    sources = "\n".join(file.read_text("utf-8") for file in FILES[:4])
    learners = "".join(f"{file.stem}.py\n".replace("_", " ; ") for file in FILES[:4])
    assert pseudo.LEFT in shown
    assert found(shown, *map(html.unescape, heard), source=sources + "\n" + learners) == []


def test_the_stage_and_its_deadlock():
    view = StageView(ask, serve, ["NAME", "EXIT"])
    texts = [view.text(), repr(view.stage)]
    view.stage.run()
    texts += [view.text(), repr(view.stage), view.stage.trace, view.stage.trace.hexdump()]
    view.close()
    with Stage(reads_first, serve) as stage:
        stage.run()
        assert pseudo.LEFT in stage.deadlock
        texts += [stage.deadlock, repr(stage)]
        for wrong in (stage.start, lambda: stage.time_out("client")):
            with pytest.raises(LabError) as error:
                wrong()
            texts.append(error.value)
    assert found(*texts, source=inspect.getsource(reads_first)) == []


@pytest.mark.parametrize("family", families())
def test_what_shocks_do_to_a_server(family):
    for name in families()[family][:6]:
        seen = expose(name, literal.main)
        assert pseudo.LEFT in seen.sentence
        assert found(seen, seen.brief, *seen.conversation()) == []


def test_the_rows_of_shocks_and_cases():
    for shock in [*server_shocks(1.0), *client_shocks(1.0)]:
        assert found(shock.name, shock.story, shock.did, *shock.script) == []
    for case in (case for name in FUNCTIONS for case in cases(name)):
        assert found(case.name, case.story, case.did, *case.script) == []


def test_views_in_text(capsys):
    shocks = Shocks({"x": literal.main}, "resets at once")
    table = ShockTable({"x": literal.main}, shocks=["polite", "resets at once"])
    texts = [shocks.text(), table.text()]
    table.run()
    texts.append(table.text())
    shocks.close()
    table.close()
    with Background(initial_listen, check_client, serve_requests) as running:
        console = Console(running)
        texts += [console.text(), repr(running)]
        console.close()
    prediction = Prediction("⟦?⟧", {"⟦x⟧": 1, "⟦y⟧": 2})
    texts.append(prediction.text())
    for prediction.choice.value in (None, "⟦x⟧", "⟦y⟧"):
        prediction.settle(1)
    prediction.close()
    texts.append(capsys.readouterr().out)
    assert found(*texts) == []


@pytest.mark.parametrize(
    "what", sorted(words.table("commands", "en")["lessons"]["file"]), ids=lambda what: what
)
def test_what_becomes_of_the_files_of_the_lessons(what):
    cell = {"cell_type": "code", "source": "f()"}
    merged = Merged({}, *([[cell]] * 5), 1, 2, 3) if what == "merged" else None
    said = told(Done("a.ipynb", what, Path("b.ipynb"), merged))
    assert pseudo.LEFT in said
    assert found(said.replace("a.ipynb", "").replace("b.ipynb", ""), source="f()") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        *([name, "--help"] for name in COMMANDS),
        ["lessons", "--only-copy"],
        ["lessons", WRONG, "--only-copy"],
        ["lessons", "--language", "xx"],
        ["server", "--port", "99999"],
        ["server", "--port"],
        ["server", "--port=1=2", "--help=x"],
        ["server", "--po", "x"],
        ["check"],
        ["juggle"],
        ["client", "--port", "1"],
        ["shock"],
        ["shock", "127.0.0.1:1", "--only", "polite"],
        ["shock", "127.0.0.1:1", "--only", "xyz"],
        ["check", WRONG, "--level", "xyz"],
        ["check", WRONG],
        ["check", WRONG, "--all"],
        ["grade", "."],
        ["class", "nowhere"],
    ],
    ids=lambda arguments: " ".join(arguments).replace(WRONG, "FILE"),
)
def test_the_command_line(arguments, tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "lenproto", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1", "COLUMNS": "300"},
    )
    said = ran.stdout + ran.stderr
    for name in (WRONG, str(tmp_path), "lenproto-"):  # first: a folder may be named like a command
        said = said.replace(name, "")
    said = re.sub(rf"--[a-z-]+|\b({'|'.join(COMMANDS)})\b", "", said)
    assert pseudo.LEFT in said
    typed = "".join(f"{shock.id!r}\n" for shock in server_shocks(1.0) if "--only" in arguments)
    assert found(said, source=FILES[0].read_text("utf-8") + typed) == []
