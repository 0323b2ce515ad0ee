"""Whether lenproto's own functions that judge are still what stands in their files.

A notebook may replace any function of any module. This catches what somebody tries, or does by mistake; code that is
bent on it can replace this, too. What is graded is better judged outside: see classes.nbgrader.
"""

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

PACKAGE = Path(__file__).parents[2]
# what stands between a function and its points
MODULES = (
    "words",
    "exercises",
    *(f"exercises.learner.{name}" for name in ("check", "intact", "points", "tries", "verdict")),
    *(f"exercises.judging.{name}" for name in ("carrying", "judge", "process", "processes")),
    *(f"exercises.report.{name}" for name in ("misconceptions", "text", "types")),
)


def changed() -> list[str]:
    """Return the names of those that were replaced."""
    return [found for name in MODULES for found in _changed(name)]


def _changed(name: str) -> Iterator[str]:
    module = importlib.import_module(f"lenproto.{name}")
    file = PACKAGE.joinpath(*name.split("."))
    file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    whole = compile(file.read_text("utf-8"), str(file), "exec", dont_inherit=True)
    for place, codes in _codes(whole, vars(module)):
        if not any(live in codes for live in place[1]):
            yield f"lenproto.{name}.{place[0]}"


def _codes(
    whole: CodeType, space: Any, within: str = ""
) -> Iterator[tuple[tuple[str, list[CodeType | None]], list[CodeType]]]:
    """For each function that a code defines: its name and its live code, and those that stand in the file."""
    defined: dict[str, list[CodeType]] = {}
    for each in whole.co_consts:
        if isinstance(each, CodeType) and each.co_name.isidentifier():
            defined.setdefault(each.co_name, []).append(each)
    for name, codes in defined.items():
        live = space.get(name)
        if inspect.isclass(live):
            for code in codes:
                yield from _codes(code, vars(live), f"{within}{name}.")
        else:
            yield (f"{within}{name}", [_code(live)]), codes


def _code(thing: Any) -> CodeType | None:
    """The code of a function, a method or a property."""
    for name in ("fget", "__func__", "func"):
        thing = getattr(thing, name, thing)
    return getattr(inspect.unwrap(thing), "__code__", None) if callable(thing) else None
