"""lenproto doctor: installations that are broken, most of them for real, and the sentence that mends each."""

import errno
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers.places import ROOT
from helpers.programs import LENPROTO, Server, environment, run
from packaging.requirements import Requirement

from lenproto import doctor
from lenproto.__main__ import main
from lenproto.doctor import browser, folders, installing, kernel, loopback, packages, port
from lenproto.lab import shell
from lenproto.lessons import shipped

DOCTOR = [*LENPROTO, "doctor"]
BASE = getattr(sys, "_base_executable", sys.executable)  # that the environment was made of
IS_VENV = sys.prefix != sys.base_prefix
OLDER = [f"3.{minor}" for minor in range(6, 11)]
MANAGER = Path("labextensions", "@jupyter-widgets", "jupyterlab-manager")
NOWHERE = Path("/proc")  # where even root can write nothing
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's ways to break it")


def examined(cwd, *options, command=DOCTOR, **variables):
    """What the doctor says: each line that is wrong, and the line that mends it; and the exit code."""
    ended = run([*command, *options], cwd=cwd, env=environment(**variables))
    assert ended.stderr == ""
    return wrongs(ended.stdout), ended.returncode


def wrongs(printed):
    """{what is wrong: what mends it}."""
    lines = printed.splitlines()
    return {
        line.removeprefix("✗ "): below.removeprefix("  → ")
        for line, below in itertools.pairwise(lines)
        if line.startswith("✗ ")
    }


def mending(found, beginning):
    """What mends the one thing that is wrong and begins like this."""
    (mend,) = [mend for seen, mend in found.items() if seen.startswith(beginning)]
    return mend


def distribution(place, name, version):
    """Put a package's metadata, and nothing else, into a folder."""
    about = place / f"{name}-{version}.dist-info"
    about.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (about / "METADATA").write_text(text, "utf-8")


