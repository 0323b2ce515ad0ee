"""What is wrong with an installation, and what mends it: looks at Python, packages, folders, loopback and JupyterLab.

A look finds keys and values; lenproto.commands.doctor says them. It imports nothing but the standard library until it
has seen that a package is there: what is examined may be broken.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lenproto.doctor import browser, folders, kernel, loopback, packages, port
from lenproto.doctor.finding import Finding
from lenproto.words import Words

Look = Callable[[], Iterator[Finding]]
LOOKS: tuple[Look, ...] = (
    packages.look,
    loopback.look,
    port.look,
    browser.look,
    kernel.look,
)


def examine(places: Sequence[Path]) -> Iterator[Finding]:
    """Look at everything, and at these folders; tell of each thing whether it is all right. Raises nothing."""
    looks: list[Look] = [*LOOKS, functools.partial(folders.look, places)]
    for look in looks:
        try:
            yield from look()
        except Exception as error:  # what is broken may break in any way, and the other looks go on
            why = f"{type(error).__name__}: {error}"
            yield Finding(Words("doctor.wrong.unseen", why=why), Words("doctor.mend.unseen"))
