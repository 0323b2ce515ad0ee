"""The lessons are laid into a folder, and renewed there: nothing that somebody wrote is lost, whatever happens."""

import contextlib
import datetime
import errno
import itertools
import os

import pytest
from helpers.lessons import PAGES

from lenproto.lessons import laid, laying, notebook, shipped, writing

TODAY = datetime.date.today().isoformat()
SERVER = "07_build_the_server.ipynb"
ANSWER = "def check_client(server_socket):\n    return 'mine'"


def cells(*texts):
    return [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "source": text,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for number, text in enumerate(texts)
    ]


def page(*texts):
    return notebook.written(
        {"cells": cells(*texts), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    )


@pytest.fixture
def lessons(monkeypatch):
    """lessons(version, files) makes these the ones that are shipped."""

    def ship(version, **files):
        named = {name.replace("__", "."): data for name, data in files.items()}
        monkeypatch.setattr(shipped, "files", lambda language: named)
        monkeypatch.setattr(shipped, "version", lambda: version)

    return ship


def lay(folder):
    return {done.name: done for done in laying.lay(folder, "en")}


def sources(path):
    return [notebook.source(cell) for cell in notebook.read(path.read_bytes())["cells"]]


def write_in(path, number, text):
    """Do what Jupyter does: a box of the page is another one, and the file is written anew."""
    there = notebook.read(path.read_bytes())
    there["cells"][number]["source"] = text
    there["cells"][number]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "!"}]
    path.write_bytes(notebook.written(there))