@pytest.fixture
def free_port(monkeypatch):
    """A free port stands for 8820, at which anybody on this computer may listen."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1]
    monkeypatch.setattr(port, "DEFAULT_PORT", number)
    return number


# ---- all right ----


def test_where_nothing_is_wrong_it_says_what_it_saw(tmp_path, monkeypatch, capsys, free_port):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(loopback.urllib.request, "getproxies", dict)
    for name in ("prepare_standard_streams", "let_go_of_output"):  # pytest's streams are none
        monkeypatch.setattr(f"lenproto.__main__.{name}", lambda: None)
    for look in (browser, kernel):
        monkeypatch.setattr(look, "places", in_environment)
    code = main(["doctor"])
    printed = capsys.readouterr().out
    assert (code, wrongs(printed)) == (0, {})
    lines = printed.splitlines()
    assert lines[0].startswith(f"lenproto {shipped.version()}, Python {sys.version.split()[0]} on ")
    assert lines[0].endswith(sys.executable)
    assert f"✓ Port {free_port} is free." in lines
    assert f"✓ Files can be written in {tmp_path}" in lines
    assert lines[-1] == "All is as it should be."


def in_environment(kind):
    """Where JupyterLab looks in this Python alone, whatever its user has elsewhere."""
    return [Path(sys.prefix, "share", "jupyter", kind)]


def test_a_look_that_fails_is_told_and_the_others_go_on(tmp_path, monkeypatch):
    def breaks():
        raise RuntimeError("it is broken")
        yield

    monkeypatch.setattr(doctor, "LOOKS", (breaks,))
    first, *others = doctor.examine([tmp_path])
    assert first.is_wrong
    assert str(first.seen) == "This could not be looked at: RuntimeError: it is broken."
    assert str(first.mend) == "Ask whoever gave you lenproto, and show this line."
    assert others


# ---- Python ----


def olds():
    """Pythons on this computer that are too old."""
    known = [shutil.which(f"python{each}") for each in OLDER]
    known += sorted(map(str, Path.home().glob(".pyenv/versions/*/bin/python")))
    for program in filter(None, known):
        asked = subprocess.run(
            [program, "-c", "import sys; print(sys.version_info < (3, 11))"],
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.stdout == "True\n":
            yield program


def test_a_python_that_is_too_old_is_told_so_in_a_sentence():
    programs = list(olds())
    if not programs:
        pytest.skip("no older Python on this computer")
    for program in programs:
        ended = run([program, "-B", "-c", "import lenproto"])
        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1].startswith(
            "ImportError: lenproto needs Python 3.11 or newer, and this is "
        )
        ended = run([program, "-B", "-m", "lenproto", "doctor"])
        assert ended.returncode == 1
        (line, *_) = ended.stderr.splitlines()[-1:]
        assert line.endswith("Install a newer one and start it with that.")


@pytest.mark.parametrize("argv, is_program", [(["-m"], True), (["notebook"], False)])
def test_a_program_ends_with_the_sentence_and_a_notebook_gets_an_error(argv, is_program):
    old = (
        f"import sys; sys.version_info = (3, 9, 1); sys.argv[:] = {argv!r}; sys.path.insert(0, '.')\n"
        "import lenproto"
    )
    ended = run([sys.executable, "-c", old])
    said = (
        f"lenproto needs Python 3.11 or newer, and this is 3.9 ({sys.executable}). "
        "Install a newer one and start it with that."
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == ("" if is_program else "ImportError: ") + said
    assert ("Traceback" in ended.stderr) != is_program


# ---- packages ----


def test_packages_that_are_missing_are_named_with_the_command_that_installs_them(tmp_path):
    found, code = examined(
        tmp_path, command=[BASE, "-S", "-m", "lenproto", "doctor"], PYTHONPATH=str(ROOT)
    )
    assert code == 1
    (seen,) = (each for each in found if "missing" in each)
    assert seen.startswith("15 packages of the lessons are missing: anywidget, cloudpickle, ")
    mend = found[seen]
    assert mend.startswith("Give this command: ")
    assert "install" in mend and str(ROOT) in mend and "[lab]" in mend


def test_a_version_outside_its_range_is_named_with_the_range(tmp_path):
    distribution(tmp_path / "site", "anywidget", "0.9.2")
    distribution(tmp_path / "site", "rich", "14.0.0")
    found, code = examined(tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert code == 1
    seen = "A package has a version that does not fit: anywidget 0.9.2 (>=0.11)."
    assert found[seen].startswith("Give this command: ")


def test_what_the_metadata_say_counts(tmp_path):
    """Not the names that stand somewhere in the code."""
    distribution(tmp_path / "site", "lenproto", "9.9")
    with (tmp_path / "site" / "lenproto-9.9.dist-info" / "METADATA").open("a") as file:
        file.write('Requires-Dist: no-such_package>=1.0; extra == "lab"\n')
        file.write("Requires-Dist: other; extra == 'else'\nProvides-Extra: lab\n")
    found, code = examined(tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert code == 1
    assert "A package of the lessons is missing: no-such_package." in found


def test_of_a_copy_without_metadata_it_says_that_it_is_not_installed(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lenproto", tmp_path / "copy" / "lenproto", ignore=ignored)
    found, code = examined(
        tmp_path,
        command=[BASE, "-S", "-m", "lenproto", "doctor"],
        PYTHONPATH=str(tmp_path / "copy"),
    )
    assert code == 1
    mend = mending(found, "lenproto runs here without being installed")
    assert mend.startswith("Give this command: ") and "lenproto[lab]" in mend


@pytest.mark.parametrize(
    "specifier", [">=1.2", ">=1.2,<2", "<2.0", "==1.4", "!=1.4", "<=1.4", ">1.4", ""]
)
@pytest.mark.parametrize(
    "version",
    ["1", "1.2", "1.2.0", "1.2rc1", "1.4", "1.4.0", "1.10", "2", "2.0rc1", "2.0.1", "1.3.post1", "0.9"],
)  # fmt: skip
def test_ranges_hold_what_packaging_says(specifier, version):
    wanted = Requirement(f"it{specifier}").specifier
    # an exclusive bound leaves out more of its own version than an order of versions does
    if not (">" in specifier and ".post" in version) and not (
        "<2" in specifier and "rc" in version
    ):
        assert packages.Needed("it", specifier).holds(version) == wanted.contains(
            version, prereleases=True
        )


def test_the_ranges_of_lenproto_are_of_a_kind_that_it_reads():
    needed = list(packages.needs())
    assert len(needed) == 15
    for each in needed:
        read = {f"{sign}{bound}" for sign, bound in packages.BOUND.findall(each.range)}
        assert read == {str(one) for one in Requirement(f"{each.name}{each.range}").specifier}


def test_commands_are_quoted_as_the_system_wants_them(monkeypatch):
    assert installing.line(["a b", "lenproto[lab]"]) == "'a b' 'lenproto[lab]'" or os.name == "nt"
    monkeypatch.setattr(shell, "WINDOWS", True)
    assert installing.line(["a b", "lenproto[lab]"]) == '& "a b" lenproto[lab]'


@pytest.mark.parametrize("has_pip", [True, False])
def test_what_installs_is_pip_or_else_uv(monkeypatch, tmp_path, has_pip):
    monkeypatch.setattr(installing.importlib.util, "find_spec", lambda name: has_pip or None)
    monkeypatch.setattr(installing.shutil, "which", lambda name: None)
    monkeypatch.setattr(installing, "ROOT", tmp_path)
    said = installing.command("--force-reinstall", what="anywidget")
    end = ["--force-reinstall" if has_pip else "--reinstall", "anywidget"]
    begin = [sys.executable, "-m", "pip", "install"]
    if not has_pip:
        begin = ["uv", "pip", "install", "--python", sys.executable]
    assert said == installing.line([*begin, *end])


def test_in_the_courses_folder_it_is_the_courses_own_way(monkeypatch, tmp_path):
    uv = tmp_path / ".uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text("")
    monkeypatch.setattr(installing.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(installing, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    words = [str(uv), "sync", "--inexact", "--extra", "lab", "--project", str(tmp_path)]
    assert installing.command() == installing.line(words)


# ---- loopback and the port ----


@on_linux
def test_a_loopback_that_is_down_is_told(tmp_path):
    """In a network of its own, which has one, but nobody has switched it on."""
    alone = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("no networks of one's own on this computer")
    found, code = examined(tmp_path, command=[*alone, *DOCTOR])
    assert code == 1
    mend = mending(found, "No program can connect to 127.0.0.1: ")
    assert mend == (
        "Let the firewall, or the container, allow programs of this computer to talk to each other "
        "at 127.0.0.1; no other address is needed."
    )


def test_an_address_that_cannot_be_bound_is_told(monkeypatch):
    monkeypatch.setattr(loopback, "DEFAULT_IP", "192.0.2.1")  # nobody's: it is for examples
    found = loopback.talk()
    assert str(found.seen).startswith("No program can listen at 192.0.2.1: ")
    assert str(found.mend).startswith("Let the firewall, or the container, allow programs")


def test_a_proxy_that_catches_this_computer_is_told_without_its_password(tmp_path):
    proxied = {"http_proxy": "http://me:secret@proxy.example:3128", "no_proxy": "example.org"}
    cleared = dict.fromkeys(("HTTP_PROXY", "NO_PROXY"), "") if os.name != "nt" else {}
    found, code = examined(tmp_path, **(cleared | proxied))
    assert code == 1
    seen = (
        "A proxy, proxy.example:3128, is set for localhost, 127.0.0.1 too: "
        "pages of this very computer are asked for there."
    )
    assert found[seen] == (
        "Set the variable NO_PROXY to localhost,127.0.0.1 before you start JupyterLab."
    )
    found, _ = examined(tmp_path, **(cleared | proxied | {"no_proxy": "localhost,127.0.0.1"}))
    assert not [each for each in found if "proxy" in each]


def test_of_a_taken_port_it_says_who_has_it_and_that_it_speaks_the_protocol():
    with Server() as running:
        ip, number = running.address
        found = port.seen(ip, number)
        running.ends_well()
    told = str(found.seen)
    assert told.startswith(f"Port {number} is taken by a server of this protocol: ")
    assert told.endswith(
        (f"(process {running.process.pid}).", "which program, cannot be told from here.")
    )
    assert sys.platform != "linux" or "process" in told
    assert str(found.mend) == (
        f"End that program; or give server and client another port: --port {number + 1}"
    )


def test_of_a_taken_port_it_says_that_who_has_it_does_not_speak_the_protocol(scripted_server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=answer_as_the_web_does, args=[listener])
        answering.start()
        ip, number = listener.getsockname()
        found = port.seen(ip, number)
        answering.join()
    assert str(found.seen).startswith(
        f"Port {number} is taken by another program, which does not speak this protocol: "
    )
    assert str(found.mend).startswith("End that program; or give ")


def answer_as_the_web_does(listener):
    """Twice: who asks, and who only looks whether somebody listens."""
    for _ in range(2):
        sock, _ = listener.accept()
        with sock:
            sock.sendall(
                b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )


def test_a_port_that_the_system_keeps_for_itself_is_told(monkeypatch, refused_address):
    """As Windows does with the ranges that it keeps: nobody listens there, and nobody may."""

    def refuse(ip, number):
        raise PermissionError(errno.EACCES, "kept by the system")

    monkeypatch.setattr(port.server, "initial_listen", refuse)
    ip, number = refused_address
    found = port.seen(ip, number)
    assert str(found.seen) == (
        f"Port {number} cannot be listened at, though nobody does: kept by the system."
    )
    assert str(found.mend) == f"Give server and client another port: --port {number + 1}"


# ---- JupyterLab ----


def described(place, version):
    """A package.json, of a half in the browser."""
    place.mkdir(parents=True)
    (place / "package.json").write_text(json.dumps({"version": version}), "utf-8")
    return place


def test_widgets_of_another_version_are_told_with_the_folder_that_is_in_the_way(tmp_path):
    old = described(tmp_path / "jupyter" / MANAGER, "3.0.1")
    found, code = examined(tmp_path, JUPYTER_PATH=str(tmp_path / "jupyter"))
    assert code == 1
    beginning = (
        f"JupyterLab shows the widgets of jupyterlab-widgets with version 3.0.1, in {old}, but"
    )
    assert mending(found, beginning) == f"Remove the folder {old}"


@pytest.mark.skipif(not IS_VENV, reason="this Python has no other one below it")
def test_widgets_that_are_where_jupyterlab_does_not_look_are_told(tmp_path):
    """As pip install --target does: packages can be imported, and their browser's halves lie in no right place."""
    site = next(place for place in sys.path if place.endswith("site-packages"))
    nobodys = {f"JUPYTER_{each}_DIR": str(tmp_path / each) for each in ("DATA", "CONFIG")}
    variables = {"PYTHONPATH": os.pathsep.join([site, str(ROOT)]), "JUPYTER_PATH": ""}
    command = [BASE, "-m", "lenproto", "doctor"]
    found, code = examined(tmp_path, command=command, **variables, **nobodys)
    assert code == 1
    for package in ("jupyterlab-widgets", "anywidget"):
        mend = mending(found, f"JupyterLab finds nothing that shows the widgets of {package}; ")
        assert mend.startswith("Give this command: ") and mend.endswith(f"einstall {package}")


