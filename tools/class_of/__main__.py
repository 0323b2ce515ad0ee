"""A made-up class, as it is in life: python tools/class_of make 200 PLACE [--names cp1255]

Makes the folder PLACE, PLACE.zip with the same as Moodle hands it out, PLACE.csv with the class list, and PLACE.json
with what each learner has handed in: files of tests/corpus, right, right with polite peers only, wrong, hanging,
empty and broken; as a file, as a notebook, as the lessons 7 and 8, as doubles; some notebooks of 48 MB; lessons as
they were handed out, checkpoints; names in Hebrew, and some who hand in nothing.

    time lenproto grade PLACE.zip --class-list PLACE.csv --json out.json
    python tools/class_of compare PLACE out.json [--files 40]

judges the files that count once more, each alone and one after another, and tells whose verdict differs: whom a
neighbour has hurt.
"""

import argparse
import base64
import json
import os
import random
import shutil
import sys
import time
import zipfile
from pathlib import Path

from lenproto.exercises.functions import FUNCTIONS, SERVER_SIDE, source_of
from lenproto.exercises.judging.judge import judge_file

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
LESSONS = ROOT / "notebooks" / "en"
SERVER, CLIENT = "07_build_the_server.ipynb", "08_build_the_client.ipynb"
NAMES = """
אנה בן גיל דנה הדר ורד זוהר חן טל יעל כרמל ליאור מיכל נועה עדי רון שיר תמר Anna Omar Lena René
כהן לוי מזרחי פרץ ביטון אברהם בר-און עוז שלום גולן Haddad Levi O'Neil Müller
"""
# how often what is handed in, of 100
SHARES = {
    "right": 30,
    "spec_only": 8,
    "wrong": 28,
    "unsafe": 10,
    "notebook": 8,
    "lessons": 5,
    "doubles": 5,
    "huge": 2,
    "untouched": 2,
    "foreign": 1,
    "nothing": 1,
}
HUGE_BYTES = 48_000_000
HANDED_IN = 1_760_000_000  # when, in seconds since 1970; each a minute after the other
UTF_8 = 0x800


class Class:
    """The class that is being made."""

    def __init__(self, place, seed, encoding):
        self.place = place
        self.encoding = encoding
        self.random = random.Random(seed)
        self.learners = {}
        self._files = 0
        self._turn = {}

    def make(self, many):
        """Make so many learners."""
        all_first, all_last = (line.split() for line in NAMES.strip().splitlines())
        names = [f"{last} {first}" for first in all_first for last in all_last]
        names = [name for name in names if name == self._as_packed(name)]
        self.random.shuffle(names)
        names += [f"{name} {number}" for number in range(2, many) for name in names]
        kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
        kinds = [kinds[number * len(kinds) // many % len(kinds)] for number in range(many)]
        self.random.shuffle(kinds)
        for number, (name, kind) in enumerate(zip(names, kinds, strict=False)):
            self.learners[name] = kind
            if kind != "nothing":
                folder = self.place / f"{name}_{1000 + number}_assignsubmission_file_"
                folder.mkdir(parents=True)
                getattr(self, f"_{kind}", self._plainly)(folder, kind)

    def _as_packed(self, name):
        """What is left of a name in the encoding of the zip."""
        return name.encode(self.encoding, "replace").decode(self.encoding)

    def _next(self, kind):
        """The next file of a folder of the corpus: all of them, before one is there again."""
        if not self._turn.get(kind):
            self._turn[kind] = sorted((CORPUS / kind).glob("*.py"))
            self.random.shuffle(self._turn[kind])
        return self._turn[kind].pop()

    def _put(self, path, content):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        self._files += 1
        os.utime(path, (HANDED_IN + 60 * self._files,) * 2)

    def _plainly(self, folder, kind):
        self._put(folder / "my_code.py", self._next(kind).read_bytes())

    def _notebook(self, folder, kind):
        source = self._next(self.random.choice(["right", "wrong"])).read_text("utf-8")
        content = notebook([source])
        self._put(folder / ".ipynb_checkpoints" / "mine-checkpoint.ipynb", content)
        self._put(folder / "mine.ipynb", content)

    def _lessons(self, folder, kind):
        for lesson in (SERVER, CLIENT):
            self._put(folder / lesson, solved(lesson))

    def _doubles(self, folder, kind):
        self._put(folder / "server.py", self._next("wrong").read_bytes())
        self._put(folder / "server (1).py", self._next("right").read_bytes())

    def _huge(self, folder, kind):
        source = self._next("right").read_text("utf-8")
        picture = base64.b64encode(self.random.randbytes(HUGE_BYTES * 3 // 4)).decode()
        self._put(folder / "pictures.ipynb", notebook([source], picture))

    def _untouched(self, folder, kind):
        self._put(folder / SERVER, (LESSONS / SERVER).read_bytes())

    def _foreign(self, folder, kind):
        self._put(folder / "03_framing.ipynb", (LESSONS / "03_framing.ipynb").read_bytes())


def notebook(sources, picture=""):
    """A notebook of these cells; with a picture in its first output."""
    outputs = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}]
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "source": source,
            "outputs": outputs if picture else [],
        }
        for source in sources
    ]
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(whole).encode()


