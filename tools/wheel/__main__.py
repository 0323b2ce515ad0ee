"""The wheel: made, looked at, and tried as somebody who gets nothing else.

    python tools/wheel make          sdist and wheel, into dist/; then twine and this program look at both
    python tools/wheel try           install the wheel of dist/ with each Python from 3.11 on that is to be found here
    python tools/wheel try 3.12      the same with one of them

`make` needs uv, which the README's commands install. `try` makes an empty environment for each Python, in a folder with
blanks and Hebrew in its name, installs the wheel with the environment's own pip, first alone and then with the lessons'
packages, and runs the commands that a learner begins with. It tells how each ended and how long it took; the exit code
is 0 where all ended well with each Python. See docs/publishing.md.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DATA = f"lenproto-{PROJECT['project']['version']}.data/data"  # in a wheel, what does not lie in the package
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
FOLDER = "my lessons השיעורים שלי"
ANSWER = "anna כהן.py"
RIGHT = ROOT / "tests" / "corpus" / "right" / "plain.py"  # passes
LIMIT_S = 900
# of the sdist alone: what is made when it is packed
MADE = {"PKG-INFO"}
# what a person has set may not help, nor harm: the environment is an empty one
SET = ("PYTHON", "LENPROTO_", "JUPYTER", "VIRTUAL_ENV", "UV_", "PIP_TARGET", "PIP_USER", "CONDA")


def main(argv=None):
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python tools/wheel",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sub = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    sub.add_parser("make", help="make sdist and wheel, and look at them")
    trial = sub.add_parser("try", help="install the wheel in empty environments, and run it")
    trial.add_argument("python", nargs="*", choices=[*PYTHONS, []], help="with these alone")
    options = parser.parse_args(argv)
    try:
        return make() if options.command == "make" else try_out(options.python or PYTHONS)
    except subprocess.CalledProcessError as error:
        return error.returncode


# ---- make ----


def make():
    """Make both files anew, and tell what is wrong with them; return the exit code."""
    for old in (*DIST.glob("lenproto-*.tar.gz"), *DIST.glob("lenproto-*.whl")):
        old.unlink()
    fixed = PROJECT["tool"]["uv"]["build-constraint-dependencies"]
    with tempfile.TemporaryDirectory(prefix="lenproto-wheel-") as folder:
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("\n".join(fixed), "utf-8")
        tooled(
            "build", "--quiet", "--outdir", DIST, "--dependency-constraints-txt", constraints, ROOT
        )
    sdist, wheel = the_one("*.tar.gz"), the_one("*.whl")
    tooled("twine", "check", "--strict", sdist, wheel)
    wrong = [*sdist_lacks(sdist), *wheel_is_off(wheel)]
    for line in wrong:
        print(line)
    for file in (sdist, wheel):
        print(
            f"{file.relative_to(ROOT)}: {file.stat().st_size / 1024:,.0f} KiB, {len(inside(file))} files"
        )
    return 1 if wrong else 0


def tooled(module, *words):
    """Run a tool of the group `wheel`, in an environment of its own. CalledProcessError where it fails."""
    run = (uv(), "run", "--quiet", "--isolated", "--only-group", "wheel", "python", "-m", module)
    subprocess.run([*run, *map(str, words)], cwd=ROOT, check=True)


def uv():
    """Return the path of uv: the one that the README's commands install, or another."""
    own = shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    return (
        own or shutil.which("uv") or sys.exit("There is no uv: run one of the README's commands.")
    )


def the_one(pattern):
    """Return the one file of a kind that is in dist/."""
    found = sorted(DIST.glob(f"lenproto-{pattern}"))
    if len(found) != 1:
        sys.exit(f"There is not one {pattern} in dist/: python tools/wheel make")
    return found[0]


def inside(file):
    """Return the names of the files in a wheel or sdist; of the latter without the folder in which all of it is."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as archive:
            return {name for name in archive.namelist() if not name.endswith("/")}
    with tarfile.open(file) as archive:
        return {each.name.partition("/")[2] for each in archive.getmembers() if each.isfile()}


def sdist_lacks(file):
    """Tell what of the checkout is not in the sdist, and what is in it besides: from it all tests can be run."""
    there, known = inside(file) - MADE, in_git()
    if known is None:
        print("This checkout is none of git's: what has to be in the sdist is not known.")
        return
    yield from (f"not in the sdist: {name}" for name in sorted(known - there))
    yield from (f"in the sdist, and not in git: {name}" for name in sorted(there - known))


def in_git():
    """Return the names of the files that git knows of; None where it knows of none."""
    command = ["git", "ls-files", "-z", "--cached"]
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        names = done.stdout.decode().split("\0")
        return {name for name in names if name and (ROOT / name).is_file()}
    return None


def wheel_is_off(file):
    """Tell what the wheel has too much or too little: the package, and the lessons in it, and nothing else."""
    wanted = (
        {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "lenproto").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        | lessons()
        | {f"{DATA}/{path}" for path in shared()}
    )
    there = {name for name in inside(file) if ".dist-info/" not in name}
    yield from (f"not in the wheel: {name}" for name in sorted(wanted - there))
    yield from (f"in the wheel, and should not be: {name}" for name in sorted(there - wanted))


def shared():
    """Return where the files land that stand beside a Python, such as JupyterLab's."""
    places = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    for folder, place in places.items():
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                yield f"{place}/{path.relative_to(ROOT / folder).as_posix()}"


