"""The lessons as they come with lenproto: in the package, or, in a checkout, in the folder notebooks beside it."""

from importlib import metadata, resources
from pathlib import Path

from lenproto.words import ENGLISH

FIRST = "00_start_here.ipynb"
UNKNOWN = "?"  # the version where lenproto runs without being installed


def folder(language: str) -> Path | None:
    """Return where the lessons of a language are; None where there are none."""
    for place in _places():
        if (place / language / FIRST).is_file():
            return place / language
    return None


def languages() -> list[str]:
    """Return the languages in which there are lessons, such as "en": all that English has."""
    found = {file.parent.name for place in _places() for file in place.glob(f"*/{FIRST}")}
    return sorted(each for each in found if not missing(each))


def missing(language: str) -> set[str]:
    """Return the names of the notebooks that English has, and this language not yet."""
    return _notebooks(ENGLISH) - _notebooks(language)


def _notebooks(language: str) -> set[str]:
    place = folder(language)
    return {file.name for file in place.glob("*.ipynb")} if place else set()


def files(language: str) -> dict[str, bytes]:
    """Return all files of the lessons of a language, by name, such as "pictures/stage.png". Raises OSError."""
    place = folder(language)
    if place is None:
        raise FileNotFoundError(FIRST)
    found = {file.relative_to(place): file for file in sorted(place.rglob("*")) if file.is_file()}
    return {
        name.as_posix(): file.read_bytes()
        for name, file in found.items()
        if not any(part.startswith(".") for part in name.parts)  # such as Jupyter's own copies
    }


def version() -> str:
    """Return the version of lenproto that runs."""
    try:
        return metadata.version("lenproto")
    except metadata.PackageNotFoundError:
        return UNKNOWN


def _places() -> list[Path]:
    package = Path(str(resources.files("lenproto")))
    return [package / "lessons", package.parent / "notebooks"]
