"""Lessons 7 and 8 as a learner leaves them: with functions written into the boxes of their stubs."""

import nbformat

from helpers.places import EXERCISES, NOTEBOOKS

LESSONS = [
    NOTEBOOKS / "en" / name for name in ("07_build_the_server.ipynb", "08_build_the_client.ipynb")
]


def stub(name):
    """The box of a function as a learner gets it."""
    return (EXERCISES / "stubs" / f"{name}.py").read_text("utf-8").rstrip("\n")


def solution(name):
    """The same box with the reference solution."""
    return (EXERCISES / "solutions" / f"{name}.py").read_text("utf-8").rstrip("\n")


def graft(path, functions):
    """Return the notebook at path with these sources in the place of the stubs."""
    lesson = nbformat.read(path, as_version=4)
    for name, source in functions.items():
        for cell in lesson.cells:
            if cell.cell_type == "code" and cell.source == stub(name):
                cell.source = source.strip("\n")
    return lesson
