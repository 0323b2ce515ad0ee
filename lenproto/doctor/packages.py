"""The packages that the lessons need: which are missing, and which are of a version outside their range.

What is needed stands in the metadata of lenproto; in a checkout that is not installed, in its pyproject.toml.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from lenproto.doctor.finding import Finding, fine, wrong
from lenproto.doctor.installing import command

EXTRA = "lab"
ROOT = Path(__file__).resolve().parents[2]  # of a checkout
LINE = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*\(?([^;)]*)\)?\s*(?:;(.*))?")
BOUND = re.compile(r"(>=|<=|==|!=|>|<)\s*([\w.!+]+)")


@dataclass(frozen=True)
class Needed:
    """A package that is needed, and its range, such as ">=8.1,<9"."""

    name: str
    range: str

    def holds(self, version: str) -> bool:
        """Whether a version is within the range. Only bounds that lenproto's own metadata use are known."""
        return all(_is_met(sign, version, bound) for sign, bound in BOUND.findall(self.range))


def look() -> Iterator[Finding]:
    """Tell which packages of the extra are missing, and which are too old or too new."""
    needed = list(needs())
    if not needed:
        yield wrong("not-installed", mend="install", command=command())
        return
    missing = [each.name for each in needed if version(each.name) is None]
    outside = [
        f"{each.name} {there} ({each.range})"
        for each in needed
        if (there := version(each.name)) is not None and not each.holds(there)
    ]
    if missing:
        yield wrong("missing", mend="install", packages=missing, n=len(missing), command=command())
    if outside:
        again = command("--upgrade")
        yield wrong("outside", mend="install", packages=outside, n=len(outside), command=again)
    if not missing and not outside:
        yield fine("packages", n=len(needed), python=sys.executable)


def needs() -> Iterator[Needed]:
    """Give what the extra needs; nothing where that is not known."""
    for line in _lines():
        if found := LINE.fullmatch(line):
            name, bounds, marker = found.groups()
            if marker is None or re.search(rf"""extra\s*==\s*['"]{EXTRA}['"]""", marker):
                yield Needed(name, bounds.strip())


def version(name: str) -> str | None:
    """Return the version of a package that this Python has; None where it has none."""
    try:
        # what is left of a package that was removed by half has no version
        return metadata.version(name) or None
    except (metadata.PackageNotFoundError, KeyError):
        return None


def _lines() -> list[str]:
    try:
        if lines := metadata.requires("lenproto"):
            return lines
    except metadata.PackageNotFoundError:
        pass
    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        return (
            list(project["optional-dependencies"][EXTRA]) if project["name"] == "lenproto" else []
        )
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _is_met(sign: str, version: str, bound: str) -> bool:
    have, limit = ordered(version), ordered(bound)
    return {
        ">=": have >= limit,
        "<=": have <= limit,
        "==": have == limit,
        "!=": have != limit,
        ">": have > limit,
        "<": have < limit,
    }[sign]


def ordered(version: str) -> tuple[list[int], int]:
    """Return what versions are sorted by: the numbers, and whether it is an early one (0) or not (1)."""
    plain = version.partition("!")[2] or version
    plain = plain.partition("+")[0]
    release = re.match(r"v?(\d+(?:\.\d+)*)", plain)
    if not release:
        return [], 0
    numbers = [int(each) for each in release[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    is_early = re.match(
        r"[._-]?(a|b|c|rc|alpha|beta|pre|preview|dev)", plain[release.end() :], re.I
    )
    return numbers, 0 if is_early else 1
