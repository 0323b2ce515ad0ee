"""The solutions: shown when one's own has passed, or after three honest tries, and not before."""

from dataclasses import replace

import pytest
from helpers.cells import Cells

from lenproto.exercises import FUNCTIONS, check, solution
from lenproto.exercises.learner import progress
from lenproto.exercises.report.types import FunctionReport
from lenproto.lab import LabError


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("LENPROTO_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(progress, "_memory", {})
    return tmp_path / "progress.json"


def tried(number, **passed):
    function = Cells(f"def check_client(server_socket):\n    return {number}")["check_client"]
    report = replace(FunctionReport("fail", "skipped"), **passed)
    progress.record(function, "check_client", report)


def test_it_is_locked_until_three_honest_tries():
    for number, words in enumerate(("3 honest tries", "2 honest tries", "1 honest try")):
        assert f"or after {words} more." in repr(solution("check_client"))
        assert solution("check_client").source == ""
        tried(number)
        tried(number)
    opened = solution("check_client")
    assert repr(opened).startswith("  1 ")
    assert "def check_client(server_socket):" in repr(opened)
    assert "honest" in repr(solution("serve_requests"))


def test_a_pass_at_one_level_does_not_open_it_and_at_both_does():
    tried(0, spec="pass")
    assert "2 honest tries" in repr(solution("check_client"))
    tried(1, spec="pass", shock="pass")
    assert solution("check_client").source.count("def check_client") == 1


def test_lines_are_numbered_as_in_the_file():
    tried(0, spec="pass", shock="pass")
    opened = solution("check_client")
    shown = [line[4:] for line in repr(opened).splitlines()]
    assert shown == opened.source.splitlines()
    assert [int(line[:3]) for line in repr(opened).splitlines()] == list(range(1, len(shown) + 1))
    assert opened._repr_markdown_() == f"```python\n{opened!r}\n```"


def test_a_locked_one_says_the_same_on_the_page_and_hides_the_code():
    assert "def " not in solution("check_client")._repr_markdown_()
    assert solution("check_client")._repr_markdown_().replace("  \n", "\n") == repr(
        solution("check_client")
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_solution_and_it_passes(name, monkeypatch):
    monkeypatch.setattr("lenproto.exercises.learner.reveal.HONEST_TRIES", 0)
    opened = solution(name)
    assert check(Cells(opened.source)[name]).passed


def test_a_function_may_stand_for_its_name_and_another_name_is_refused():
    assert (
        solution(Cells("def check_client(s):\n    return 1")["check_client"]).name == "check_client"
    )
    refused = r"'main' is none of the five functions\. They are: initial_contact"
    with pytest.raises(LabError, match=refused):
        solution("main")
