"""What is known of a folder with lessons: which version was laid there, and how each file and cell of it was.

It stands in a hidden file of the folder:

    {"form": 1, "version": "0.1.0", "language": "en", "files": {NAME: {"sum": …, "cells": {ID: FINGERPRINT}}}}
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lenproto.lessons import notebook, writing
from lenproto.words import LAID

FOLDER = "lenproto-lessons"  # where they are laid if nobody names another
NAME = LAID
FORM = 1


@dataclass
class File:
    """A file as it was laid: a sum of its bytes; of a notebook, the fingerprint of each cell."""

    sum: str
    cells: dict[str, str] = field(default_factory=dict)


@dataclass
class Laid:
    """What was laid in a folder; version is empty where nothing is known."""

    version: str = ""
    language: str = ""
    files: dict[str, File] = field(default_factory=dict)


def is_laid(folder: Path) -> bool:
    """Whether lessons were laid in a folder."""
    return (folder / NAME).is_file()


def usual() -> Path:
    """Return the folder that is meant where none is named: this one if lessons are in it, else one in it."""
    return Path() if is_laid(Path()) else Path(FOLDER)


def load(folder: Path) -> Laid:
    """Return what is known of a folder; nothing, where its file is damaged or of a later form. Raises OSError."""
    try:
        said = json.loads((folder / NAME).read_bytes())
        if said["form"] != FORM:
            return Laid()
        files = {
            name: File(str(each["sum"]), _cells(each["cells"]))
            for name, each in said["files"].items()
        }
        return Laid(str(said["version"]), str(said["language"]), files)
    except FileNotFoundError:
        return Laid()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Laid()


def save(folder: Path, laid: Laid) -> None:
    """Write what is known of a folder. Raises OSError."""
    said = {
        "form": FORM,
        "version": laid.version,
        "language": laid.language,
        "files": {name: vars(each) for name, each in laid.files.items()},
    }
    writing.put(folder / NAME, (json.dumps(said, indent=1) + "\n").encode())


def as_laid(name: str, data: bytes) -> File:
    """Return what is remembered of a file of the lessons."""
    cells = {}
    if name.endswith(".ipynb"):
        cells = notebook.fingerprints(notebook.read(data))
    return File(digest(data), cells)


def digest(data: bytes) -> str:
    """Return a sum that tells one file's bytes from another's."""
    return hashlib.sha256(data).hexdigest()


def _cells(said: Any) -> dict[str, str]:
    return {str(name): str(each) for name, each in said.items()}
