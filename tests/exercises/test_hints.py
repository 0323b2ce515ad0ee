"""The three hints: what happened and where to look, the idea, Python; none says the verdict's sentence again."""

import ast
import builtins
import json
import re
import textwrap

import pytest
from helpers.places import CORPUS, ROOT

from lenproto.exercises.functions import FUNCTIONS, SERVER_SIDE
from lenproto.exercises.functions.finding import PLAINLY
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.report import misconceptions
from lenproto.exercises.report.hints import MANY, hints, ladder
from lenproto.exercises.report.misconceptions import ANY, misconception
from lenproto.exercises.report.types import CaseReport, StepReport
from lenproto.words import Words, table

ENTRIES = [(place, name) for place in (ANY, *FUNCTIONS) for name in misconceptions.catalogue(place)]
KINDS = ["", *(kind.__name__ for kind in PLAINLY)]


def a_case(**more):
    facts = {
        "function": "serve_requests",
        "misconception": "no-length",
        "seen": "No length.",
    } | more
    return CaseReport(name="", label="", level="spec", story="", verdict="fail", **facts)


def step(number, call, line, function="serve_requests", source="", who="you"):
    where = [function, line, "a.py"] if line else None
    return StepReport(number, who, call, line=line, where=where, source=source, call=call)


# ---- what the three say ----


def test_hints_are_what_happened_with_its_line_the_idea_and_python():
    ladder = hints(a_case(where=["send_answer", 7, "cell 3"], source="sock.sendall(body)"))
    assert len(ladder) == MANY == 3
    assert ladder[0] == (
        'Whoever writes this may think: "The client sees where the answer ends." '
        "Look at line 7 of send_answer: sock.sendall(body)"
    )
    assert ladder[1].startswith("TCP is a stream")
    assert "%04d" in ladder[2]


@pytest.mark.parametrize("name", [None, "no-such-name"])
def test_a_mistake_that_the_catalogue_does_not_know_has_three_hints_too(name):
    given = ladder(a_case(misconception=name, where=["f", 7, "a.py"]))
    assert [hint.is_code for hint in given] == [False, False, True]
    assert "line 7 of f" in given[0].text
    assert all(len(hint.text) > 20 for hint in given)


def test_the_same_name_is_explained_for_the_function_in_which_it_is_found():
    assert "check_client" in hints(a_case(misconception="first-request-lost"))[1]
    assert (
        "serve_requests"
        in hints(a_case(misconception="first-request-lost", function="check_client"))[1]
    )
    assert (
        "server_socket"
        in hints(a_case(misconception="returns-nothing", function="initial_listen"))[2]
    )


@pytest.mark.parametrize(
    "name, function, opening",
    [
        (
            "one-recv-for-all",
            "check_client",
            'Whoever writes this may think: "One recv(n) brings all n bytes."',
        ),
        ("asks-the-keyboard", "check_client", "It wants somebody to type something."),
    ],
)
def test_a_belief_is_told_as_one_and_what_happened_as_it_is(name, function, opening):
    assert misconception(name, function).opening == opening


def sentences(function, name):
    """All that a verdict may say of a misconception, with ever the same in place of the evidence."""
    for place in (function, *FUNCTIONS) if function == ANY else (function,):
        seen = table(place).get(name, {}).get("seen", {})
        for said in seen.values() if isinstance(seen, dict) else [seen]:
            yield re.sub(r"\{\w+\}", "this", said)


@pytest.mark.parametrize(("function", "name"), ENTRIES)
def test_no_hint_says_a_message_again(function, name):
    for message in sentences(function, name):
        for place in FUNCTIONS if function == ANY else [function]:
            case = a_case(misconception=name, function=place, seen=message)
            for hint in hints(case):
                assert hint.strip(".") not in message and message.strip(".") not in hint
            new = set(re.findall(r"\w+", misconception(name, function).says.lower()))
            assert new - set(re.findall(r"\w+", message.lower())), message


