"""What is judged: the five functions, and the steps of a few lines that lessons 1 to 5 ask for on the way to them.

Each has a folder, here or in steps/: cases, setting, rules, stub, solution. A step has the first three in one module,
task. Nothing of a folder is imported before it is asked for: what stands below all of them needs their names alone.
"""

import importlib
from pathlib import Path
from types import ModuleType

from lenproto.exercises.report.types import Level

FUNCTIONS = ("initial_contact", "send_requests", "initial_listen", "check_client", "serve_requests")
SERVER_SIDE = (
    "initial_listen", "check_client", "serve_requests", "serve_in_order", "serve_until_exit",
)  # fmt: skip
STEPS = {  # lesson → what it asks for, in the order in which it does
    "sockets": ("who_talks_to_whom", "somebody_listens"),
    "handshake": ("say_hi", "talk_in_order", "meet_the_server"),
    "framing": ("recv_exactly", "frame", "body_length", "recv_answer"),
    "requests": ("padded", "serve_in_order", "with_coin"),
    "exit": ("read_to_the_end", "say_goodbye", "serve_until_exit"),
}
LESSON_OF = {step: lesson for lesson, steps in STEPS.items() for step in steps}
JUDGED = (*FUNCTIONS, *LESSON_OF)
TYPED = "whatever is typed"  # stands for an answer to a question that a file asks when it is read
LEVELS: tuple[Level, ...] = ("spec", "shock")
_HERE = Path(__file__).parent


def part(function: str, name: str) -> ModuleType:
    """Return a module of a function's folder: "cases", "setting" or "rules"."""
    if function in LESSON_OF:
        return importlib.import_module(f"lenproto.exercises.steps.{function}.task")
    return importlib.import_module(f"{__name__}.{function}.{name}")


def folder_of(function: str) -> Path:
    """Return the folder of a function or step."""
    return (_HERE.parent / "steps" if function in LESSON_OF else _HERE) / function


def source_of(function: str, name: str) -> str:
    """Return the source of a function's "stub" or "solution"."""
    return (folder_of(function) / f"{name}.py").read_text("utf-8")


def levels_of(function: str) -> tuple[Level, ...]:
    """Return the levels at which a function is judged: a step meets only who is polite."""
    return ("spec",) if function in LESSON_OF else LEVELS


def table_of(function: str) -> str:
    """Return the name of the table of words in which a function's misconceptions stand."""
    return f"steps_{LESSON_OF[function]}" if function in LESSON_OF else function
