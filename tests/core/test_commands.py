"""The room of commands: which language they speak, and that each is imported for itself alone."""

import ast
import subprocess
import sys
import tomllib

import pytest
from helpers.places import ROOT
from helpers.programs import LENPROTO, environment, run

from lenproto import words
from lenproto.__main__ import COMMANDS, main
from lenproto.commands.parser import module_name
from lenproto.commands.streams import plain

COMMANDS_DE = """
wrong = "{program}: {what}. Mehr sagt {program} --help."
usage = "Aufruf: "
positional = "Angaben"
options = "Schalter"
show-help = "zeigt das hier"
[placeholder]
seconds = "SEKUNDEN"
[client]
help = "fragt einen Server"
about = "Fragt einen Server."
"""
CORE_DE = 'no-contact = "Kein Kontakt mit {address}: {why}"'


@pytest.fixture
def german(tmp_path):
    """A folder with a second language."""
    (tmp_path / "de").mkdir()
    for name, text in (("commands", COMMANDS_DE), ("core", CORE_DE)):
        (tmp_path / "de" / f"{name}.toml").write_text(text, encoding="utf-8")
    return {"LENPROTO_WORDS": str(tmp_path)}


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_command_speaks_the_language_it_is_told(german, how):
    language = ["--language", "de"] if how == "option" else []
    variables = environment(**german, **({} if language else {"LENPROTO_LANGUAGE": "de"}))
    ended = run([*LENPROTO, *language, "client", "--port", "-1"], env=variables)
    assert ended.stderr.startswith("Kein Kontakt mit 127.0.0.1:-1: there is no such port. ")


def test_help_and_its_headings_are_in_the_language_too(german):
    variables = environment(**german, COLUMNS="200", NO_COLOR="1")
    top = run([*LENPROTO, "--language=de", "--help"], env=variables).stdout
    assert top.startswith(
        "Aufruf: lenproto [-h] [--language LANG] [--version] lessons | server | client | "
    )
    assert "\nAngaben:\n" in top and "\nSchalter:\n" in top and "zeigt das hier\n" in top
    assert "    client              fragt einen Server\n" in top
    own = run([*LENPROTO, "--language", "de", "client", "--help"], env=variables).stdout
    assert own.startswith("Aufruf: lenproto client [-h] [--ip IP]")
    assert "\n\nFragt einen Server.\n\n" in own and "  --timeout SEKUNDEN " in own


def test_what_is_wrong_is_told_in_the_language(german):
    ended = run([*LENPROTO, "--language", "de", "serve"], env=environment(**german))
    assert ended.returncode == 2
    assert ended.stderr.endswith("Mehr sagt lenproto --help.\n")


@pytest.mark.parametrize("language", ["xx", "", "../en"])
def test_an_unknown_language_is_told_those_that_there_are(german, language):
    ended = run([*LENPROTO, "--language", language, "client"], env=environment(**german))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"lenproto: argument --language: {language!r} is none of the languages de, en, he. "
        "lenproto --help tells more.\n"
    )


def test_what_a_command_starts_speaks_its_language_too(german, monkeypatch):
    monkeypatch.setattr("lenproto.__main__.prepare_standard_streams", lambda: None)
    monkeypatch.setattr("lenproto.__main__.let_go_of_output", lambda: None)
    monkeypatch.setattr("lenproto.commands.client.run", lambda args: words.language())
    monkeypatch.setenv("LENPROTO_WORDS", german["LENPROTO_WORDS"])
    monkeypatch.setenv("LENPROTO_LANGUAGE", "en")
    assert main(["--language", "de", "client"]) == "de"
    told = "from lenproto import words; print(words.language())"
    child = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True)
    assert child.stdout == "de\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_of_the_commands_only_the_one_that_is_asked_for_is_imported(command):
    program = (
        "import sys, lenproto.__main__ as it\n"
        f"try: it.main([{command!r}, '--help'])\n"
        "except SystemExit: print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert {name for name in COMMANDS if f"lenproto.commands.{module_name(name)}" in imported} == {
        command
    }
    assert ("lenproto.exercises" in imported) == (command in ("check", "grade", "class"))
    assert ("lenproto.lab" in imported) == (
        command not in ("lessons", "server", "client", "doctor")
    )
    assert (
        not {"rich", "IPython", "ipywidgets", "jinja2", "psutil", "tornado", "watchfiles"}
        & imported
    )


def test_each_command_has_its_file_and_its_texts():
    table = tomllib.loads((ROOT / "lenproto/words/en/commands.toml").read_text(encoding="utf-8"))
    for command in COMMANDS:
        assert (ROOT / "lenproto" / "commands" / f"{module_name(command)}.py").is_file()
        assert table[command]["help"] and table[command]["about"]


def imports(path):
    """The modules of lenproto that a file names in its imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


def test_nobody_but_the_command_line_imports_the_commands():
    package = ROOT / "lenproto"
    importing = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if any(f"{name}.".startswith("lenproto.commands.") for name in imports(path))
    }
    assert importing == {"__main__.py", "commands"}
    assert not [name for name in imports(package / "words" / "__init__.py") if "lenproto" in name]


def test_what_would_steer_a_terminal_is_left_out_and_isolated_values_stay_so():
    assert plain("\x1b[2Jgone\a\n") == "·[2Jgone·\n"
    assert plain("\u2068recv(4)\u2069 אומר") == "\u2068recv(4)\u2069 אומר"
    assert plain("\u202eright to left") == "·right to left"


def test_the_dissector_is_printed_as_it_is_installed(tmp_path):
    printed = run([*LENPROTO, "wireshark", "--port", "9000"])
    variables = environment(HOME=str(tmp_path), APPDATA=str(tmp_path))
    installed = run([*LENPROTO, "wireshark", "--port", "9000", "--install"], env=variables)
    (file,) = tmp_path.rglob("lenproto.lua")
    assert (printed.returncode, installed.returncode) == (0, 0)
    assert file.read_text("utf-8") == printed.stdout
    assert str(file) in installed.stdout


def test_where_the_dissector_cannot_be_installed_one_line_says_why(tmp_path):
    (tmp_path / "no folder").write_text("")
    variables = environment(HOME=str(tmp_path / "no folder"), APPDATA=str(tmp_path / "no folder"))
    ended = run([*LENPROTO, "wireshark", "--install"], env=variables)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
