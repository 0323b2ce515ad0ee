"""lenproto grade: a class's files, here or on a cluster; a table, and a page that nothing a learner writes can harm."""

import concurrent.futures
import csv
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from helpers.places import CORPUS, ROOT

from lenproto import __main__
from lenproto.commands import grade_table
from lenproto.exercises import FUNCTIONS, grade
from lenproto.exercises.classes import gradebook
from lenproto.exercises.classes.files import files, learners
from lenproto.exercises.classes.gradebook import Book
from lenproto.exercises.classes.grading import Row, commonest
from lenproto.exercises.classes.pages.of_class import page as page_of
from lenproto.exercises.report.types import CaseReport, FunctionReport, Report

LISTEN = (
    "import socket\ndef initial_listen(ip, port):\n    return socket.create_server((ip, port))\n"
)
ATTACK = """
def serve_requests(request, client_socket):
    print("</pre><script>alert('printed')</script><img src=x onerror=alert(2)>")
    client_socket.sendall(b"<script>alert(3)</script>")
    client_socket.close()
"""
NAME = "<script>alert(1);" if sys.platform != "win32" else "&lt;script"  # of a learner


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A class: folders of one file and of two, files beside them, and what nobody hands in."""
    root = tmp_path_factory.mktemp("class")
    for place, source in {
        "anna/server.py": LISTEN,
        "ben/client.py": "",
        "ben/server.py": "def initial_listen(ip, port): return 7",
        "=cmd.py": "x = (",
        f"{NAME}.py": ATTACK,
        ".hidden.py": "x",
        "anna/__pycache__/x.py": "x",
        "anna/.ipynb_checkpoints/server.ipynb": "x",
        "notes.txt": "x",
    }.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(source, encoding="utf-8")
    shutil.copy(CORPUS / "wrong" / "serve_requests__binary_length.py", root / "carla.py")
    return root


@pytest.fixture(scope="module")
def rows(folder):
    """A Row for each file of the class."""
    return grade(files(folder), root=folder)


@pytest.fixture
def main(monkeypatch):
    """The command line, in this process, whose standard streams are pytest's."""
    monkeypatch.setattr(__main__, "prepare_standard_streams", lambda: None)
    monkeypatch.setattr(__main__, "let_go_of_output", lambda: None)
    return __main__.main


def class_page(rows, title):
    """The page of a class of these rows."""
    return page_of(Book(title, rows))


