"""The catalogue of misconceptions: every name that a verdict can give has its entry, in words for a learner."""

import ast
import functools
import re
from pathlib import Path

import pytest

from lenproto.exercises import functions
from lenproto.exercises.functions import FUNCTIONS, STEPS, folder_of
from lenproto.exercises.functions.case import cases
from lenproto.exercises.functions.finding import PLAINLY
from lenproto.exercises.report import misconceptions
from lenproto.exercises.report.misconceptions import misconception
from lenproto.words import table

NAME = re.compile(r"[a-z]+(-[a-z0-9]+)+")
ENCODINGS = {"utf-8", "latin-1"}
SETTINGS = {case.setting for name in FUNCTIONS for case in cases(name)}
GIVERS = {"found", "observed", "named"}
FOLDER = Path(functions.__file__).parent
JUDGING = [
    FOLDER.parent / "judging" / f"{name}.py" for name in ("worker", "process", "judge", "guard")
]
SHARED = [FOLDER / "finding.py", FOLDER / "errors.py", *JUDGING]
OF_FUNCTION = {name: [FOLDER / name / "rules.py"] for name in FUNCTIONS}
OF_FUNCTION["serve_requests"].append(FOLDER / "framing.py")
OF_FUNCTION["steps"] = [FOLDER.parent / "steps" / "common.py"]
OF_FUNCTION |= {
    f"steps_{lesson}": [folder_of(step) / "task.py" for step in steps]
    for lesson, steps in STEPS.items()
}
KINDS = {"other", *(kind.__name__ for kind in PLAINLY)}
ENTRIES = [
    (function, name)
    for function in misconceptions.TABLES
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


@pytest.mark.parametrize("function", OF_FUNCTION)
def test_a_functions_own_entries_are_those_its_own_rules_give(function):
    own = given(OF_FUNCTION[function])
    assert set(misconceptions.catalogue(function)) <= own
    more = ["steps"] if function.startswith("steps_") else []
    shared = [misconceptions.catalogue(), *map(misconceptions.catalogue, more)]
    assert own <= set(misconceptions.catalogue(function)).union(*shared)


def test_what_goes_for_any_function_is_given_by_more_than_one_or_by_the_process():
    for name in misconceptions.catalogue():
        givers = [function for function in FUNCTIONS if name in given(OF_FUNCTION[function])]
        assert len(givers) > 1 or name in given(SHARED), name


@pytest.mark.parametrize("function", misconceptions.TABLES)
def test_what_rules_see_stands_in_their_table(function):
    for file in OF_FUNCTION.get(function, SHARED):
        for word in words(file):
            name, _, variant = word.partition(".")
            entries = table(function) if name in table(function) else table("steps")
            seen = entries[name]["seen"]
            assert isinstance(seen, str) or {"one", "other"} <= set(seen) or variant in {*seen, ""}


def findings(file):
    """What the source of a module gives at once: a name, and the names of the evidence."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        giver = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
        if giver in GIVERS and isinstance(node.args[0], ast.Constant):
            yield node.args[0].value, {keyword.arg for keyword in node.keywords}


@pytest.mark.parametrize("function", misconceptions.TABLES)
def test_all_that_a_sentence_needs_is_given_to_it(function):
    for file in OF_FUNCTION.get(function, SHARED):
        for word, evidence in findings(file):
            name, _, variant = word.partition(".")
            entries = table(function) if name in table(function) else table("steps")
            seen = entries[name]["seen"]
            sentence = seen.get(variant or "other") if isinstance(seen, dict) else seen
            assert set(re.findall(r"{([a-z_]+)}", sentence)) <= evidence, word


@pytest.mark.parametrize("function", misconceptions.TABLES)
def test_what_is_seen_is_a_sentence(function):
    for name, entry in table(function).items():
        seen = entry.get("seen", {})
        for sentence in seen.values() if isinstance(seen, dict) else [seen]:
            assert sentence.endswith((".", '"', "{error}")), name


def table_of(entry, function):
    return entry if isinstance(entry, dict) else {function: entry}


@pytest.mark.parametrize(("function", "name"), ENTRIES)
def test_an_entry_is_a_belief_an_explanation_and_python(function, name):
    entry = misconceptions.catalogue(function)[name]
    solutions, concepts = table_of(entry.solution, function), table_of(entry.concept, function)
    assert set(solutions) <= {*misconceptions.TABLES} or set(solutions) == KINDS
    assert re.fullmatch(r"[^.]+(\.[^. ]+)*\.", entry.says)  # one sentence
    for concept in concepts.values():
        assert 1 <= len(re.findall(r"[.?](?= |$)", concept)) <= 4
        assert "!" not in re.sub(r'"[^"]*"', "", entry.says + concept)
        assert not re.search(
            r"\b(simply|obviously|just have to|trivial)", entry.says + concept, re.IGNORECASE
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