def test_a_half_that_stayed_behind_its_package_is_put_there_anew(tmp_path, monkeypatch):
    half = described(tmp_path / "labextensions" / "anywidget", "0.9")
    monkeypatch.setattr(browser, "shipped", lambda package, name: ("0.11", set()))
    found = browser.half("anywidget", [tmp_path / "labextensions"])
    assert str(found.mend) == f"Remove the folder {half}"
    monkeypatch.setattr(browser, "shipped", lambda package, name: ("0.11", {half.resolve()}))
    found = browser.half("anywidget", [tmp_path / "labextensions"])
    assert str(found.mend).endswith("einstall anywidget")


def kernel_of(place, *argv):
    """The kernel of the lessons, started like this."""
    folder = place / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": argv}), "utf-8")
    return folder


def test_a_kernel_of_another_python_is_told(tmp_path):
    other = tmp_path / "other" / "bin" / "python3"
    other.parent.mkdir(parents=True)
    other.write_text("")
    folder = kernel_of(tmp_path / "jupyter", str(other), "-m", "ipykernel_launcher")
    found, code = examined(tmp_path, JUPYTER_PATH=str(tmp_path / "jupyter"))
    assert code == 1
    seen = (
        f"The lessons run in another Python, {other}, not in {sys.executable}: "
        f"so says {folder / 'kernel.json'}"
    )
    assert found[seen] == f"Remove the folder {folder}"


