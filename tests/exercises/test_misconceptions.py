"""The catalogue of misconceptions: every name that a verdict can give has its entry, in words for a learner."""

import ast
import builtins
import contextlib
import functools
import re
import textwrap
from pathlib import Path

import pytest

from lenproto.exercises import functions
from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.functions.case import cases
from lenproto.exercises.report import misconceptions
from lenproto.exercises.report.hints import hints
from lenproto.exercises.report.misconceptions import ANY, catalogue, misconception
from lenproto.exercises.report.types import CaseReport
from lenproto.words import table

NAME = re.compile(r"[a-z]+(-[a-z0-9]+)+")
ENCODINGS = {"utf-8", "latin-1"}
SETTINGS = {case.setting for name in FUNCTIONS for case in cases(name)}
GIVERS = {"found", "observed"}
FOLDER = Path(functions.__file__).parent
JUDGING = [
    FOLDER.parent / "judging" / f"{name}.py" for name in ("worker", "process", "judge", "guard")
]
SHARED = [FOLDER / "finding.py", FOLDER / "errors.py", *JUDGING]
OF_FUNCTION = {name: [FOLDER / name / "rules.py"] for name in FUNCTIONS}
OF_FUNCTION["serve_requests"].append(FOLDER / "framing.py")
ENTRIES = [
    (function, name)
    for function in (misconceptions.ANY, *FUNCTIONS)
    for name in misconceptions.catalogue(function)
]


@functools.cache
def words(file):
    """The names that the source of a module can give, those with a variant as "name.variant"."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return (
        {text for text in texts if isinstance(text, str) and NAME.fullmatch(text.partition(".")[0])}
        - ENCODINGS
        - SETTINGS
    )


def given(files):
    """The names that the sources of some modules can give."""
    return {word.partition(".")[0] for file in files for word in words(file)}


def parses(code):
    """Whether some lines are Python, also where they begin inside a try or an if, or are the head of a function."""
    tries = [code, f"try:\n    ...\n{code}", f"if x:\n    ...\n{code}", f"{code.rstrip()}\n    ..."]
    for text in tries:
        try:
            ast.parse(text)
            return True
        except SyntaxError:
            continue
    return False


def test_every_name_that_can_be_given_has_an_entry_and_no_other():
    assert misconceptions.names() == given(
        [file for files in OF_FUNCTION.values() for file in files] + SHARED
    )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_functions_own_entries_are_those_its_own_rules_give(function):
    own = given(OF_FUNCTION[function])
    assert set(misconceptions.catalogue(function)) <= own
    assert own <= set(misconceptions.catalogue(function)) | set(misconceptions.catalogue())


def test_what_goes_for_any_function_is_given_by_more_than_one_or_by_the_process():
    for name in misconceptions.catalogue():
        givers = [function for function in FUNCTIONS if name in given(OF_FUNCTION[function])]
        assert len(givers) > 1 or name in given(SHARED), name


@pytest.mark.parametrize("function", [misconceptions.ANY, *FUNCTIONS])
def test_what_rules_see_stands_in_their_table(function):
    for file in OF_FUNCTION.get(function, SHARED):
        for word in words(file):
            name, _, variant = word.partition(".")
            seen = table(function)[name]["seen"]
            assert isinstance(seen, str) or {"one", "other"} <= set(seen) or variant in {*seen, ""}


def findings(file):
    """What the source of a module gives at once: a name, and the names of the evidence."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        giver = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
        if giver in GIVERS and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value, {keyword.arg for keyword in node.keywords}


@pytest.mark.parametrize("function", [misconceptions.ANY, *FUNCTIONS])
def test_all_that_a_sentence_needs_is_given_to_it(function):
    for file in OF_FUNCTION.get(function, SHARED):
        for word, evidence in findings(file):
            name, _, variant = word.partition(".")
            seen = table(function)[name]["seen"]
            sentence = seen.get(variant or "other") if isinstance(seen, dict) else seen
            assert set(re.findall(r"{([a-z_]+)}", sentence)) <= evidence, word


@pytest.mark.parametrize("function", [misconceptions.ANY, *FUNCTIONS])
def test_what_is_seen_is_a_sentence(function):
    for name, entry in table(function).items():
        seen = entry.get("seen", {})
        for sentence in seen.values() if isinstance(seen, dict) else [seen]:
            assert sentence.endswith((".", '"', "{error}")), name


