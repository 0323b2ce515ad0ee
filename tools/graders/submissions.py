"""The 30 submissions: each a file with all five functions, of which at most one is wrong or unsafe."""

import ast
from dataclasses import dataclass
from pathlib import Path

SOLUTIONS = Path(__file__).resolve().parents[2] / "tests" / "corpus"
# a right one without helpers at its top level, so that what is grafted onto it cannot clash
BASE = "nested"
RIGHT = (
    "buffered_reader",
    "contextmanagers",
    "create_server",
    "dataclasses_typed",
    "generators",
    "lambdas",
    "match_case",
    "nested",
    "recv_into",
    "threads",
)
WRONG = (
    "initial_contact__lower_case_hi", "initial_contact__one_recv_for_the_greeting", "initial_contact__refused_raises",
    "send_requests__not_in_capitals", "send_requests__counts_body_in_characters",
    "send_requests__one_recv_for_the_body",
    "initial_listen__opens_to_all", "initial_listen__taken_port_none",
    "check_client__greeting_of_47", "check_client__returns_wrong_order", "check_client__one_recv_for_the_request",
    "serve_requests__length_counts_characters", "serve_requests__one_request_only", "serve_requests__reset_raises",
)  # fmt: skip
UNSAFE = {
    "endless_loop": "serve_requests", "busy_loop_bare_except": "check_client", "os_exit": "initial_contact",
    "sys_exit": "initial_listen", "left_over_thread": "initial_listen", "prints_50_mb": "serve_requests",
}  # fmt: skip
HANGING = ("endless_loop", "busy_loop_bare_except")


@dataclass(frozen=True)
class Submission:
    """A learner's file: kind is "right", "wrong" or "unsafe", function the one that is not right, else ""."""

    name: str
    kind: str
    function: str
    text: str


def chosen():
    """Return all submissions, mixed, so that the first few of them are of every kind."""
    base = (SOLUTIONS / "right" / f"{BASE}.py").read_text("utf-8")
    right = [
        Submission(name, "right", "", (SOLUTIONS / "right" / f"{name}.py").read_text("utf-8"))
        for name in RIGHT
    ]
    wrong = [grafted(base, "wrong", name, name.partition("__")[0]) for name in WRONG]
    unsafe = [grafted(base, "unsafe", name, function) for name, function in UNSAFE.items()]
    places = [
        (place / len(kind), one)
        for kind in (right, wrong, unsafe)
        for place, one in enumerate(kind)
    ]
    return [one for _, one in sorted(places, key=lambda entry: entry[0])]


def grafted(base, kind, name, function):
    """Return the base with its function, and nothing else, replaced by that of another file, helpers included."""
    graft = (SOLUTIONS / kind / f"{name}.py").read_text("utf-8")
    node = next(node for node in ast.parse(base).body if getattr(node, "name", "") == function)
    lines = base.splitlines(keepends=True)
    del lines[node.lineno - 1 : node.end_lineno]
    clash = defined("".join(lines)) & defined(graft)
    if clash or function not in defined(graft):
        raise ValueError(f"{name} cannot be grafted onto {BASE}: {', '.join(clash) or function}")
    return Submission(name, kind, function, "".join(lines).rstrip() + "\n\n\n" + graft)


def defined(text):
    """Return the names of the functions and classes, and the variables, at the top level of a text."""
    names = set()
    for node in ast.parse(text).body:
        names |= {getattr(node, "name", "")}
        names |= {
            target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)
        }
    return names - {""}