def test_a_kernel_of_a_python_that_is_gone_is_told(tmp_path):
    folder = kernel_of(tmp_path / "jupyter", str(tmp_path / "gone" / "python"))
    found, code = examined(tmp_path, JUPYTER_PATH=str(tmp_path / "jupyter"))
    assert code == 1
    beginning = "The lessons would run in a Python that is not there any more, "
    assert mending(found, beginning) == f"Remove the folder {folder}"


def test_a_kernel_that_cannot_be_read_is_told(tmp_path):
    folder = kernel_of(tmp_path / "jupyter")
    found, _ = examined(tmp_path, JUPYTER_PATH=str(tmp_path / "jupyter"))
    seen = f"How JupyterLab starts Python for the lessons cannot be read: {folder / 'kernel.json'}"
    assert found[seen] == f"Remove the folder {folder}"


@pytest.mark.parametrize("whose, option", [("own", "--sys-prefix"), ("user's", "--user")])
def test_a_kernel_in_a_known_place_is_put_right_by_ipykernel(tmp_path, monkeypatch, whose, option):
    own, users = tmp_path / "share" / "jupyter", tmp_path / "user"
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(kernel, "users", lambda: users / "kernels")
    folder = kernel_of(own if whose == "own" else users, str(tmp_path / "python3.9"))
    found = kernel.seen(
        folder, [users / "kernels", own / "kernels"][:: -1 if whose == "own" else 1]
    )
    words = [sys.executable, "-m", "ipykernel", "install", option]
    assert str(found.mend) == f"Let it be this Python: {installing.line(words)}"