class Page(HTMLParser):
    """What a browser would find in a page: its elements, and its links and their targets."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.links, self.ids, self.text = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.elements.append((tag, found))
        self.links += [found["href"]] if "href" in found else []
        self.ids += [found["id"]] if "id" in found else []

    def handle_data(self, data):
        self.text += data


def test_names_are_of_files_or_of_folders_and_files_of_one_learner_have_the_same(folder):
    assert learners(files(folder), folder) == [
        NAME,
        "=cmd",
        "anna",
        "ben",
        "ben",
        "carla",
    ]
    assert learners(["x/a.py", "x/a.ipynb", "x/b.py"]) == ["a", "a", "b"]
    assert learners(["x/anna/server.py"], "x") == ["anna"]
    assert learners([]) == []


def test_a_row_for_each_learner_sorted_by_name(rows):
    assert [row.learner for row in rows] == sorted([NAME, "=cmd", "anna", "ben", "carla"])
    found = {
        row.learner: [row.verdict(name, "spec") for name in ("initial_listen", "serve_requests")]
        for row in rows
    }
    assert found["anna"] == ["pass", "missing"]
    assert found["ben"] == ["fail", "missing"]
    assert found["carla"] == ["missing", "fail"]
    assert found["=cmd"] == ["missing", "missing"]
    ben = next(row for row in rows if row.learner == "ben")
    assert [(aside.file, aside.why.key) for aside in ben.asides] == [
        ("ben/client.py", "grading.aside.foreign")
    ]


def test_a_bad_file_is_a_row_that_says_so(rows):
    problems = {row.learner: row.problem for row in rows if row.problem}
    assert set(problems) == {"=cmd"}
    assert "line 1, column 5" in problems["=cmd"]


def test_what_has_none_of_the_five_functions_is_a_row_that_says_so_with_its_notes(tmp_path):
    (tmp_path / "ben.py").write_text("def initial_lisen(ip, port):\n    return 1\n")
    (row,) = grade([tmp_path / "ben.py"])
    assert row.problem.startswith("None of the five functions is in it: initial_lisen is")


class Faulty(concurrent.futures.Executor):
    """An executor whose every second job fails, at once or later."""

    def __init__(self):
        self.jobs = 0

    def submit(self, function, *arguments, **options):
        self.jobs += 1
        if self.jobs == 2:
            raise RuntimeError("no more jobs are taken")
        future = concurrent.futures.Future()
        if self.jobs == 3:
            future.set_exception(ZeroDivisionError("a bug"))
        else:
            future.set_result(
                {
                    "notes": [],
                    "seconds": 0.0,
                    "functions": {
                        name: {"spec": "missing", "shock": "missing", "cases": []}
                        for name in FUNCTIONS
                    },
                }
            )
        return future


def test_a_bug_of_the_checker_is_a_row_that_says_so(tmp_path):
    paths = [tmp_path / f"{name}.py" for name in "abc"]
    for path in paths:
        path.write_text(LISTEN)
    told = []
    rows = grade(paths, executor=Faulty(), tell=told.append)
    assert [row.learner for row in rows] == ["a", "b", "c"]
    assert "checker's fault: RuntimeError: no more jobs" in rows[1].problem
    assert "checker's fault: ZeroDivisionError: a bug" in rows[2].problem
    assert sorted(row.learner for row in told) == ["a", "b", "c"]


def test_nothing_is_carried_over_from_one_learner_to_the_next(tmp_path):
    paths = [tmp_path / name for name in ("a.py", "b.py", "c.py")]
    paths[0].write_text("def initial_listen(ip, port):\n    while True: pass\n")
    paths[1].write_text("x = 1")
    paths[2].write_text(LISTEN)
    rows = grade(paths, jobs=1, levels=("spec",))
    assert [row.verdict("initial_listen", "spec") for row in rows] == ["fail", "missing", "pass"]


def test_the_commonest_misconceptions_come_first_and_each_learner_counts_once():
    def row(learner, **named):
        def case(function, misconception):
            return CaseReport(function, "", "", "spec", "", "fail", misconception)

        functions = {
            name: FunctionReport("fail", "skipped", cases=tuple(case(name, each) for each in names))
            for name, names in named.items()
        }
        return Row(learner, learner, Report(functions))

    found = commonest(
        [
            row("a", check_client=["x"], serve_requests=["x", "later"]),
            row("b", check_client=["y"]),
            row("c", serve_requests=["y"]),
        ]
    )
    assert [(name, len({row.learner for row, *_ in cases})) for name, cases in found] == [
        ("y", 2),
        ("x", 1),
    ]


def test_a_cluster_of_other_processes_judges_the_same(folder, rows, tmp_path):
    pytest.importorskip("distributed")
    program = [
        sys.executable,
        str(ROOT / "tests" / "helpers" / "cluster.py"),
        str(folder),
        str(tmp_path),
    ]
    done = subprocess.run(
        program, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["others"]
    assert without_seconds(found["rows"]) == without_seconds([row.as_json() for row in rows])


def without_seconds(rows):
    """All of it that may not differ from one computer, or minute, to the next."""
    return re.sub(r'"seconds": [\d.]+|"judged": "[^"]*"', "", json.dumps(rows))


# ---- the command


def test_the_command_shows_a_table_and_writes_all_three(main, folder, tmp_path, capsys):
    names = {kind: tmp_path / f"out.{kind}" for kind in ("csv", "json", "html")}
    code = main(
        [
            "grade",
            str(folder),
            "--jobs",
            "2",
            *(word for kind, path in names.items() for word in (f"--{kind}", str(path))),
        ]
    )
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert re.search(r"^ *carla +· · +· · +· · +· · +✗ – +0 *$", out, re.MULTILINE)
    assert "=cmd: " in out and "  1 learner   binary-length" in out
    assert names["csv"].read_bytes().startswith(b"\xef\xbb\xbf")  # by which Excel knows UTF-8
    with names["csv"].open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert [line[0] for line in lines] == [
        "learner",
        NAME,
        "'=cmd",
        "anna",
        "ben",
        "carla",
    ]
    assert lines[-1][lines[0].index("serve_requests spec")] == "fail"
    assert lines[-1][lines[0].index("misconceptions")] == "binary-length"
    found = json.loads(names["json"].read_text(encoding="utf-8"))
    assert [learner["learner"] for learner in found["learners"]][2] == "anna"
    assert {"name": "binary-length", "learners": ["carla"]} in found["misconceptions"]
    assert "binary-length" in names["html"].read_text(encoding="utf-8")


def test_without_rich_it_shows_the_same(rows, capsys, monkeypatch):
    for name in ("rich.console", "rich.table", "rich.progress"):
        monkeypatch.setitem(sys.modules, name, None)
    grade_table.show(Book("7b", rows))
    assert re.search(r"^carla +· · +· · +· · +· · +✗ – +0$", capsys.readouterr().out, re.MULTILINE)


def test_what_cannot_be_graded_says_so_before_anything_is_judged(main, folder, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for words, sentence in (
        ([tmp_path / "no"], "there is no such folder"),
        ([tmp_path / "empty"], "no Python file and no notebook"),
        ([folder, "--csv", tmp_path / "no" / "out.csv"], "out.csv: No such file"),
    ):
        assert main(["grade", *map(str, words)]) == 2
        assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-1", "many", "1000"])
def test_a_number_of_jobs_is_one(main, number, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["grade", ".", "--jobs", number])
    assert stopped.value.code == 2


# ---- the page


def test_the_page_has_the_evidence_of_each_failure_and_every_link_leads_to_it(rows):
    page = Page(class_page(rows, "7b"))
    assert sorted(page.ids) == sorted(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    details = [found["id"] for tag, found in page.elements if tag == "details" and "id" in found]
    assert (
        len(details)
        == len({(row.path, function) for row in rows for function, _ in row.failures})
        == 3
    )
    assert all(f"#{place}" in page.links for place in details)
    assert "^ byte 0, counted from 0" in page.text
    assert "✗ spec" in page.text and "– shock skipped" in page.text  # not by colour alone


def test_nothing_on_the_page_comes_from_elsewhere_or_from_a_learner(rows):
    text = class_page(rows, '7b"><script>alert(0)</script>')
    page = Page(text)
    tags = [tag for tag, _ in page.elements]
    data = [found for tag, found in page.elements if tag == "script" and "type" in found]
    assert {found["type"] for found in data} == {"application/json"}  # what stages play, never run
    assert tags.count("script") - len(data) == 2  # the page's own, and what plays the stages
    assert not {"img", "iframe", "link", "object", "base", "form"} & set(tags)
    assert not [
        found
        for _, found in page.elements
        for name in found
        if name.startswith("on") or name in ("src", "srcdoc", "action")
    ]
    assert (
        "url(" not in text
        and "@import" not in text
        and "http:" not in text
        and "https:" not in text
    )
    for attack in (
        "<script>alert(0)",
        "<script>alert(1)",
        "<script>alert('printed')",
        "<script>alert(3)",
        "<img",
    ):
        assert attack not in text
    assert "alert(3)" in page.text and "alert('printed')" in page.text  # shown, as text


def test_a_class_without_a_failure_has_a_page_too():
    functions = dict.fromkeys(FUNCTIONS, FunctionReport("pass", "pass"))
    page = Page(class_page([Row("anna", "anna.py", Report(functions))], "7b"))
    assert "all that is there passes" in re.sub(r"\s+", " ", page.text)


# ---- what it writes ----


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "anna.py").write_text("x = 1\n", encoding="utf-8")  # none of the five: quickly judged
    return folder


def test_a_file_that_is_judged_is_never_written_over(main, small, capsys):
    code = main(["grade", str(small), "--csv", str(small / "anna.py")])
    assert code == 2 and "is not written over" in capsys.readouterr().err
    assert (small / "anna.py").read_text("utf-8") == "x = 1\n"


def test_what_cannot_be_written_costs_neither_the_table_nor_the_rest(
    main, small, tmp_path, capsys, monkeypatch
):
    def full(file, book):
        file.write("half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(gradebook.WRITERS, "plain", full)
    (tmp_path / "out.csv").write_text("of last week", encoding="utf-8")
    code = main(
        [
            "grade",
            str(small),
            "--csv",
            str(tmp_path / "out.csv"),
            "--json",
            str(tmp_path / "out.json"),
        ]
    )
    said = capsys.readouterr()
    assert code == 2 and "anna" in said.out and "out.csv: No space left on device" in said.err
    assert (tmp_path / "out.csv").read_text("utf-8") == "of last week"
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["folder"] == "small"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.json", "small"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a name has to be text")
def test_a_name_that_is_no_text_is_written_too(main, small, tmp_path):
    (small / "anna.py").rename(os.fsdecode(os.fsencode(small) + b"/\xe0\xf0\xe4.py"))
    outputs = {kind: tmp_path / f"out.{kind}" for kind in ("csv", "json", "html")}
    asked = [each for kind, path in outputs.items() for each in (f"--{kind}", str(path))]
    assert main(["grade", str(small), *asked]) == 0
    assert all(path.read_text("utf-8") for path in outputs.values())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such file")
def test_standard_output_is_written_to_as_it_is(small):
    command = [sys.executable, "-m", "lenproto", "grade", str(small), "--csv", "/dev/stdout"]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert "learner,file," in ran.stdout
