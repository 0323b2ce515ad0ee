"""Files that a command writes: aside first, and put in place when all is there. Nobody ever finds half of one."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from lenproto.words import say

MODE = 0o666  # of a new file, as far as the user's mask lets it


def check_place(place: Path, inputs: Iterable[Path]) -> None:
    """See whether a file can be written there, before all the work is done, and that it is no input. Raises OSError."""
    if place.resolve() in {path.resolve() for path in inputs}:
        raise FileExistsError(errno.EEXIST, say("commands.is-an-input"), str(place))
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place))
    if not _is_special(place):
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(place)) from None
        os.close(descriptor)
        os.unlink(name)


@contextlib.contextmanager
def put_in_place(place: Path) -> Iterator[TextIO]:
    """Give a file to write into, in UTF-8; at the end of the block it stands at place. Raises OSError."""
    # what a learner is called may be no text at all
    form: dict[str, Any] = {"encoding": "utf-8", "errors": "backslashreplace", "newline": ""}
    if _is_special(place):
        with open(place, "w", **form) as file:
            yield file
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with open(descriptor, "w", **form) as file:
            yield file
        os.chmod(name, place.stat().st_mode if place.exists() else MODE & ~_mask())
        os.replace(name, place)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _is_special(place: Path) -> bool:
    """Whether it is a device or a pipe, such as standard output: nothing can be put in its place."""
    return place.exists() and not place.is_file()


def _mask() -> int:
    """The user's mask for new files: it can only be asked for by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