def test_a_kernel_of_this_python_or_of_any_or_started_by_something_else_is_none_of_another(
    tmp_path,
):
    beside = Path(sys.executable).with_name("python3")
    programs = [sys.executable, "python", "python3", "/usr/bin/env", "conda"]
    for number, program in enumerate([*programs, *([str(beside)] if beside.exists() else [])]):
        place = tmp_path / str(number)
        found = kernel.seen(kernel_of(place, program), [place / "kernels"])
        assert not found.is_wrong, program


def test_environments_that_share_a_python_are_told_apart(tmp_path, monkeypatch):
    try:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "python").symlink_to(BASE)
    except OSError:
        pytest.skip("no links for this user")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "one" / "python"))
    assert kernel.is_this(str(tmp_path / "one" / "python"))
    assert not kernel.is_this(str(tmp_path / "two" / "python"))


# ---- folders ----


def test_files_that_are_called_like_modules_are_told_and_none_is_run(tmp_path):
    names = (
        "socket.py",
        "select.py",
        "random.py",
        "argparse.py",
        "tomllib.py",
        "rich.py",
    )
    for name in names:
        (tmp_path / name).write_text("raise SystemExit('a learner wrote this')")
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "__init__.py").write_text("raise SystemExit('and this')")
    for harmless in ("my_socket.py", "test.py", "anna.py", "queue.txt"):
        (tmp_path / harmless).write_text("")
    (tmp_path / "json").mkdir()  # a folder without modules comes last
    found, code = examined(tmp_path)
    assert code == 1
    hiding = {seen: mend for seen, mend in found.items() if "is called like the module" in seen}
    assert len(hiding) == len(names) + 1
    for name in (*names, "email"):
        module = name.removesuffix(".py")
        seen = (
            f"{tmp_path / name} is called like the module {module}, "
            "and Python may take the one for the other."
        )
        assert hiding[seen] == f"Give it another name: my_{module}, say."