def test_the_hint_of_a_report_is_the_first_and_not_the_message():
    case = a_case(where=["f", 7, "a.py"])
    assert case.as_json()["hint"] == case.hint == hints(case)[0] != case.message
    passed = CaseReport("serve_requests", "", "", "spec", "", "pass")
    skipped = CaseReport("serve_requests", "", "", "spec", "", "skipped", seen="It rests on that.")
    assert passed.hint == skipped.hint == ""


def test_the_hint_knows_a_source_that_is_found_later():
    case = a_case(where=["f", 7, "a.py"]).with_sources(lambda where: "recv(4)")
    assert case.hint.endswith("line 7 of f: recv(4)")


# ---- where to look ----

TALK = [
    step(1, "accept", 3),
    step(2, "", None, who="client"),
    step(3, "recv", 2, "exactly", "return sock.recv(n)"),
    step(4, "close", 9),
    step(5, "shutdown", None),
]


def test_without_a_line_it_is_that_after_the_last_call_that_turned_to_the_other_side():
    assert hints(a_case(steps=TALK))[0].endswith(
        "Look at what comes after the last line that turned to the other side, "
        "line 2 of exactly: return sock.recv(n)"
    )


def test_where_none_turned_to_the_other_side_it_is_that_after_the_last_call():
    calls = [step(1, "bind", 4), step(2, "listen", 5), step(3, "close", 6)]
    first = hints(a_case(steps=calls, function="initial_listen"))[0]
    assert first.endswith("after the last line that used a socket, line 5 of serve_requests.")


@pytest.mark.parametrize("steps", [[], [step(1, "", None, who="client")], [step(1, "close", 9)]])
def test_where_nothing_was_called_it_is_the_beginning(steps):
    assert "Look at the first lines of serve_requests" in hints(a_case(steps=steps))[0]


def test_where_the_last_steps_are_left_out_no_line_is_taken_for_the_last():
    said = hints(a_case(steps=[*TALK, step(0, "", None, who="")]))[0]
    assert "line 2" not in said and "Which line it was is not known" in said


def test_where_another_place_is_better_the_catalogue_says_it():
    listen = {"misconception": "does-not-bind", "function": "initial_listen"}
    assert hints(a_case(steps=TALK, **listen))[0].endswith("Look at what comes before listen().")
    assert "line 7 of f" in hints(a_case(where=["f", 7, "a.py"], **listen))[0]


LONG = """
def exactly(sock, n):
    data = b""
    while len(data) < n:
        data += sock.recv(1)  # the last line that turns to the other side
    return data


def serve_requests(request, client_socket):
    while request != "EXIT":
        for each in "0040" + 40 * "a":
            client_socket.sendall(each.encode())
        request = exactly(client_socket, 4).decode()
"""
THREAD = """
from threading import Thread


def serve_requests(request, client_socket):
    def talk():
        client_socket.sendall(b"0004lena")
        client_socket.recv(4)  # the last line that turns to the other side

    thread = Thread(target=talk)
    thread.start()
    thread.join()
"""


@pytest.mark.parametrize(("source", "place", "cut"), [
    (LONG, "line 5 of exactly: data += sock.recv(1)  # the last line", True),
    (THREAD, "line 8 of talk: client_socket.recv(4)  # the last line", False),
], ids=["many steps", "another thread"])  # fmt: skip
def test_the_line_is_the_last_also_of_many_steps_and_of_another_thread(
    tmp_path, source, place, cut
):
    (tmp_path / "work.py").write_text(source)
    case = judge_file(tmp_path / "work.py").functions["serve_requests"].failure
    assert case.misconception == "does-not-close" and case.where is None
    assert any(step.number == 0 for step in case.steps) == cut
    assert f"turned to the other side, {place}" in case.hint


# ---- errors of Python's own ----


def failure_of(source, tmp_path):
    """The first failure of a function with these lines, the first of which is the third of its file."""
    head = "def serve_requests(request, client_socket):"
    (tmp_path / "work.py").write_text(f"import socket\n{head}\n{textwrap.indent(source, '    ')}")
    return judge_file(tmp_path / "work.py").functions["serve_requests"].failure


