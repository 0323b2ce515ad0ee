"""check() as learners meet it: whatever their function uses of its notebook, and whatever stands there in its place."""

import re
import sys
import threading

import nbformat
import pytest
from helpers.cells import GOOD_CHECK, HELPERS, SHORT_GREETING, Cells
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient

import lenproto
from lenproto.exercises import FUNCTIONS, check
from lenproto.exercises.learner import progress
from lenproto.exercises.learner.verdict_view import VerdictPanel, VerdictView
from lenproto.exercises.report import text
from lenproto.exercises.report.hints import hints
from lenproto.lab import LabError
from lenproto.lab.views.stage import Replay


def checked(*sources, name="check_client", **options):
    return check(Cells(*sources)[name], **options)


def good(old="", new="", *, name="check_client"):
    """A function that passes, with something changed."""
    assert old in GOOD_CHECK
    return GOOD_CHECK.replace(old, new).replace("check_client", name)


# ---- what a function may use ----

USES = {
    "helpers and constants of other cells": [HELPERS, GOOD_CHECK],
    "cells in another order": [GOOD_CHECK, HELPERS],
    "imports of other cells": ["import struct as s, socket", HELPERS,
                               good("if exactly(client_socket, 2) != HI",
                                    's.calcsize("!I")\n        if exactly(client_socket, 2) != HI')],
    "a class of another cell": [HELPERS, "class Talk:\n    limit = 4\n"
                                "    def word(self, sock, n):\n        return exactly(sock, n)",
                                good("exactly(client_socket, 4)", "Talk().word(client_socket, Talk.limit)")],
    "a global that another cell counts in": [HELPERS, "clients = []",
                                             good("try:", "clients.append(address)\n    try:")],
    "a lock": [HELPERS, "import threading\nlock = threading.Lock()\nagain = threading.RLock()",
               good("client_socket.sendall(GREETING)",
                    "with lock, again:\n            client_socket.sendall(GREETING)")],
    "a decorator": [HELPERS, "import functools\ndef told(f):\n    @functools.wraps(f)\n    def inner(*a):\n"
                    "        print(f.__name__)\n        return f(*a)\n    return inner", "@told" + good()],
    "a function within a function": [HELPERS, "def make(greeting):\n"
                                     + good("GREETING", "greeting").replace("\n", "\n    ")
                                     + "\n    return check_client\ncheck_client = make(GREETING)"],
    "a method": [HELPERS, "class Server:\n"
                 + good("(server_socket)", "(self, server_socket)").replace("\n", "\n    ")
                 + "\ncheck_client = Server().check_client"],
    "lenproto's own helper": ["from lenproto.wire import recv_exactly as exactly", HELPERS.split("def")[0], GOOD_CHECK],
}  # fmt: skip


@pytest.mark.parametrize("sources", USES.values(), ids=USES)
def test_a_function_brings_along_what_it_uses(sources):
    verdict = checked(*sources)
    assert verdict.passed, verdict


@pytest.mark.parametrize(
    "source", [good(name="mine"), "check = None" + good(name="look") + "\nmine = look"]
)
def test_a_function_of_another_name_is_told_which_it_is(source):
    with pytest.raises(LabError, match=r"is none of the five functions.*check\((mine|look), name="):
        checked(HELPERS, source, name="mine")
    assert check(Cells(HELPERS, source)["mine"], name="check_client").passed


def test_a_lambda_and_what_has_no_name_are_asked_for_one():
    cells = Cells(
        HELPERS,
        good(name="mine"),
        "import functools\nshort = lambda s: mine(s)\npart = functools.partial(mine)",
    )
    for name in ("short", "part"):
        with pytest.raises(LabError, match="Which of the five functions is this"):
            check(cells[name])
        assert check(cells[name], name="check_client").passed


def test_a_module_beside_the_notebook_is_judged_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")  # as a notebook's kernel has it
    module = tmp_path / "my_server_of_test_verdict.py"
    module.write_text(HELPERS + GOOD_CHECK, encoding="utf-8")
    import my_server_of_test_verdict as mine

    try:
        assert check(mine.check_client).passed
        module.write_text(
            HELPERS
            + GOOD_CHECK.replace(
                "def check_client(server_socket)", "def check_client(server_socket"
            ),
            encoding="utf-8",
        )
        with pytest.raises(
            LabError,
            match="check_client could not be made anew outside of this notebook: SyntaxError",
        ):
            check(mine.check_client)
    finally:
        del sys.modules[mine.__name__]


