"""The versions that are installed: fixed ones, in pyproject.toml, which this program renews and tries.

    python tools/versions renew           the newest of everything, from now on
    python tools/versions try newest      run the tests with the newest of everything, and change nothing
    python tools/versions try lowest      the same with the lowest version of every range in pyproject.toml

`renew` lets uv choose versions for all systems and all Pythons from 3.11 on, and writes them into pyproject.toml, uv's
own into the README's commands, the Dockerfile and Binder's files, too. Run the tests before you keep that. `try` works
on a copy with an environment of its own; what stands behind it goes to pytest:
`python tools/versions try lowest tests/core`.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXED = re.compile(
    r"(?<=# ---- fixed versions: `python tools/versions renew` writes these lines ----\n).*",
    re.DOTALL,
)
EVERYTHING = ("--all-extras", "--all-groups")
BARE = ("--no-hashes", "--no-annotate", "--no-header", "--no-emit-project")
WITH_UV = ("README.md", "Dockerfile", ".binder/requirements.txt")  # install it
UNFIXED = "tests/project/test_versions.py"  # looks at the fixed versions, of which a trial has none


def main(argv=None):
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python tools/versions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sub = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    sub.add_parser("renew", help="write the newest versions into pyproject.toml")
    trial = sub.add_parser("try", help="run the tests with other versions, in a copy")
    trial.add_argument("which", choices=["newest", "lowest"])
    options, rest = parser.parse_known_args(argv)
    try:
        return try_out(options.which, rest) if options.command == "try" else renew(uv())
    except subprocess.CalledProcessError as error:
        return error.returncode


def uv():
    """Return the path of uv: the one that the README's commands install, or another."""
    own = shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    return (
        own or shutil.which("uv") or sys.exit("There is no uv: run one of the README's commands.")
    )


def unfixed(text):
    """Return the text of pyproject.toml without the fixed versions."""
    return FIXED.sub("", text)


def fixed(text, versions, build, own):
    """Return the text of pyproject.toml with these versions: of what runs, of what builds, of uv."""
    lines = ["constraint-dependencies = ["]
    lines += [f'    "{line}",' for line in sorted([*versions, f"uv=={own}"], key=str.lower)]
    lines += ["]", "build-constraint-dependencies = [", *(f'    "{line}",' for line in build), "]"]
    return FIXED.sub("", text) + "\n".join(lines) + "\n"


def renew(program):
    """Write the newest versions of everything into pyproject.toml, and uv's into what installs it."""
    path = ROOT / "pyproject.toml"
    text = path.read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="lenproto-versions-") as folder:
        copy(folder, unfixed(text))
        versions = said(program, "export", "--quiet", *EVERYTHING, *BARE, folder=folder)
        needed = "\n".join(tomllib.loads(text)["build-system"]["requires"])
        build = said(
            *(program, "pip", "compile", "--quiet", "--universal", *BARE[1:3], "-"),
            folder=folder,
            typed=needed,
        )
    own = said(program, "--version")[0].split()[1]
    path.write_text(fixed(text, versions, build, own), "utf-8", newline="\n")
    for name in WITH_UV:
        file = ROOT / name
        renewed = re.sub(r"\buv==[\w.]+", f"uv=={own}", file.read_text("utf-8"))
        file.write_text(renewed, "utf-8", newline="\n")
    print(
        f"{len(versions) + len(build) + 1} versions are fixed in pyproject.toml. Look at the difference"
    )
    print("in git, and run the tests, before you keep them.")
    return 0


def try_out(which, options):
    """Run the tests in a copy of this checkout that has no fixed versions; return pytest's exit code."""
    resolution = {"newest": "highest", "lowest": "lowest-direct"}[which]
    with tempfile.TemporaryDirectory(prefix="lenproto-versions-") as folder:
        copy(folder, unfixed((ROOT / "pyproject.toml").read_text("utf-8")))
        command = [
            *(uv(), "run", "--resolution", resolution, "--extra", "lab", "--group", "test"),
            *("pytest", "--ignore", UNFIXED, *options),
        ]
        return subprocess.run(command, cwd=folder, check=False).returncode


def copy(folder, pyproject):
    """Copy what git knows of this checkout into a folder, with this pyproject.toml."""
    for name in said("git", "ls-files", "-z")[0].rstrip("\0").split("\0"):
        place = Path(folder, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, place)
    Path(folder, "pyproject.toml").write_text(pyproject, "utf-8", newline="\n")


def said(*command, folder=ROOT, typed=None):
    """Return the lines that a command prints. CalledProcessError where it fails: it has said why."""
    done = subprocess.run(
        command,
        cwd=folder,
        input=typed,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main())
