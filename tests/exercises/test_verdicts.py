"""The verdicts on the solutions of tests/corpus: right ones, ones for polite peers only, wrong ones by name."""

import json
import re
import select
import socket
import tomllib

import pytest
from helpers.judged import all_failures
from helpers.places import CORPUS

from lenproto.exercises.functions import FUNCTIONS
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.report import misconceptions, text
from lenproto.exercises.report.hints import hints

TABLE = tomllib.loads((CORPUS / "verdicts.toml").read_text("utf-8"))
PROCESS, TOLERATED = TABLE.pop("process"), TABLE.pop("tolerated")
NAMED = {
    f"{function}__{mistake}": name
    for function in TABLE
    for name, mistakes in TABLE[function].items()
    for mistake in mistakes.split()
}
RIGHT = sorted((CORPUS / "right").glob("*.[pi][yp]*"))
POLITE = sorted((CORPUS / "spec_only").glob("*.py"))
WRONG = sorted((CORPUS / "wrong").glob("*.py"))
SAMPLE = (
    "initial_listen__does_not_bind",
    "check_client__greeting_of_49",
    "serve_requests__time_and_name_swapped",
    "initial_contact__one_recv_for_the_greeting",
    "send_requests__reset_raises",
    "serve_requests__rand_in_words",
)
NEEDS = {
    "poll_states": (select, "poll"),
    "waits_with_epoll": (select, "epoll"),
    "os_descriptors": (select, "poll"),
    "epoll_waits": (select, "epoll"),
    "sendmsg_vector": (socket.socket, "sendmsg"),
    "initial_listen__reuse_port": (socket, "SO_REUSEPORT"),
}  # which not every system has
# whether that is free depends on other programs
NEXT_PORT = ("initial_listen__next_port", "initial_listen__taken_port_next_one")


def label(path):
    """The lines that begin a file: the level or style, the mistake, a sentence."""
    return re.match(r'"""(.*?)"""', path.read_text("utf-8"), re.DOTALL)[1].strip().splitlines()


def alone(paths):
    """Those which can be judged in a process together with others."""
    return [path for path in paths if path.stem not in PROCESS]


def parameters(paths):
    """The same as parameters of a test, each with its name; those that this system cannot run are skipped."""
    lacking = {
        stem: pytest.mark.skip(f"this system knows no {name}")
        for stem, (owner, name) in NEEDS.items()
        if not hasattr(owner, name)
    }
    return [pytest.param(path, id=path.stem, marks=lacking.get(path.stem, ())) for path in paths]


@pytest.fixture(scope="module")
def failed():
    return all_failures(alone([*RIGHT, *POLITE, *WRONG]))


@pytest.mark.parametrize("path", parameters(RIGHT))
def test_right_in_any_style_passes_everything(failed, path):
    assert failed[path] == {}


@pytest.mark.parametrize("path", POLITE, ids=lambda path: path.stem)
def test_right_with_polite_peers_fails_at_shock_in_the_functions_it_says(failed, path):
    listed = label(path)[0].removeprefix("Fails at shock: ").partition(" (")[0]
    rest = label(path)[0].partition("); ")[0].split(", ")
    expected = {
        name
        for name in FUNCTIONS
        if any(re.search(rf"\b{name}\b", each) for each in [listed, *rest])
    }
    assert {name: level for name, (level, *_) in failed[path].items()} == dict.fromkeys(
        expected, "shock"
    )


@pytest.mark.parametrize(
    "path", parameters(path for path in alone(WRONG) if path.stem not in TOLERATED)
)
def test_wrong_fails_at_its_level_by_its_name(failed, path):
    function, level = path.stem.partition("__")[0], label(path)[0].removeprefix("level: ")
    assert [(name, at, called) for name, (at, _, called, _) in failed[path].items()] == [
        (function, level, NAMED[path.stem])
    ]


@pytest.mark.parametrize("stem", TOLERATED)
def test_what_the_contract_leaves_open_passes(failed, stem):
    assert failed[CORPUS / "wrong" / f"{stem}.py"] == {}


def test_the_table_names_every_wrong_solution_once():
    assert sorted([*NAMED, *PROCESS, *TOLERATED]) == sorted(path.stem for path in WRONG)
    assert all(
        path.stem
        == f"{path.stem.partition('__')[0]}__{label(path)[1].removeprefix('mistake: ').replace('-', '_')}"
        for path in WRONG
    )


def test_three_hints_follow_and_none_says_the_message_again(failed):
    for path in alone(WRONG):
        for *_, rest in failed[path].values():
            (message, _, _, given), _ = json.loads(rest)
            assert len(given) == 3, path.stem
            assert not any(hint in message or message in hint for hint in given), path.stem


def test_judged_twice_the_same_is_told(failed):
    for path, told in all_failures(alone(WRONG)).items():
        if path.stem in NEXT_PORT:
            told, before = (
                {name: each[:3] for name, each in found.items()} for found in (told, failed[path])
            )
        else:
            before = failed[path]
        assert told == before, path.stem


@pytest.mark.parametrize("stem", [*PROCESS, *SAMPLE])
def test_as_a_file_it_is_told_the_same_twice(stem):
    path = CORPUS / "wrong" / f"{stem}.py"
    texts = []
    for _ in range(2):
        judged = judge_file(path).functions
        function = stem.partition("__")[0]
        assert [
            name for name, verdict in judged.items() if "fail" in (verdict.spec, verdict.shock)
        ] == [function]
        failure = judged[function].failure
        assert failure.misconception == (NAMED | PROCESS)[stem]
        assert not any(
            failure.message in hint or hint in failure.message for hint in hints(failure)
        )
        texts.append(
            text.told(function, judged[function], hinted=3)
            + text.every_case(function, judged[function])
        )
    assert texts[0] == texts[1]


@pytest.mark.parametrize("stem", SAMPLE)
def test_one_wrong_function_among_right_ones_fails_alone(stem, tmp_path):
    function, wrong = stem.partition("__")[0], CORPUS / "wrong" / f"{stem}.py"
    whole = tmp_path / "whole.py"
    right = (CORPUS / "right" / "plain.py").read_text("utf-8")
    whole.write_text(
        f"{right}\n\n_five = dict(globals())\n\n\n{_without_docstring(wrong)}\n", "utf-8"
    )
    levels = {
        name: (verdict.spec, verdict.shock) for name, verdict in judge_file(whole).functions.items()
    }
    assert "fail" in levels.pop(function)
    assert set(levels.values()) == {("pass", "pass")}


def _without_docstring(path):
    return path.read_text("utf-8").split('"""', 2)[2]


def test_each_name_that_a_rule_gives_is_got_by_a_wrong_solution():
    by_the_process = {
        "cannot-be-judged",
        "changes-files",
        "closes-the-output",
        "closes-what-is-not-its-own",
        "crashes-python",
        "ends-another-program",
        "is-no-function",
        "leaves-a-program",
        "leaves-sockets-open",
        "prints-without-end",
        "replaces-the-library",
        "uses-too-much-memory",
    }
    # those of the steps are got by what stands in steps/, see test_steps
    given = {
        name for each in (misconceptions.ANY, *FUNCTIONS) for name in misconceptions.catalogue(each)
    }
    assert given - set(NAMED.values()) - set(PROCESS.values()) == by_the_process