def test_lenprotos_own_function_is_no_ones_own_and_it_says_whose_it_is(monkeypatch):
    kept = []
    monkeypatch.setattr(progress, "record", lambda *said: kept.append(said) or "")
    for name in FUNCTIONS:
        verdict = check(getattr(lenproto, name))
        assert verdict.failure.misconception == "not-ones-own"
        assert verdict.points(5) == 0
        assert str(verdict).endswith(f"\n\nThis is lenproto's own {name}: no try of yours.")
    assert kept == []
    checked(HELPERS, GOOD_CHECK)
    assert len(kept) == 1


# ---- what stands there by mistake ----


@pytest.mark.parametrize(
    "use",
    [
        "listener.accept()",
        "listener.fileno()",
        "select.select([listener], [], [])",
        "listener.__enter__()",
    ],
)
def test_a_global_socket_in_place_of_the_parameter_is_named(use):
    with Cells("import select, socket\nlistener = socket.socket()")["listener"] as listener:
        cells = Cells("import select", f"def check_client(server_socket):\n    {use}")
        cells.names["listener"] = listener
        said = str(check(cells["check_client"]))
    assert "it uses a socket of the notebook, where one of its parameters is meant" in said
    assert "line 2 of check_client" in said.replace("Line", "line")


def test_what_cannot_be_carried_over_is_said_in_a_sentence():
    with pytest.raises(
        LabError,
        match=r"check_client uses something that only this notebook has .*generator.*take it as a parameter",
    ):
        checked("numbers = (n for n in range(3))", "def check_client(s):\n    return next(numbers)")


@pytest.mark.parametrize(("thing", "words"), [
    (None, r"check got nothing \(None\), and needs a function. Give its name alone, without \(\)"),
    ((1, "NAME"), "check got a value of type tuple"),
    ("check_client", "'check_client' is only a name. Give the function itself"),
    (print, "print comes with Python"),
    (int, "int is a class"),
    (threading.Thread, "Thread is a class"),
    (Cells("async def check_client(s):\n    pass")["check_client"], "check_client is an async function"),
    (Cells("def chek_client(s):\n    pass")["chek_client"], "chek_client is none of the five functions"),
])  # fmt: skip
def test_what_is_no_function_of_theirs_is_refused_in_a_sentence(thing, words):
    with pytest.raises(LabError, match=words):
        check(thing)


def test_a_wrong_name_is_refused():
    with pytest.raises(
        LabError,
        match=r"main is none of the five functions\. They are: initial_contact, send_requests",
    ):
        check(Cells(GOOD_CHECK)["check_client"], name="main")


# ---- what is told ----

DIES_OF_A_RESET = HELPERS + GOOD_CHECK.replace("except OSError", "except ValueError")


@pytest.mark.parametrize("source", [SHORT_GREETING, DIES_OF_A_RESET], ids=["spec", "shock"])
def test_the_same_text_in_twenty_runs(source):
    said = set()
    for _ in range(20):
        verdict = checked(source)
        said.add((str(verdict), text.every_case(verdict.name, verdict.report)))
    assert len(said) == 1
    whole = "".join(said.pop())
    assert "The first that failed" in whole
    assert not re.search(r"127\.0\.0\.1[: ,\"')]+\d|0x[0-9a-f]{4}|Traceback", whole)


def test_points_are_half_for_each_level_and_of_each_as_many_as_cases_pass(capsys):
    assert checked(SHORT_GREETING).points(6) == 0
    verdict = checked(DIES_OF_A_RESET)
    capsys.readouterr()
    shock = [case.verdict for case in verdict.report.cases if case.level == "shock"]
    assert 0 < shock.count("pass") < len(shock)
    assert verdict.points(6) == pytest.approx(3 + 3 * shock.count("pass") / len(shock), abs=0.01)
    assert capsys.readouterr().out == f"{verdict}\n"
    assert checked(HELPERS, GOOD_CHECK).points(5) == 5