def solved(lesson):
    """A lesson in which each function is written."""
    found = json.loads((LESSONS / lesson).read_text("utf-8"))
    names = [name for name in FUNCTIONS if (name in SERVER_SIDE) == (lesson == SERVER)]
    for cell in found["cells"]:
        for name in names:
            if cell["cell_type"] == "code" and "".join(cell["source"]).startswith(f"def {name}("):
                cell["source"] = source_of(name, "solution")
    return json.dumps(found).encode()


class OldName(zipfile.ZipInfo):
    """A file in a zip whose name stands there as older systems wrote it, without a word on its encoding."""

    encoding = "utf-8"

    def _encodeFilenameFlags(self):  # zipfile asks for it, and offers no other way
        return self.filename.encode(self.encoding, "replace"), self.flag_bits & ~UTF_8


def pack(place, encoding):
    """Write the zip of a folder."""
    OldName.encoding = encoding
    with zipfile.ZipFile(f"{place}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for path in sorted(place.rglob("*")):
            if path.is_file():
                changed = time.localtime(path.stat().st_mtime)[:6]
                info = OldName(path.relative_to(place).as_posix(), changed)
                info.compress_type = zipfile.ZIP_DEFLATED
                with path.open("rb") as source, file.open(info, "w") as target:
                    shutil.copyfileobj(source, target)


def make(args):
    """Make a class."""
    if args.place.exists():
        sys.exit(f"{args.place} is there already.")
    made = Class(args.place, args.seed, args.names)
    made.make(args.many)
    pack(args.place, args.names)
    text = "\n".join(["Full name", *made.learners])
    Path(f"{args.place}.csv").write_text(text + "\n", encoding="utf-8-sig")
    Path(f"{args.place}.json").write_text(json.dumps(made.learners, indent=1), encoding="utf-8")
    counts = {kind: list(made.learners.values()).count(kind) for kind in SHARES}
    print(", ".join(f"{many} {kind}" for kind, many in counts.items()))


def facts(functions, names):
    """What was found of these functions, without what time changes."""
    return {
        name: [
            (case["level"], case["name"], case["verdict"], case["misconception"], case["where"])
            for case in functions[name]["cases"]
        ]
        for name in names
    }


def compare(args):
    """Judge what counts once more, each file alone; tell whose verdicts differ. Return the exit code."""
    rows = json.loads(args.judged.read_text("utf-8"))["learners"]
    made = json.loads(Path(f"{args.place}.json").read_text("utf-8"))
    strangers = sorted({row["learner"] for row in rows} ^ set(made))
    absent = sorted(row["learner"] for row in rows if row["absent"])
    missed = sorted(set(absent) ^ {name for name, kind in made.items() if kind == "nothing"})
    undecided = differs = files = 0
    judged = [row for row in rows if row["files"]]
    began = time.monotonic()
    for row in judged[:: max(1, len(judged) // args.files)]:
        for file in sorted(set(row["files"].values())):
            files += 1
            names = [name for name, place in row["files"].items() if place == file]
            alone = facts(judge_file(args.place / file).as_json()["functions"], names)
            told = facts(row["functions"], names)
            if told != alone:
                skipped = sum(case[2] == "skipped" for each in told.values() for case in each)
                differs += 1
                print(f"{row['learner']} ({made.get(row['learner'])}, {skipped} skipped): {file}")
                for name in names:
                    for was, now in zip(alone[name], told[name], strict=False):
                        if was != now:
                            print(f"  {name}: alone {was}, in the class {now}")
        undecided += "could not be judged" in row["problem"]
    print(f"{len(rows)} rows; {files} files judged alone in {time.monotonic() - began:.0f} s")
    print(
        f"whose names are wrong: {strangers or 'nobody'}; said to be absent wrongly: {missed or 'nobody'}"
    )
    print(f"not judged by the checker's fault: {undecided}; files whose verdict differs: {differs}")
    return bool(differs or strangers or missed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("make", help="make a class")
    one.add_argument("many", type=int)
    one.add_argument("place", type=Path)
    one.add_argument("--names", default="cp1255", help="encoding of names in the zip")
    one.add_argument("--seed", type=int, default=1)
    one.set_defaults(run=make)
    one = commands.add_parser("compare", help="judge each file alone, and compare")
    one.add_argument("place", type=Path)
    one.add_argument("judged", type=Path, help="what lenproto grade --json wrote")
    one.add_argument("--files", type=int, default=1_000_000, help="how many learners at most")
    one.set_defaults(run=compare)
    args = parser.parse_args()
    sys.exit(args.run(args))