def test_the_folder_of_the_lessons_is_looked_at_too(tmp_path):
    run([*LENPROTO, "lessons", "--only-copy"], cwd=tmp_path)
    file = tmp_path / "lenproto-lessons" / "struct.py"
    file.write_text("")
    (found, _), (same, _) = examined(tmp_path), examined(tmp_path, "lenproto-lessons")
    mending(found, f"{file} is called like the module struct, ")
    mending(same, f"{Path('lenproto-lessons', 'struct.py')} is called like the module struct, ")


@pytest.mark.parametrize("name, options", [("turtle.py", []), ("socket.py", ["-E"])])
def test_a_file_in_a_folder_of_pythonpath_is_told(tmp_path, name, options):
    """What lenproto itself needs at once hides only from a Python that heeds no such variable: python -E."""
    place = tmp_path / "mine"
    place.mkdir()
    (place / name).write_text("raise SystemExit('a learner wrote this')")
    command = [sys.executable, *options, "-m", "lenproto", "doctor"]
    ended = run(command, cwd=ROOT, env=environment(PYTHONPATH=str(place)))
    assert ended.returncode == 1
    mending(wrongs(ended.stdout), f"{place / name} is called like the module ")


def test_lenproto_itself_is_nobodys_file_and_another_of_its_name_is(tmp_path):
    assert not list(folders.shadows(ROOT))
    (tmp_path / "lenproto.py").write_text("")
    assert list(folders.shadows(tmp_path)) == [(tmp_path / "lenproto.py", "lenproto")]


def test_a_folder_that_is_not_there_is_told(tmp_path):
    found, code = examined(tmp_path, "nowhere")
    assert code == 1
    assert found["The folder nowhere is not there."] == (
        "Go into a folder of your own with cd, and lay the lessons there: lenproto lessons"
    )


@on_linux
def test_a_folder_that_nothing_can_be_written_in_is_told():
    found, code = examined(NOWHERE)
    assert code == 1
    assert mending(found, "Nothing can be written in /proc: ").startswith("Go into a folder of ")


@on_linux
def test_progress_that_cannot_be_kept_is_told(tmp_path):
    file = NOWHERE / "mine" / "progress.json"
    found, code = examined(tmp_path, LENPROTO_PROGRESS=str(file))
    assert code == 1
    assert mending(found, "Your progress cannot be kept in /proc: ") == (
        "Make that folder yours, or let the variable LENPROTO_PROGRESS name a file that can be "
        f"written, in place of {file}"
    )


@on_linux
def test_a_folder_that_was_removed_is_told(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    words = " ".join(installing.line([each]) for each in DOCTOR)
    found, code = examined(gone, command=["sh", "-c", f"rmdir {gone} && {words}"])
    assert code == 1
    mending(found, "Nothing can be written in .: ")


def test_no_place_for_files_of_the_moment_is_told(monkeypatch):
    def none():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(folders.tempfile, "gettempdir", none)
    found = folders.temporary()
    assert "No usable temporary directory found" in str(found.seen)
    assert str(found.mend).startswith("Let the variable TMPDIR (on Windows: TEMP) name a folder")
