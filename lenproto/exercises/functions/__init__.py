"""The functions that are judged, a folder each: cases, setting, rules, stub, solution. A sixth one is one more folder.

Nothing of a folder is imported before it is asked for: what stands below all of them needs their names alone.
"""

import importlib
from pathlib import Path
from types import ModuleType

from lenproto.exercises.report.types import Level

FUNCTIONS = ("initial_contact", "send_requests", "initial_listen", "check_client", "serve_requests")
SERVER_SIDE = ("initial_listen", "check_client", "serve_requests")
TYPED = "whatever is typed"  # stands for an answer to a question that a file asks when it is read
LEVELS: tuple[Level, ...] = ("spec", "shock")


def part(function: str, name: str) -> ModuleType:
    """Return a module of a function's folder: "cases", "setting" or "rules"."""
    return importlib.import_module(f"{__name__}.{function}.{name}")


def source_of(function: str, name: str) -> str:
    """Return the source of a function's "stub" or "solution"."""
    return (Path(__file__).parent / function / f"{name}.py").read_text("utf-8")
