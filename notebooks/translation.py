"""Keeps the lessons of another language in step with the English ones.

    python notebooks/translation.py he                        what is missing, and what became stale
    python notebooks/translation.py he 03_framing CELL [...]  these cells say again what the English ones say

A lesson in another language has the English one's cells, by their ids and in their order. Each knows the English text
that it was made from, by a fingerprint in its metadata. `translate` puts a lesson together from its texts; where a
language is read from right to left, Markdown is dressed for it: prose goes from right to left, code from left to right.
"""

import hashlib
import re
import sys
from pathlib import Path

import nbformat

from lenproto.words import RIGHT_TO_LEFT

HERE = Path(__file__).parent
ENGLISH = HERE / "en"
LEFT_TO_RIGHT, END = "\u2066", "\u2069"  # around code within a line (UAX #9)
FENCE = re.compile(r"^(?P<fence>```|~~~).*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)(?P<ticks>`{1,2})(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
BEGIN_RTL, BEGIN_LTR, END_BLOCK = '<div dir="rtl">\n\n', '<div dir="ltr">\n\n', "\n\n</div>"


def fingerprint(source):
    """Return what stands for a text: the first digits of its SHA-256."""
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def dressed(prose):
    """Return Markdown that is read from right to left wherever it is shown, with the code in it from left to right."""
    parts, end = [], 0
    for fence in FENCE.finditer(prose):
        parts += [isolated(prose[end : fence.start()]), BEGIN_LTR, fence[0], END_BLOCK]
        end = fence.end()
    parts.append(isolated(prose[end:]))
    return BEGIN_RTL + "".join(parts) + END_BLOCK


def isolated(prose):
    """Return prose in which each piece of code keeps its own direction."""
    return INLINE.sub(lambda code: LEFT_TO_RIGHT + code[0] + END, prose)


def undressed(source):
    """Return the Markdown that was dressed, as one writes it."""
    source = source.removeprefix(BEGIN_RTL).removesuffix(END_BLOCK)
    for ltr in re.findall(re.escape(BEGIN_LTR) + r".*?" + re.escape(END_BLOCK), source, re.DOTALL):
        source = source.replace(ltr, ltr.removeprefix(BEGIN_LTR).removesuffix(END_BLOCK))
    return source.replace(LEFT_TO_RIGHT, "").replace(END, "")


def translate(language, name, texts):
    """Write the lesson of this name, such as "03_framing", from its texts by cell id; return the ids that have none.

    A cell without a text stays as it is in the language's lesson, or in English where there is none yet; None as a text
    says that the English one serves this language, too.
    """
    path = HERE / language / f"{name}.ipynb"
    earlier = {cell.id: cell for cell in read(path).cells} if path.exists() else {}
    lesson = read(ENGLISH / path.name)
    ids = [cell.id for cell in lesson.cells]
    if strange := sorted(set(texts) - set(ids)):
        raise ValueError(f"no such cells in {name}: {', '.join(strange)}")
    for cell in lesson.cells:
        made_from = fingerprint(cell.source)
        if cell.id in texts:
            text = cell.source if texts[cell.id] is None else texts[cell.id].strip("\n")
            marked = cell.cell_type == "markdown" and language in RIGHT_TO_LEFT
            cell.source = dressed(text) if marked else text
        elif cell.id in earlier:
            cell.source = earlier[cell.id].source
            made_from = earlier[cell.id].metadata.get("made_from")
        else:
            continue
        cell.metadata["made_from"] = made_from
        if cell.cell_type == "code":
            cell.outputs = earlier[cell.id].get("outputs", []) if cell.id in earlier else []
    path.parent.mkdir(exist_ok=True)
    nbformat.write(lesson, path)
    return [cell.id for cell in lesson.cells if "made_from" not in cell.metadata]


def stale(language, name):
    """Return what is not in step in a lesson: the ids of cells, each with what is the matter."""
    english, other = read(ENGLISH / f"{name}.ipynb"), read(HERE / language / f"{name}.ipynb")
    there = {cell.id: cell for cell in other.cells}
    found = {}
    for cell in english.cells:
        made_from = there[cell.id].metadata.get("made_from") if cell.id in there else None
        if made_from != fingerprint(cell.source):
            found[cell.id] = "stale" if made_from else "not translated"
    return found | dict.fromkeys(
        there.keys() - {cell.id for cell in english.cells}, "not in English"
    )


def read(path):
    """Return the notebook of a file."""
    return nbformat.read(path, as_version=4)


def main(language, name=None, *cells):
    """Say what is not in step, or that these cells are."""
    if name:
        lesson = read(HERE / language / f"{name}.ipynb")
        there = {cell.id: undressed(cell.source) for cell in lesson.cells}
        translate(language, name, {cell: there[cell] for cell in cells})
    for path in sorted(ENGLISH.glob("*.ipynb")):
        if not (HERE / language / path.name).exists():
            print(f"{path.stem}: missing")
            continue
        for cell, matter in stale(language, path.stem).items():
            print(f"{path.stem} {cell}: {matter}")


if __name__ == "__main__":
    main(*sys.argv[1:])