def lessons():
    """Return the names that the files of the lessons have in the wheel."""
    return {
        f"lenproto/lessons/{path.relative_to(ROOT / 'notebooks').as_posix()}"
        for path in (ROOT / "notebooks").glob("*/**/*")
        if path.is_file()
        and not any(part.startswith((".", "_")) for part in path.parts[len(ROOT.parts) :])
    }


# ---- try ----


@dataclass
class Step:
    """A command that was run: what a person would call it, how it ended, and how long that took."""

    name: str
    ended_well: bool
    seconds: float
    said: str


def try_out(wanted):
    """Try the wheel with each of these Pythons that is here; return the exit code."""
    wheel = the_one("*.whl")
    here = {version: program for version, program in pythons().items() if version in wanted}
    for version in wanted:
        if version not in here:
            print(f"Python {version}: not on this computer, and not tried")
    good = [tried(version, program, wheel) for version, program in here.items()]
    print(f"{sum(good)} of {len(good)} Pythons: all ended well")
    return 0 if good and all(good) else 1


def pythons():
    """Return the Pythons of this computer that are wanted, {"3.11": path}: the first that is found of each."""
    found = {}
    for program in candidates():
        version = version_of(program)
        if version in PYTHONS:
            found.setdefault(version, program)
    return {version: found[version] for version in PYTHONS if version in found}


def candidates():
    """Give the paths of what may be Pythons: of the search path, of those that uv knows, and pyenv's."""
    for version in PYTHONS:
        if program := shutil.which(f"python{version}"):
            yield program
    known = shutil.which("uv", path=str(ROOT / ".uv" / "bin")) or shutil.which("uv")
    if known:
        listing = [known, "python", "list", "--only-installed", "--output-format", "json"]
        done = subprocess.run(listing, capture_output=True, check=False)
        with contextlib.suppress(ValueError):
            yield from (each["path"] for each in json.loads(done.stdout) if each.get("path"))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    yield from map(str, sorted((*pyenv.glob("*/bin/python3"), *pyenv.glob("*/python.exe"))))
    yield sys.executable


def version_of(program):
    """Return what a Python says that it is, such as "3.11"; empty where it is none."""
    asks = "import ensurepip, sys, venv; print('{}.{}'.format(*sys.version_info[:2]))"
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [program, "-I", "-c", asks], capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout.strip()
    return ""


def tried(version, program, wheel):
    """Run all steps with one Python, and print a line for each; return whether all ended well."""
    print(f"Python {version}: {program}")
    with tempfile.TemporaryDirectory(prefix="lenproto-wheel-", ignore_cleanup_errors=True) as place:
        folder = Path(place, FOLDER)
        folder.mkdir()
        good = True
        for step in steps(program, folder, wheel):
            good = good and step.ended_well
            mark = "ended well" if step.ended_well else "FAILED"
            print(f"  {step.name:32} {mark:10} {step.seconds:7.1f} s", flush=True)
            if not step.ended_well:
                print("".join(f"    {line}\n" for line in step.said.splitlines()[-15:]), end="")
        return good


def steps(program, folder, wheel):
    """Run a learner's first commands, one after another; give each as it has ended."""
    environment = folder / "environment"
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / "python")
    lenproto = str(shutil.which("lenproto", path=str(scripts)) or scripts / "lenproto")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    number = wheel.name.split("-")[1]
    shutil.copy(RIGHT, folder / ANSWER)
    step = Steps(folder)
    yield step("an empty environment", [program, "-I", "-m", "venv", str(environment)])
    yield step("pip install lenproto", [*pip, str(wheel)])
    yield step(
        "lenproto --version", [lenproto, "--version"], says=f"lenproto {re.escape(number)}\n"
    )
    yield step("lenproto lessons --only-copy", [lenproto, "lessons", "--only-copy"])
    yield laid(folder / "lenproto-lessons")
    yield step("lenproto check", [lenproto, "check", ANSWER], says=r"5 of 5 functions pass")
    yield step("pip install lenproto[lab]", [*pip, f"{wheel}[lab]"])
    yield step("lenproto doctor", [lenproto, "doctor"], says=r"All is as it should be\.")
    yield step(
        "lenproto check, once more", [lenproto, "check", ANSWER], says="5 of 5 functions pass"
    )


class Steps:
    """Runs commands in a folder, with nothing set that a person may have set."""

    def __init__(self, folder):
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(SET)}
        data = {"LENPROTO_PROGRESS": str(folder / "progress.json")}
        data |= {
            f"JUPYTER_{each}_DIR": str(folder / each) for each in ("CONFIG", "DATA", "RUNTIME")
        }
        self.environment = kept | data | {"PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}

    def __call__(self, name, command, says=""):
        """Run a command to its end; it ends well with 0, and if it says that."""
        begun = time.monotonic()
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                timeout=LIMIT_S,
                check=False,
            )
            said, good = done.stdout, done.returncode == 0 and bool(re.search(says, done.stdout))
        except (OSError, subprocess.TimeoutExpired) as error:
            said, good = str(error), False
        return Step(name, good, time.monotonic() - begun, said)


def laid(folder):
    """Whether the lessons that were laid are those of this checkout, each to the byte."""
    begun, wrong = time.monotonic(), []
    for path in (ROOT / "notebooks" / "en").rglob("*"):
        copy = folder / path.relative_to(ROOT / "notebooks" / "en")
        hidden = any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        if (
            path.is_file()
            and not hidden
            and not (copy.is_file() and copy.read_bytes() == path.read_bytes())
        ):
            wrong.append(str(copy))
    return Step("the lessons are all there", not wrong, time.monotonic() - begun, "\n".join(wrong))


if __name__ == "__main__":
    sys.exit(main())
