"""Which files of a folder are handed in, and whose they are."""

import os
from collections import defaultdict
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

KINDS = (".py", ".ipynb")
PASSED_OVER = {"__pycache__", "node_modules", "site-packages"}  # folders without anybody's homework


def files(folder: str | PathLike[str]) -> list[Path]:
    """Return a folder's Python files and notebooks, at any depth, sorted; none of those that tools have made."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in PASSED_OVER and not name.startswith(".")
        )
        found += [
            Path(place, name)
            for name in names
            if name.lower().endswith(KINDS) and not name.startswith(".")
        ]
    return sorted(found)


def learners(
    paths: Iterable[str | PathLike[str]], root: str | PathLike[str] | None = None
) -> list[str]:
    """Return a name for each file, no two alike.

    The file's own name without its ending; where it lies in a folder of its own in root, that one's name; where a
    folder holds several, the path from root. root is the folder of the class, by default the one that has them all.
    """
    files = [Path(path).absolute() for path in paths]
    top = (
        Path(root or os.path.commonpath([path.parent for path in files])).absolute()
        if files
        else Path()
    )
    within = [path.relative_to(top) for path in files]
    shares: defaultdict[str, int] = defaultdict(int)
    for path in within:
        shares[path.parts[0]] += 1
    names = []
    for path in within:
        in_own_folder = len(path.parts) > 1 and shares[path.parts[0]] == 1
        names.append(path.parts[0] if in_own_folder else path.with_suffix("").as_posix())
    return [
        name if names.count(name) == 1 else path.as_posix()
        for name, path in zip(names, within, strict=True)
    ]
