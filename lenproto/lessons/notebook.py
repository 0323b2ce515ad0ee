"""A notebook as plain data: its cells, and what tells one cell's text from another's."""

import ast
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]


class NoNotebook(ValueError):
    """What was read is no notebook, or one of a form that is ten years old."""


def read(data: bytes) -> Notebook:
    """Return the notebook in a file's bytes. Raises NoNotebook."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NoNotebook(str(error)) from None
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        raise NoNotebook("no cells")
    if not _has_metadata(found) or not all(map(_is_cell, found["cells"])):
        raise NoNotebook("no cell")
    return found


def written(notebook: Notebook) -> bytes:
    """Return a notebook as the bytes of a file, in the form in which Jupyter writes it."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return text.encode("utf-8", "surrogatepass")


def source(cell: Cell) -> str:
    """Return a cell's text, which a file may hold as a list of lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def fingerprint(cell: Cell) -> str:
    """Return what is the same for cells of one kind with the same text, and differs for others."""
    text = f"{cell['cell_type']}\n{source(cell)}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fingerprints(notebook: Notebook) -> dict[str, str]:
    """Return the fingerprint of each cell, by the cell's id."""
    return {cell["id"]: fingerprint(cell) for cell in notebook["cells"]}


def first_line(cell: Cell) -> str:
    """Return the first line of a cell that says something: by it a reader finds the cell."""
    lines = (line.strip() for line in source(cell).splitlines())
    return next(filter(None, lines), "")


def only_defines(cell: Cell) -> bool:
    """Whether a cell is code that defines functions, and does nothing else: a box for an answer."""
    if cell["cell_type"] != "code":
        return False
    try:
        body = ast.parse(source(cell)).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return bool(body) and all(
        isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for each in body
    )


def identified(notebook: Notebook, original: Mapping[str, str]) -> list[Cell]:
    """Return the cells, each with an id of its own.

    A program that knows no ids drops them, or keeps them elsewhere (Colab): a cell gets back the one of the original
    with its text.
    """
    cells = notebook["cells"]
    given: list[str | None] = [_id(cell) for cell in cells]
    by_text: dict[str, list[str]] = {}
    for laid, text in original.items():
        if laid not in given:
            by_text.setdefault(text, []).append(laid)
    taken = {each for each in given if each}
    seen: set[str] = set()
    found = []
    for cell, name in zip(cells, given, strict=True):
        known = by_text.get(fingerprint(cell), [])
        if name is None and known:
            name = known.pop(0)
        if name is None or name in seen:
            name = fresh(taken)
        seen.add(name)
        taken.add(name)
        found.append(cell | {"id": name, "metadata": cell.get("metadata", {})})
    return found


def fresh(taken: set[str]) -> str:
    """Return an id that is not taken, and take it."""
    while (name := secrets.token_hex(4)) in taken:
        pass
    taken.add(name)
    return name


def _id(cell: Cell) -> str | None:
    name = cell.get("id") or cell.get("metadata", {}).get("id")
    return name if isinstance(name, str) else None


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    text = cell.get("source")
    lines = text if isinstance(text, list) else [text]
    return all(isinstance(line, str) for line in lines) and _has_metadata(cell)


def _has_metadata(thing: dict[str, Any]) -> bool:
    return isinstance(thing.get("metadata", {}), dict)