def test_hints_come_one_at_a_time_and_the_last_stays(capsys):
    verdict = checked(SHORT_GREETING)
    many = len(hints(verdict.failure))
    assert "Hint" not in str(verdict)
    for number in (*range(1, many + 1), many):
        verdict.hint()
        said = capsys.readouterr().out
        assert re.findall(r"^Hint (\d+) of (\d+):", said, re.MULTILINE) == [
            (str(n), str(many)) for n in range(1, number + 1)
        ]
    assert "Hint" not in str(verdict)
    checked(HELPERS, GOOD_CHECK).hint()
    assert capsys.readouterr().out == "All is well: there is nothing to hint at.\n"


def test_all_shows_every_case(capsys):
    verdict = checked(DIES_OF_A_RESET)
    verdict.all()
    said = capsys.readouterr().out
    for case in verdict.report.cases:
        assert case.name in said and str(case.story) in said
    assert said.count("✓ pass") + said.count("✗ fail") + said.count("– skipped") == len(
        verdict.report.cases
    )


def test_a_note_is_said_at_the_end(monkeypatch):
    monkeypatch.setattr(progress, "record", lambda *_: "Your progress could not be kept.")
    verdict = checked(HELPERS, GOOD_CHECK)
    assert str(verdict).endswith(" Your progress could not be kept.")
    assert VerdictView(verdict).panel.told["notes"] == [verdict.note]


# ---- the page ----


def test_what_the_page_gets_says_the_same_as_the_text():
    verdict = checked(SHORT_GREETING)
    view = VerdictView(verdict)
    failure, text = view.panel.told["failure"], str(verdict)
    for line in (
        failure["headline"],
        failure["message"],
        failure["named"],
        failure["source"],
        *failure["marked"],
        *failure["printed"],
        *(line for line, _ in failure["steps"]),
        *(level["mark"] for level in view.panel.told["levels"]),
    ):
        assert line in text
    assert {kind for _, kind in failure["steps"]} == {"yours", "peer", "problem"}
    assert (
        view._repr_mimebundle_()["text/plain"]
        == verdict._repr_mimebundle_()["text/plain"]
        == repr(view)
        == text
    )
    assert [row[0] for row in view.panel.told["cases"]][:2] == ["bad", "none"]
    assert [hint for hint, _ in view.panel.told["hints"]] == hints(verdict.failure)
    assert [code for _, code in view.panel.told["hints"]] == [False, False, True]


def test_hints_given_on_the_page_and_in_code_are_counted_together(capsys):
    verdict = checked(SHORT_GREETING)
    view = VerdictView(verdict)
    view.panel.hinted = 1
    verdict.hint()
    assert "Hint 2 of" in capsys.readouterr().out
    assert VerdictView(verdict).panel.hinted == 2


def test_a_passing_verdict_has_no_hints_and_no_failure():
    told = VerdictView(checked(HELPERS, GOOD_CHECK)).panel.told
    assert (told["failure"], told["hints"]) == (None, [])
    assert [level["mark"] for level in told["levels"]] == ["✓ pass", "✓ pass"]


def test_a_failed_case_is_put_on_the_stage_with_the_learners_own_lines(tmp_path):
    verdict = checked(SHORT_GREETING)
    talk = verdict.conversation
    own = next(source for source in talk.notes["server"].sources)
    assert own.function == "check_client"
    assert own.text == SHORT_GREETING.strip() or own.text in SHORT_GREETING
    lines = {call.where.line for call in talk if call.actor == "server"}
    ends = own.first + own.text.count("\n")
    assert lines <= set(range(own.first, ends + 1))
    assert talk.stands() == [f"server: {verdict.failure.message}"]
    view = VerdictView(verdict)
    staged = [row[-1] for row in view.panel.told["cases"]]
    assert staged == [case.failed for case in verdict.report.cases]
    number = view.panel.told["failure"]["staged"]
    view.panel._heard(view.panel, {"do": "stage", "case": number}, [])
    first = view.opened.replay
    assert str(first.trace) == str(talk)
    view.panel._heard(view.panel, {"do": "stage", "case": len(staged) - 1}, [])  # it has not failed
    assert view.opened.replay is first
    talk.save(tmp_path / "talk.json")
    again = Replay(tmp_path / "talk.json")
    assert again.text() == first.text()
    again.close()
    view.close()