def after_an_error(source, tmp_path):
    """The hints of a function that raises an error of Python's own."""
    case = failure_of(source, tmp_path)
    assert case.misconception == "has-an-error"
    return hints(case)


@pytest.mark.parametrize(("source", "said", "solution"), [
    ("answer = requst", "NameError: name 'requst' is not defined. Look at line 3", "by the same name"),
    ("random.random()", "name 'random' is not defined. Is there an import of random?", "import random"),
    ("zzz", "NameError: name 'zzz' is not defined. Look at line 3", "import random"),
    ("client_socket.recev(4)", "object has no attribute 'recev'. Look", "recv() is a socket's"),
    ("import rondom", "ModuleNotFoundError: No module named 'rondom'. Look", "from datetime import"),
    ("if not request:\n    a = 1\nprint(a)", "UnboundLocalError: ", "a value on every way"),
    ('int("")', "ValueError: invalid literal for int() with base 10: ''. Look", "isdigit()"),
    ("request[9]", "IndexError: string index out of range.", "len(data) == 4"),
    ('{}["NAME"]', "KeyError: 'NAME'.", "answers.get(request"),
    ("1 / 0", "ZeroDivisionError: division by zero.", "if length:"),
    ("len(7)", "TypeError: object of type 'int' has no len().", "str(7)"),
    ("raise RuntimeWarning('so')", "RuntimeWarning: so.", "print(answer)"),
], ids=lambda text: text[:12])  # fmt: skip
def test_the_hints_of_an_error_fit_it(tmp_path, source, said, solution):
    given = after_an_error(source, tmp_path)
    assert given[0].startswith("Python says: ") and said in given[0]
    assert re.search(r"Look at line \d of serve_requests: ", given[0])
    assert solution in given[2]


TALK_ELSEWHERE = (
    "import threading\n\ndef talk():\n    client_socket.recev(4)\n"
    "thread = threading.Thread(target=talk)\nthread.start()\nthread.join()\n"
)


@pytest.mark.parametrize(("source", "meant"), [
    ("answer = requst", "request"),
    ("socket.gethostnam()", "gethostname"),
    ("from socket import gethostnam", "gethostname"),
    ("import rondom", "random"),
    (TALK_ELSEWHERE, "recv"),
], ids=["a name", "of a module", "imported", "a module", "in another thread"])  # fmt: skip
def test_the_name_that_was_perhaps_meant_stands_in_the_verdict(tmp_path, source, meant):
    case = failure_of(source, tmp_path)
    assert case.misconception == "has-an-error"
    assert case.message.endswith(f"Perhaps {meant} is meant.")
    assert f" {meant} is meant" not in case.hint


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_error_has_an_idea_and_python_of_its_own(kind):
    entry = table(ANY)["has-an-error"]
    known = misconception("has-an-error", "check_client", kind)
    assert known.concept == entry["concept"][kind or "other"]
    assert known.solution == entry["solution"][kind or "other"]
    assert len({*entry["solution"].values()}) == len({*entry["concept"].values()}) == len(KINDS)


def test_an_error_that_says_nothing_is_told_by_its_name(tmp_path):
    assert after_an_error("assert not request", tmp_path)[0].startswith(
        "Python says: AssertionError. Look at line 3"
    )


# ---- names that a learner has ----

# of the functions' parameters, the stubs and the course
PLAIN = {
    *("ip", "port", "server_socket", "client_socket", "address"),
    *("handshake", "greeting", "message", "request", "answer", "header", "length", "body", "data"),
}
LESSONS = {True: "07_build_the_server.ipynb", False: "08_build_the_client.ipynb"}


def imported(lesson):
    """What the first box of a lesson imports: name → thing."""
    cells = json.loads((ROOT / "notebooks" / "en" / lesson).read_text("utf-8"))["cells"]
    names = {}
    exec("".join(next(cell for cell in cells if cell["cell_type"] == "code")["source"]), names)
    return {name: thing for name, thing in names.items() if not name.startswith("__")}


PAGES = {server: imported(lesson) for server, lesson in LESSONS.items()}


