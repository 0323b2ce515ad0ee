"""lenproto lessons: what a pupil types, and what it says; JupyterLab answers with the first lesson."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from helpers.jupyter_page import END_LIMIT_S, START_LIMIT_S, until
from helpers.places import NOTEBOOKS, ROOT
from helpers.programs import LENPROTO, Printed, environment, run

from lenproto.lessons import laid, shipped

LESSONS = [*LENPROTO, "lessons"]
SERVER = "07_build_the_server.ipynb"


@pytest.fixture
def newer(tmp_path):
    """A copy of lenproto that is a newer one: the first box of lesson 7 is another one; as an environment."""
    place = tmp_path / "newer"
    shutil.copytree(
        ROOT / "lenproto", place / "lenproto", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(NOTEBOOKS / "en", place / "lenproto" / "lessons" / "en")
    lesson = place / "lenproto" / "lessons" / "en" / SERVER
    page = json.loads(lesson.read_text("utf-8"))
    page["cells"][0]["source"] = "# 7, newer"
    lesson.write_text(json.dumps(page), "utf-8")
    about = place / "lenproto-9.9.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lenproto\nVersion: 9.9\n")
    return environment(PYTHONPATH=str(place))


def lessons(folder, *options, **how):
    return run([*LESSONS, "--only-copy", *options], cwd=folder, **how)


def write_answer(path):
    page = json.loads(path.read_text("utf-8"))
    box = next(
        cell for cell in page["cells"] if "".join(cell["source"]).startswith("def check_client")
    )
    box["source"] = "def check_client(server_socket):\n    return 'mine', ''"
    page["cells"].insert(3, {**box, "id": "mine", "source": "my_own = 1"})
    path.write_text(json.dumps(page), "utf-8")


def test_it_lays_them_and_a_second_time_says_so(tmp_path):
    first = lessons(tmp_path)
    folder = tmp_path / "lenproto-lessons"
    version = shipped.version()
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"The lessons of lenproto {version} are in {folder}\n"
    assert (folder / SERVER).read_bytes() == (NOTEBOOKS / "en" / SERVER).read_bytes()
    again = lessons(folder)  # in it, and it is the one that is meant
    assert again.stdout == first.stdout.replace("\n", ", and what you have written is as it was.\n")
    assert not (folder / "lenproto-lessons").exists()


def test_from_version_to_version_an_answer_is_carried_over_and_it_is_said(tmp_path, newer):
    lessons(tmp_path, "my lessons שלי")
    folder = tmp_path / "my lessons שלי"
    write_answer(folder / SERVER)
    old = (folder / SERVER).read_bytes()
    ended = lessons(tmp_path, "my lessons שלי", env=newer)
    assert (ended.returncode, ended.stderr) == (0, "")
    said = ended.stdout.splitlines()
    beside = re.fullmatch(
        rf"{SERVER} is a newer one, with what you had written. The old one is (.*)\.", said[0]
    )[1]
    assert said[1:] == [
        "  1 box is another one now.",
        "  1 box that you had changed is as you left it.",
        "  1 box of your own stands where it stood.",
        f"In {folder} are now the lessons of lenproto 9.9, in place of those of {shipped.version()}.",
    ]
    assert (folder / beside).read_bytes() == old
    assert beside.startswith(f"07_build_the_server ({shipped.version()}, ")
    text = (folder / SERVER).read_text("utf-8")
    assert "# 7, newer" in text and "return 'mine', ''" in text and "my_own = 1" in text


def test_no_word_of_a_learner_steers_the_terminal(tmp_path, newer):
    lessons(tmp_path)
    path = tmp_path / "lenproto-lessons" / SERVER
    page = json.loads(path.read_text("utf-8"))
    page["cells"][0]["source"] = "# \x1b[2J" + "long " * 40
    path.write_text(json.dumps(page), "utf-8")
    said = lessons(tmp_path, env=newer).stdout
    assert "The box «# ·[2Jlong" in said and "\x1b" not in said
    assert max(map(len, said.splitlines()[:-1])) < 140


def test_other_languages_have_folders_of_their_own(tmp_path):
    lessons(tmp_path)
    known = tmp_path / "lenproto-lessons" / laid.NAME
    known.write_text(known.read_text().replace('"en"', '"he"'))
    ended = lessons(tmp_path, "--language", "en")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "are the lessons in he. Give another folder" in ended.stderr
    unknown = lessons(tmp_path, "--language", "xx")
    assert unknown.returncode == 2
    assert "'xx' is none of the languages en, he" in unknown.stderr


def test_where_it_cannot_write_it_says_why_and_what_is_there_stays(tmp_path):
    (tmp_path / "file").write_text("mine")
    ended = lessons(tmp_path, "file")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("lenproto: the lessons cannot be laid into file: ")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="no such limit there")
def test_on_a_full_disk_what_was_written_stays(tmp_path, newer):
    """As good as full: the system refuses the file's second half."""
    lessons(tmp_path)
    path = tmp_path / "lenproto-lessons" / SERVER
    write_answer(path)
    before = path.read_bytes()
    half = (
        "import resource, sys; from lenproto.__main__ import main\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) // 2},) * 2)\n"
        "sys.exit(main(['lessons', '--only-copy']))"
    )
    ended = run([sys.executable, "-c", half], cwd=tmp_path, env=newer)
    assert ended.returncode == 1
    assert "a second try goes on from there." in ended.stderr
    assert path.read_bytes() == before
    assert lessons(tmp_path, env=newer).returncode == 0
    assert "return 'mine', ''" in path.read_text("utf-8")
    assert not [each for each in path.parent.glob(".*") if each.name != laid.NAME]


def test_without_jupyterlab_they_are_laid_and_it_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules['jupyterlab'] = None; sys.path_importer_cache.clear()\n"
        "import importlib.util; found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name: None if name == 'jupyterlab' else found(name)\n"
        "from lenproto.__main__ import main; sys.exit(main(['lessons']))"
    )
    ended = run([sys.executable, "-c", program], cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.endswith('-m pip install "lenproto[lab]"\n')
    assert (tmp_path / "lenproto-lessons" / SERVER).is_file()


def test_jupyterlab_answers_with_the_first_lesson(tmp_path):
    """The page, the lesson's content, and no request for news; it ends with what it started."""
    settings = {"JUPYTER_PORT": "0"}
    settings |= {f"JUPYTER_{each}_DIR": str(tmp_path / each) for each in ("CONFIG", "RUNTIME")}
    program = Printed(
        [*LESSONS, "--no-browser"],
        cwd=tmp_path,
        env=environment(**settings),
        stderr=subprocess.STDOUT,
    )
    try:
        found = None
        while not found:
            found = re.search(
                r"(http://127\.0\.0\.1:\d+)/lab/tree/00_start_here\.ipynb(\?token=\w+)",
                program.line(),
            )
        server, token = found.groups()
        # it says where it is before it listens; and hears no signal before it answers
        page = until(lambda: ask(found[0]), "JupyterLab answers", START_LIMIT_S)
        assert b'"news": {"disabled": true}' in page
        lesson = json.loads(ask(f"{server}/api/contents/00_start_here.ipynb{token}"))
        assert lesson["content"]["cells"][0]["id"] == "00-00"
        program.process.terminate()
        code = program.process.wait(END_LIMIT_S)
        assert code == 0 or os.name == "nt"  # where nobody hears that
    finally:
        program.process.kill()  # no effect on one that has ended
        program.end()
        program.errors.close()


def ask(url):
    """What a server answers; nothing, where nobody listens yet."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=START_LIMIT_S) as answer:
            return answer.read()
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            return b""
        raise