def everything(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_all_lessons_are_laid_and_again_nothing_happens(tmp_path):
    folder = tmp_path / "שיעורים of mine"
    assert {done.what for done in laying.lay(folder, "en")} == {laying.LAID}
    assert {path.name for path in folder.glob("*.ipynb")} == {path.name for path in PAGES}
    for path in PAGES:
        assert (folder / path.name).read_bytes() == path.read_bytes()
    before = everything(folder)
    assert lay(folder) == {}
    assert everything(folder) == before


def test_a_second_run_never_touches_what_was_written(tmp_path):
    lay(tmp_path)
    write_in(tmp_path / SERVER, 15, ANSWER)
    (tmp_path / "mine.ipynb").write_bytes(b"mine")
    before = everything(tmp_path)
    assert lay(tmp_path) == {}
    assert everything(tmp_path) == before


def test_a_newer_version_carries_the_answer_over_and_keeps_the_old_file_beside(tmp_path):
    lay(tmp_path)
    place = tmp_path / SERVER
    write_in(place, 15, ANSWER)
    old = place.read_bytes()
    files = shipped.files("en")
    newer = notebook.read(files[SERVER])
    newer["cells"][0]["source"] = "# 7, newer"
    newer["cells"].insert(1, cells("print('a new box')")[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipped, "files", lambda of: files | {SERVER: notebook.written(newer)})
        patch.setattr(shipped, "version", lambda: "9.9")
        done = lay(tmp_path)
    assert list(done) == [SERVER]
    assert (done[SERVER].what, done[SERVER].merged.added) == (laying.MERGED, 1)
    now = sources(place)
    assert now[:2] == ["# 7, newer", "print('a new box')"]
    assert ANSWER in now
    assert done[SERVER].beside.read_bytes() == old
    assert done[SERVER].beside.name == f"07_build_the_server ({shipped.version()}, {TODAY}).ipynb"
    assert laid.load(tmp_path).version == "9.9"


def test_over_three_versions_the_answer_stays(tmp_path, lessons):
    lessons("1", a__ipynb=page("import one", "def f(): ..."))
    lay(tmp_path)
    write_in(tmp_path / "a.ipynb", 1, "def f(): return 1")
    lessons("2", a__ipynb=page("import two", "def f(): ..."))
    lay(tmp_path)
    lessons("3", a__ipynb=page("import three", "def f(): ..."))
    assert lay(tmp_path)["a.ipynb"].what == laying.MERGED
    assert sources(tmp_path / "a.ipynb") == ["import three", "def f(): return 1"]
    assert len(list(tmp_path.glob("a (*.ipynb"))) == 2


def test_what_nobody_touched_is_renewed_and_no_old_file_is_left(tmp_path, lessons):
    lessons("1", a__ipynb=page("1"), b__md=b"1", c__md=b"same")
    lay(tmp_path)
    lessons("2", a__ipynb=page("2"), b__md=b"2", c__md=b"same", d__ipynb=page("d"))
    found = {name: done.what for name, done in lay(tmp_path).items()}
    assert found == {
        "a.ipynb": laying.RENEWED,
        "b.md": laying.RENEWED,
        "d.ipynb": laying.LAID,
    }
    assert sorted(everything(tmp_path)) == [laid.NAME, "a.ipynb", "b.md", "c.md", "d.ipynb"]


def test_what_was_removed_is_there_again_and_what_is_no_lesson_any_more_stays(tmp_path, lessons):
    lessons("1", a__ipynb=page("1"), b__ipynb=page("b"))
    lay(tmp_path)
    (tmp_path / "a.ipynb").unlink()
    lessons("2", a__ipynb=page("1"))
    found = {name: done.what for name, done in lay(tmp_path).items()}
    assert found == {"a.ipynb": laying.AGAIN, "b.ipynb": laying.GONE}
    assert (tmp_path / "b.ipynb").is_file()
    assert lay(tmp_path) == {}


@pytest.mark.parametrize("name", ["a.ipynb", "b.md"])
def test_a_file_that_cannot_be_merged_is_kept_beside(tmp_path, lessons, name):
    lessons("1", a__ipynb=page("1"), b__md=b"1")
    lay(tmp_path)
    (tmp_path / name).write_bytes(b"{mine")
    lessons("2", a__ipynb=page("2"), b__md=b"2")
    done = lay(tmp_path)[name]
    assert done.what == (laying.UNREADABLE if name == "a.ipynb" else laying.REPLACED)
    assert done.beside.read_bytes() == b"{mine"
    assert (tmp_path / name).read_bytes() == shipped.files("en")[name]


def test_a_file_that_we_did_not_lay_stays(tmp_path, lessons):
    (tmp_path / "a.ipynb").write_bytes(page("somebody's"))
    (tmp_path / "b.ipynb").write_bytes(page("b").replace(b"\n ", b"\n"))
    lessons("1", a__ipynb=page("1"), b__ipynb=page("b"))
    for _ in range(2):
        assert {name: done.what for name, done in lay(tmp_path).items()} == {
            "a.ipynb": laying.NOT_OURS
        }
    assert sources(tmp_path / "a.ipynb") == ["somebody's"]
    lessons("2", a__ipynb=page("2"), b__ipynb=page("b2"))
    assert lay(tmp_path)["b.ipynb"].what == laying.MERGED, "it was the lesson as we have it"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"form": 99}', '{"form": 1, "files": {"a": 1}}'])
def test_where_nothing_is_known_of_the_folder_all_stays(tmp_path, lessons, text):
    lessons("1", a__ipynb=page("1"))
    lay(tmp_path)
    write_in(tmp_path / "a.ipynb", 0, "mine")
    (tmp_path / laid.NAME).write_text(text)
    lessons("2", a__ipynb=page("2"))
    assert lay(tmp_path)["a.ipynb"].what == laying.NOT_OURS
    assert sources(tmp_path / "a.ipynb") == ["mine"]


def test_old_files_of_the_same_day_do_not_overwrite_each_other(tmp_path):
    place = tmp_path / "a.ipynb"
    for text in (b"1", b"2", b"2", b"1"):
        place.write_bytes(text)
        assert writing.keep_beside(place, "x").read_bytes() == text
    assert sorted(everything(tmp_path)) == ["a (x).ipynb", "a (x, 2).ipynb", "a.ipynb"]


# ---- whatever happens meanwhile ----


STEPS = ("replace", "fsync", "chmod", "unlink")


def stop_at(patch, number, error):
    """Let the number-th of the calls that change a file raise an error; return how many there were."""
    made = []

    def stopping(original):
        def call(*arguments, **named):
            made.append(original)
            if len(made) == number:
                raise error
            return original(*arguments, **named)

        return call

    for name in STEPS:
        patch.setattr(os, name, stopping(getattr(os, name)))
    return made


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full")], ids=repr)
def test_ended_at_any_moment_nothing_is_lost_and_the_next_run_goes_on(tmp_path, lessons, error):
    """Ctrl-C or a full disk, at each call that changes a file, until one run has none left."""
    old = {"a__ipynb": page("import one", "def f(): ..."), "b__md": b"1", "c__ipynb": page("c")}
    new = {"a__ipynb": page("import two", "def f(): ..."), "b__md": b"2", "c__ipynb": page("c2")}
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        lessons("1", **old)
        lay(folder)
        write_in(folder / "a.ipynb", 1, "def f(): return 1")
        (folder / "b.md").write_bytes(b"mine")
        mine = (folder / "a.ipynb").read_bytes()
        lessons("2", **new)
        with pytest.MonkeyPatch.context() as patch:
            made = stop_at(patch, number, error)
            with contextlib.suppress(KeyboardInterrupt, OSError):
                lay(folder)
        assert "def f(): return 1" in sources(folder / "a.ipynb")
        lay(folder)
        assert sources(folder / "a.ipynb") == ["import two", "def f(): return 1"]
        assert sources(folder / "c.ipynb") == ["c2"]
        there = everything(folder)
        assert [text for name, text in there.items() if name.startswith("a (")] == [mine]
        assert [text for name, text in there.items() if name.startswith("b (")] == [b"mine"]
        assert not [name for name in there if name.startswith(".") and name != laid.NAME]
        assert lay(folder) == {}
        if len(made) < number:
            break  # it was not stopped
    assert number > 15


def test_the_rights_of_a_file_stay_as_they_are(tmp_path):
    place = tmp_path / "a.ipynb"
    writing.put(place, b"1")
    os.chmod(place, 0o640)
    writing.put(place, b"2")
    assert place.stat().st_mode & 0o777 == (0o640 if os.name == "posix" else 0o666)