def given_to(function):
    """What a learner's page gives to a function: name → thing; what both pages give, if it goes for any."""
    if function in FUNCTIONS:
        return PAGES[function in SERVER_SIDE]
    return {name: thing for name, thing in PAGES[True].items() if name in PAGES[False]}


def parsed(code):
    """Some lines as they stand in a function, perhaps behind its try or if, or as its head."""
    inner = textwrap.indent(textwrap.dedent(code).strip("\n"), "        ")
    head = "def function():\n    while True:\n"
    for before in ("", "        try:\n            ...\n", "        if 1:\n            ...\n"):
        for after in ("", "\n            ..."):
            try:
                return ast.parse(f"{head}{before}{inner}{after}")
            except SyntaxError:
                continue
    raise AssertionError(code)


def bound(tree):
    """The names that lines give to something, with the number of the first line that does."""
    lines = {}
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names = [node.id]
        elif isinstance(node, ast.FunctionDef | ast.ExceptHandler) and node.name:
            names = [node.name]
        elif isinstance(node, ast.arg):
            names = [node.arg]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [each.asname or each.name.partition(".")[0] for each in node.names]
        for name in names:
            lines[name] = min(getattr(node, "lineno", 0), lines.get(name, 999))
    for node in ast.walk(tree):  # what is only added to is not given to anything
        if isinstance(node, ast.AugAssign) and lines.get(node.target.id) == node.lineno:
            del lines[node.target.id]
    return lines


def missing(code, function):
    """The names in some lines that neither Python, nor they themselves, nor a learner's page gives."""
    tree = parsed(code)
    own, known = bound(tree), {*dir(builtins), *PLAIN, *FUNCTIONS, *given_to(function)}
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return {
        node.id
        for node in used
        if node.id not in known and not own.get(node.id, 999) <= node.lineno
    }


def attributes_missing(code, function):
    """What lines take out of a module or class that a page gives or they import, and which is not in it."""
    tree, names = parsed(code), dict(given_to(function))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            exec(ast.unparse(node), names)
    return {
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id in names and not hasattr(names[node.value.id], node.attr)
    }


def snippets():
    """All solutions: (function or any, name, lines)."""
    for place, name in ENTRIES:
        solution = misconceptions.catalogue(place)[name].solution
        for key, code in (solution if isinstance(solution, dict) else {place: solution}).items():
            yield pytest.param(key if key in FUNCTIONS else place, code, id=f"{place}-{name}-{key}")
    yield pytest.param(ANY, table("hints")["unknown"]["solution"], id="unknown")


@pytest.mark.parametrize(("function", "code"), [*snippets()])
def test_a_solution_has_only_names_that_a_learner_has(function, code):
    assert missing(code, function) == set()
    assert attributes_missing(code, function) == set()


@pytest.mark.parametrize(("code", "names"), [
    ("client_socket.sendall(frame(answer))", {"frame"}),
    ("while len(received) < 4:\n    received += b'1'", {"received"}),
    ("print(piece)\npiece = 1", {"piece"}),
    ("except OSError as error:\n    print(error)\n    return False", set()),
    ("def f(sock, n):", set()),
    ("header = recv_exactly(client_socket, 4)\nbreak", set()),
])  # fmt: skip
def test_a_name_that_nobody_has_is_seen(code, names):
    assert missing(code, ANY) == names
    assert attributes_missing("datetime.datetime.now()", "serve_requests") == {"datetime.datetime"}


def test_the_whole_ladder_of_files_of_the_corpus_is_three():
    for path in sorted((CORPUS / "wrong").glob("*.py"))[::60]:
        for verdict in judge_file(path).functions.values():
            if verdict.failure:
                assert len(hints(verdict.failure)) == 3
                assert verdict.failure.message not in verdict.failure.hint


def test_words_that_are_no_evidence_of_an_error_have_no_words_of_python():
    seen = Words("any_function.one-recv-for-all.seen", call="recv(4)", bytes="b'H'")
    assert "Python says" not in hints(a_case(misconception="one-recv-for-all", seen=seen))[0]