def test_the_page_takes_nothing_of_a_learners_as_html():
    """verdict_view.js has only ways that set text."""
    source = VerdictPanel._esm
    text = source.read_text("utf-8") if hasattr(source, "read_text") else str(source)
    assert "textContent" in text
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)


def test_without_widgets_the_text_stands_there_escaped(monkeypatch):
    monkeypatch.setitem(sys.modules, "lenproto.exercises.learner.verdict_view", None)
    data = checked(SHORT_GREETING.replace('"client", address', '"<img src=x>"'))._repr_mimebundle_()
    assert "<img" in data["text/plain"]
    assert "&lt;img src=x&gt;" in data["text/html"]
    assert set(data) == {"text/plain", "text/html"}


# ---- a real notebook ----


def test_in_a_notebook_a_function_of_many_cells_is_judged(tmp_path):
    """IPython leaves out the empty line at a cell's beginning."""
    (tmp_path / "beside.py").write_text(
        "GREETING = " + HELPERS.split("GREETING = ")[1].split("\n")[0], encoding="utf-8"
    )
    ends = good(
        "return client_socket, request.decode", "exit()\n    return client_socket, request.decode"
    )
    sources = [
        "from lenproto.exercises import check",
        HELPERS,
        "from beside import GREETING",
        GOOD_CHECK,
        "check(check_client)",
        ends,
        "verdict = check(check_client)\nverdict",
        "verdict.hint()",
        "check(check_client(1))",
        "check(1)",
        GOOD_CHECK,
        "def helper(:\n    pass",
        "check(check_client)",
        good("def check_client(server_socket):", "def check_client(server_socket)"),
        "1 + 1",
        "check(check_client)",
        "check(check_client)",
        GOOD_CHECK,
        "check(check_client)",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        kernel_name="python3",
        allow_errors=True,
        timeout=30,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    loop = ensure_event_loop()
    client.execute()
    loop.close()
    text = [
        cell.outputs[0]["data"]["text/plain"]
        if cell.outputs and "data" in cell.outputs[0]
        else cell.outputs
        for cell in cells
    ]
    assert text[4].count("✓ pass") == 2
    assert "It called exit()" in text[6]
    assert re.search(r"Line 12 of check_client:\n +exit\(\)\n", text[6])
    assert text[7][0]["text"].startswith("Hint 1 of")
    assert cells[8].outputs[0]["ename"] == "AttributeError"
    before, defines, again, mended = (text[at].splitlines()[0] for at in (12, 15, 16, 18))
    assert before.startswith("In the box that was run before this one, line 1 is no Python (")
    assert defines.startswith(
        "When the box with def check_client was run last, line 1 was no Python ("
    )
    assert again == defines
    assert mended == "check_client"
    assert all(text[at].count("✓ pass") == 2 for at in (12, 15, 18)), "the code from before"
    assert cells[9].outputs[0]["traceback"] == [
        "LabError: check got a value of type int, and needs a function. "
        "Give its name alone, without (): check(check_client), say."
    ]


def test_one_case_is_judged_alone_and_is_no_try(monkeypatch, tmp_path):
    monkeypatch.setenv("LENPROTO_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "_memory", {})
    verdict = check(Cells(SHORT_GREETING)["check_client"], case="asks NAME")
    assert [case.name for case in verdict.report.cases] == ["asks NAME"]
    assert (verdict.spec, verdict.shock) == ("fail", "skipped")
    assert "Only this case was judged. check(check_client) judges all of them." in str(verdict)
    shock = check(Cells(SHORT_GREETING)["check_client"], case="leaves before the last byte")
    assert [case.level for case in shock.report.cases] == ["shock"]
    assert progress.recorded()[0]["check_client"].tried == []
    with pytest.raises(LabError, match="check_client has no case 'asks COIN'"):
        check(Cells(SHORT_GREETING)["check_client"], case="asks COIN")
