"""What shows widgets in a browser: JupyterLab has to find the browser's half of each package, in the same version."""

import json
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from lenproto.doctor.finding import Finding, fine, wrong
from lenproto.doctor.installing import command
from lenproto.doctor.jupyter import places
from lenproto.doctor.packages import version

# package → the name under which JupyterLab has its half
HALVES = {
    "jupyterlab-widgets": "@jupyter-widgets/jupyterlab-manager",
    "anywidget": "anywidget",
}


def look() -> Iterator[Finding]:
    """Tell which package's half is not found, or is another version's."""
    where = places("labextensions")
    if not where or version("ipywidgets") is None:
        return
    found = [trouble for package in HALVES if (trouble := half(package, where))]
    yield from found
    if not found:
        yield fine("widgets")


def half(package: str, where: Sequence[Path]) -> Finding | None:
    """Return what is wrong with a package's half in the browser; None where it is as it should be."""
    name = HALVES[package]
    again = command("--force-reinstall", what=package)
    there = next((each / name for each in where if (each / name / "package.json").is_file()), None)
    if there is None:
        values = {"package": package, "folder": where[0], "command": again}
        return wrong("no-widgets", mend="install", **values)
    shown, (own, folders) = said(there / "package.json"), shipped(package, name)
    if not own or shown == own:
        return None
    values = {"package": package, "folder": there, "shown": shown, "own": own}
    if there.resolve() in folders:  # it is the package's own, and older than the package
        return wrong("old-widgets", mend="install", command=again, **values)
    return wrong("old-widgets", mend="remove", **values)


def shipped(package: str, name: str) -> tuple[str, set[Path]]:
    """Return the version of the half that comes with a package, empty where nobody knows; and where it has put it."""
    try:
        files = metadata.distribution(package).files or []
    except metadata.PackageNotFoundError:
        return "", set()
    laid = [
        each for each in files if each.as_posix().endswith(f"/labextensions/{name}/package.json")
    ]
    # some keep it among their modules, too; there nobody else writes over it
    kept = [each for each in files if each.as_posix().endswith("/labextension/package.json")]
    versions = [said(Path(str(each.locate()))) for each in (*kept, *laid)]
    folders = {Path(str(each.locate())).parent.resolve() for each in laid}
    return next(filter(None, versions), ""), folders


def said(file: Path) -> str:
    """Return the version that a package.json says; empty where it says none."""
    try:
        return str(json.loads(file.read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
