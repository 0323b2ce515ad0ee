"""The pages of a class: for its teacher, for a pupil, and to project; and what has changed since an earlier run."""

import base64
import hashlib
import io
import json
import re
from dataclasses import replace

import pytest
from helpers.lessons import solution

from lenproto.exercises.classes import gradebook, since
from lenproto.exercises.classes.class_list import Pupil
from lenproto.exercises.classes.files import files
from lenproto.exercises.classes.gradebook import Book
from lenproto.exercises.classes.grading import absent, grade
from lenproto.exercises.classes.names import file_names
from lenproto.exercises.classes.pages import of_class, of_pupil, to_project
from lenproto.lab.views import recorded

WRONG = """
def check_client(server_socket):
    client_socket, address = server_socket.accept()
    client_socket.recv(1024)
    client_socket.send(b"Hello! You can ask for: TIME, NAME, RAND or EXIT")
    print("a secret of Dana's")
    return client_socket, client_socket.recv(4).decode()
"""
OURS = "import lenproto.server\n\ncheck_client = lenproto.server.check_client\n"
NAMES = ("דנה כהן", "Ben <b>", "guy")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A class of three, and one who has handed in nothing."""
    root = tmp_path_factory.mktemp("class")
    both = "\n\n".join(map(solution, ("check_client", "initial_listen")))
    sources = (WRONG, both, OURS)
    for name, source in zip(("dana", "ben", "guy"), sources, strict=True):
        (root / f"{name}.py").write_text(source, "utf-8")
    rows = grade(files(root), root=root)
    named = dict(zip(("dana", "ben", "guy"), NAMES, strict=True))
    rows = [replace(row, learner=named[row.learner]) for row in rows]
    return Book("7b", [*rows, absent(Pupil("Lena", "", "", "", "", 0, ()))])


def row_of(book, name):
    return next(row for row in book.rows if row.learner == name)


def plain(text):
    return re.sub(r"\s+", " ", re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", text))


def played(text):
    """What the stages of a page play."""
    return [recorded.unpacked(told) for told in recorded.TOLD.findall(text)]


def test_each_failure_of_a_class_can_be_put_on_the_stage_with_the_learners_own_lines(book):
    text = of_class.page(book)
    failed = [
        function
        for row in book.rows
        if row.report
        for function in row.report.functions.values()
        if function.failure and function.failure.conversation
    ]
    assert failed
    tellings = played(text)
    assert len(tellings) == len(failed)
    assert len(recorded.PLAYER.findall(text)) == 1
    sources = [source["text"] for source in tellings[0]["sources"]["server"]]
    assert any("client_socket.recv(1024)" in each for each in sources)
    # only the page's own two scripts run, and the module that the second one makes
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    allowed = re.search(r"script-src ([^\"]*)", text)[1].split()
    assert allowed == [*(f"'sha256-{sha256(script)}'" for script in scripts), "blob:"]
    assert len(scripts) == 2


def test_a_page_without_failures_plays_nothing(book):
    text = of_class.page(replace(book, rows=[row for row in book.rows if row.absent]))
    assert "blob:" not in text and not played(text)


def sha256(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_page_of_a_class_has_points_who_is_absent_and_whose_work_it_is_not(book):
    text = of_class.page(book)
    assert "3 learners" in plain(text) and "1 has not handed in: Lena." in plain(text)
    assert "<bdi>דנה כהן</bdi>" in text and "Ben &lt;b&gt;" in text
    assert plain(text).count("⚑ not one") == 1
    assert "Lenproto&#39;s own functions, worth no points: check_client." in plain(text)
    assert ">40</td>" in text and "mean" in text


def test_a_pupils_page_has_all_of_theirs_and_nothing_of_others(book):
    dana, ben = (of_pupil.page(row_of(book, name), book.weights) for name in NAMES[:2])
    assert (
        "one-recv-for-all" in dana and "Hint 1 of 3" in dana and dana.count("<details open>") == 1
    )
    assert "<script" not in dana and "http:" not in dana and "https:" not in dana
    assert "What works" in ben and "What to look at next" not in ben
    for other in NAMES[1:]:
        assert other not in dana


def test_the_page_to_project_names_nobody(book):
    text = to_project.page(book)
    assert not [
        name for name in (*NAMES, "Ben", "Lena", "7b", "dana", "secret", ".py") if name in text
    ]
    assert "one-recv-for-all" in text and "1 of 3" in plain(text)


def test_news_say_who_is_new_and_what_passes_now(book):
    dana, ben, _ = (row_of(book, name) for name in NAMES)
    then = Book("7b", [replace(dana, report=None), ben])
    assert [str(each) for each in since.news(then, book)] == [
        "דנה כהן: more than before of check_client at spec, check_client at shock.",
        "New: guy.",
    ]
    assert since.news(book, book) == []
    assert [each.key for each in since.news(book, then)] == ["class_page.news.worse"]
    assert "What has changed" in of_class.page(book, since.news(then, book))


def test_the_json_keeps_the_steps_that_a_page_shows_and_all_where_it_is_asked_for(book):
    sizes = {}
    for steps in (False, True):
        file = io.StringIO()
        gradebook.write_json(file, book, steps=steps)
        sizes[steps] = len(file.getvalue())
        file.seek(0)
        again = gradebook.read_json(file, "class.json")
        assert of_class.page(again) == of_class.page(book)
    assert sizes[False] < sizes[True] * 0.7, sizes


def test_each_learner_has_a_file_that_every_system_takes():
    names = ["a/b", "A/B", "con", "דנה", "x" * 300, "..", "", "a:b|c"]
    found = file_names(names)
    assert found == ["a_b", "A_B (2)", "_con", "דנה", "x" * 80, "_", "_ (2)", "a_b_c"]


@pytest.fixture
def main(monkeypatch):
    """The command line, in this process, whose standard streams are pytest's."""
    from lenproto import __main__

    monkeypatch.setattr(__main__, "prepare_standard_streams", lambda: None)
    monkeypatch.setattr(__main__, "let_go_of_output", lambda: None)
    return __main__.main


def test_the_command_writes_all_pages_and_says_what_has_changed(main, tmp_path, capsys):
    folder, kept = tmp_path / "class", tmp_path / "class.json"
    folder.mkdir()
    (folder / "anna.py").write_text("def initial_listen(ip, port):\n    return 7\n", "utf-8")
    assert main(["grade", str(folder), "--json", str(kept)]) == 0
    (folder / "anna.py").write_text(solution("initial_listen"), "utf-8")
    pages = [f"--{name}={tmp_path / name}" for name in ("html", "project", "pages")]
    assert main(["grade", str(folder), "--since", str(kept), "--json", str(kept), *pages]) == 0
    said = capsys.readouterr().out
    assert "What has changed:\n  anna: more than before of initial_listen at spec" in said
    assert "initial_listen at spec" in (tmp_path / "html").read_text("utf-8")
    assert "anna" not in (tmp_path / "project").read_text("utf-8")
    assert [each.name for each in (tmp_path / "pages").iterdir()] == ["anna.html"]
    assert json.loads(kept.read_text("utf-8"))["learners"][0]["total"] == 20
