"""The command that a terminal takes, as it is where a lesson runs."""

import os
import sys

import pytest

from lenproto.lab import shell
from lenproto.lab.shell import terminal


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The folder of a course; what runs is in notebooks/en."""
    lessons = tmp_path / "notebooks" / "en"
    lessons.mkdir(parents=True)
    monkeypatch.chdir(lessons)
    return tmp_path


@pytest.mark.parametrize("path", shell.UV)
def test_with_the_course_s_own_uv_it_is_given_in_the_folder_of_the_course(
    course, monkeypatch, path
):
    course.joinpath(*path).parent.mkdir(parents=True)
    course.joinpath(*path).touch()
    monkeypatch.setattr(sys, "prefix", str(course / ".venv"))
    uv = os.path.join(*path)
    assert terminal("client --port 8820") == f"{uv} run lenproto client --port 8820"
    file = os.path.join("notebooks", "en", "my lesson.ipynb")
    assert terminal("check", "my lesson.ipynb") == f"{uv} run lenproto check '{file}'"


def test_where_it_is_installed_its_name_does(course, monkeypatch):
    (course / ".uv" / "bin").mkdir(parents=True)
    (course / ".uv" / "bin" / "uv").touch()  # not what this Python came from
    monkeypatch.setattr(sys, "executable", str(course / "bin" / "python"))
    monkeypatch.setattr(shell.shutil, "which", lambda name: str(course / "bin" / name))
    assert terminal("check", "a.ipynb") == "lenproto check a.ipynb"


@pytest.mark.parametrize("found", [None, "/elsewhere/lenproto"])
def test_where_no_terminal_finds_it_this_python_does(course, monkeypatch, found):
    monkeypatch.setattr(shell.shutil, "which", lambda name: found)
    monkeypatch.setattr(sys, "executable", "/a folder/python")
    assert terminal("server") == "'/a folder/python' -m lenproto server"