@pytest.mark.parametrize(("function", "name"), ENTRIES)
def test_an_entry_is_a_belief_an_explanation_and_python(function, name):
    entry = misconceptions.catalogue(function)[name]
    solutions = entry.solution if isinstance(entry.solution, dict) else {function: entry.solution}
    assert set(solutions) <= {misconceptions.ANY, *FUNCTIONS}
    assert re.fullmatch(r"[^.]+(\.[^. ]+)*\.", entry.says)  # one sentence
    assert 1 <= len(re.findall(r"[.?](?= |$)", entry.concept)) <= 4
    assert "!" not in re.sub(r'"[^"]*"', "", entry.says + entry.concept)
    assert not re.search(
        r"\b(simply|obviously|just have to|trivial)", entry.says + entry.concept, re.IGNORECASE
    )
    for code in solutions.values():
        assert 1 <= len(code.strip("\n").splitlines()) <= 7
        assert parses(code), code


@pytest.mark.parametrize("function", FUNCTIONS)
def test_where_functions_share_a_name_the_solution_is_the_functions_own(function):
    for name in given(OF_FUNCTION[function]):
        anyway = misconceptions.catalogue().get(name)
        if (
            anyway
            and name not in misconceptions.catalogue(function)
            and isinstance(anyway.solution, dict)
        ):
            assert misconception(name, function).solution == anyway.solution[function]


def a_case(**more):
    facts = {
        "function": "serve_requests",
        "misconception": "no-length",
        "seen": "No length.",
    } | more
    return CaseReport(name="", label="", level="spec", story="", verdict="fail", **facts)


def test_hints_are_what_happened_and_where_concept_and_solution():
    ladder = hints(a_case(where=["send_answer", 7, "cell 3"], source="sock.sendall(body)"))
    assert len(ladder) == 3
    assert ladder[0].endswith("Look at line 7 of send_answer: sock.sendall(body)")
    assert "TCP is a stream" in ladder[1]
    assert "%04d" in ladder[2]
    assert not any("No length." in hint for hint in ladder)


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


# what a learner's page has besides Python's own: the parameters and names of the course text, what lessons 7 and 8
# import, and names that say what they are
ON_THE_PAGE = {
    *("ip", "port", "server_socket", "client_socket", "request", "answer", "socket", "random", "datetime", "time"),
    *("recv_exactly", *FUNCTIONS),
    *("sock", "n", "data", "header", "body", "length", "greeting", "message", "text", "error", "address", "received"),
    *("thread", "file", "name"),
}  # fmt: skip


def solutions():
    """Every solution of the catalogue, with where it stands."""
    for place in (ANY, *FUNCTIONS):
        for name, entry in catalogue(place).items():
            all_of = entry.solution if isinstance(entry.solution, dict) else {"": entry.solution}
            for function, lines in all_of.items():
                yield pytest.param(lines.strip("\n"), id=f"{place}-{name}-{function}")


def tree_of(lines):
    """The syntax tree of lines that may be the middle of a function, an except clause, or its first line."""
    inside = textwrap.indent(lines, "    ")
    for within in ("", "    try:\n        pass\n", "    if request:\n        pass\n"):
        with contextlib.suppress(SyntaxError):
            return ast.parse(f"def f():\n{within}{inside}\n")
    return ast.parse(f"{lines}\n    pass\n")


@pytest.mark.parametrize("lines", list(solutions()))
def test_a_solution_uses_no_name_that_the_learners_page_lacks(lines):
    nodes = list(ast.walk(tree_of(lines)))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    made = {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    made |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ExceptHandler)}
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    assert used - made - set(dir(builtins)) <= ON_THE_PAGE


@pytest.mark.parametrize(
    "name, function, opening",
    [
        (
            "one-recv-for-all",
            "check_client",
            'Whoever writes this may think: "One recv(n) brings all n bytes."',
        ),
        ("asks-the-keyboard", "check_client", "It asks the person who sits at the server."),
    ],
)
def test_a_belief_is_told_as_one_and_what_happened_as_it_is(name, function, opening):
    assert misconceptions.misconception(name, function).opening == opening
