"""The options of the command line: what each is where nobody gives it, what it may be, and what the help says of it."""

import argparse
import os
import re

import pytest
from helpers.programs import LENPROTO, run

from lenproto.__main__ import main, parser
from lenproto.commands import shock
from lenproto.commands.class_ import minutes
from lenproto.commands.numbers import jobs
from lenproto.commands.parser import module_name
from lenproto.commands.shock import address
from lenproto.commands.talk import seconds

DEFAULTS = {
    "lessons": {"folder": None, "of": None, "only_copy": False, "no_browser": False},
    "server": {"ip": "127.0.0.1", "port": 8820, "name": None, "timeout": 300, "file": None},
    "client": {"ip": "127.0.0.1", "port": 8820, "timeout": 10},
    "shock": {
        "address": None,
        "client": None,
        "only": None,
        "timeout": 2.0,
        "json": False,
        "yes": False,
    },
    "check": {"file": "mine.py", "json": False, "level": "shock", "hints": 1},
    "grade": {
        "folder": "class",
        "csv": None,
        "csv_format": "plain",
        "json": None,
        "html": None,
        "pages": None,
        "project": None,
        "since": None,
        "steps": False,
        "class_list": None,
        "weights": None,
        "only": [],
        "jobs": None,
    },
    "class": {
        "folder": "class",
        "ip": "127.0.0.1",
        "port": 0,
        "jobs": min(2, os.cpu_count() or 1),
        "saves": 3,
        "minutes": 5.0,
    },
}
NEEDED = {
    "check": ["mine.py"],
    "grade": ["class"],
    "class": ["class"],
}  # what these commands cannot do without
OPTIONS = {
    "lessons": ["FOLDER", "--language LANG", "--only-copy, --no-open", "--no-browser"],
    "server": ["--ip IP", "--port PORT", "--name NAME", "--timeout SECONDS"],
    "client": ["--ip IP", "--port PORT", "--timeout SECONDS"],
    "shock": ["IP:PORT", "--client COMMAND", "--only NAME", "--timeout SECONDS", "--json", "--yes"],
    "check": ["FILE", "--json", "--level {spec,shock}", "--hints N"],
    "grade": [
        "FOLDER|ZIP",
        "--csv FILE",
        "--csv-format {plain,moodle}",
        "--json FILE",
        "--html FILE",
        "--pages FOLDER",
        "--project FILE",
        "--since FILE",
        "--steps",
        "--class-list FILE",
        "--weights WEIGHTS",
        "--only NAME",
        "--jobs N",
    ],
    "class": ["FOLDER", "--ip IP", "--port PORT", "--jobs N", "--saves N", "--minutes N"],
}


@pytest.fixture
def help_of(capsys, monkeypatch):
    """help_of(command, …) returns the help of a command, each option on one line."""

    def said(*command):
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([*command, "--help"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    return said


@pytest.mark.parametrize("command", DEFAULTS)
def test_what_nobody_gives_has_the_value_of_the_contract(command):
    assert (
        vars(parser().parse_args([command, *NEEDED.get(command, [])]))
        == {"language": None, "command": command} | DEFAULTS[command]
    )


@pytest.mark.parametrize("command", OPTIONS)
def test_the_help_says_a_sentence_about_the_command_and_each_option(command, help_of):
    said = help_of(command)
    usage, about, *options = said.split("\n\n")
    assert usage.startswith(f"usage: lenproto {command} ")
    assert re.fullmatch(r"[A-Z].{10,}\.", about)
    for option in OPTIONS[command]:
        assert re.search(
            rf"^  {re.escape(option)}(  +|\n {{10,}})\S.{{9,}}$", "\n".join(options), re.MULTILINE
        ), option


@pytest.mark.parametrize("command, default", [("server", 300), ("client", 10), ("shock", 2.0)])
def test_the_help_names_the_time_limit(command, default, help_of):
    assert re.search(rf"--timeout SECONDS .*\(default {default}\b", help_of(command))


def test_the_help_names_the_commands_and_says_a_sentence_about_each(help_of):
    said = help_of()
    usage, about, *_ = said.split("\n\n")
    assert "server | client | shock | check | grade | class" in usage
    assert re.fullmatch(r"[A-Z].{10,}\.", about)
    for command in OPTIONS:
        assert re.search(rf"^    {command}  +\S.{{9,}}$", said, re.MULTILINE), command


@pytest.mark.parametrize(
    "text, limit_s", [("0", None), ("0.0", None), ("0.5", 0.5), ("1", 1), ("999999", 999999)]
)
def test_a_time_limit_is_a_number_of_seconds_and_0_is_none_at_all(text, limit_s):
    assert seconds(text) == limit_s


@pytest.mark.parametrize("text", ["-0.001", "1000000", "1e6", "nan", "inf", "-inf"])
def test_what_is_no_time_limit_is_refused_in_a_sentence(text):
    with pytest.raises(
        argparse.ArgumentTypeError, match=f"^{text} is no number of seconds from 0 to 999999$"
    ):
        seconds(text)


@pytest.mark.parametrize(
    "text, ip_and_port",
    [
        ("127.0.0.1:8820", ("127.0.0.1", 8820)),
        ("x:1", ("x", 1)),
        ("x:65535", ("x", 65535)),
        ("::1:80", ("::1", 80)),
    ],
)
def test_an_address_is_what_stands_before_and_after_the_last_colon(text, ip_and_port):
    assert address(text) == ip_and_port


@pytest.mark.parametrize(
    "text", ["", "x", "x:", ":80", "x:0", "x:65536", "x:65537", "x:-1", "x:http", "80"]
)
def test_what_is_no_address_is_refused_in_a_sentence(text):
    with pytest.raises(
        argparse.ArgumentTypeError, match=f"^{text!r} is no IP:PORT, such as 127.0.0.1:8820$"
    ):
        address(text)


@pytest.mark.parametrize("command", ["server", "client"])
def test_a_program_that_cannot_begin_ends_with_code_1(command):
    assert run([*LENPROTO, command, "--port", "65536"]).returncode == 1


@pytest.mark.parametrize(
    "words", [[], ["127.0.0.1:80", "--client", "python client.py {ip} {port}"]]
)
def test_shock_takes_either_an_address_or_a_client(words, capsys):
    assert shock.run(parser().parse_args(["shock", *words])) == 2
    assert capsys.readouterr().err == "lenproto shock: give either IP:PORT or --client.\n"


@pytest.mark.parametrize(
    "given, values",
    [
        (
            ["shock", "127.0.0.1:80", "--only", "polite", "--timeout", "0.5", "--json", "--yes"],
            {
                "address": ("127.0.0.1", 80),
                "only": "polite",
                "timeout": 0.5,
                "json": True,
                "yes": True,
            },
        ),
        (["shock", "--client", "python {ip} {port}"], {"client": "python {ip} {port}"}),
        (["lessons", "mine", "--no-open"], {"folder": "mine", "only_copy": True}),
        (["lessons", "--language", "en"], {"of": "en"}),
        (["server", "--name", "lena", "--port", "0"], {"name": "lena", "port": 0}),
        (["client", "--ip", "::1", "--timeout", "0"], {"ip": "::1", "timeout": None}),
        (
            ["check", "mine.py", "--json", "--level", "spec", "--hints", "3"],
            {"json": True, "level": "spec", "hints": 3},
        ),
        (
            ["grade", "class", "--csv", "a", "--json", "b", "--html", "c", "--jobs", "7"],
            {"csv": "a", "json": "b", "html": "c", "jobs": 7},
        ),
        (
            [
                "grade",
                "a.zip",
                "--csv-format",
                "moodle",
                "--class-list",
                "l",
                "--weights",
                "spec=1",
            ],
            {"folder": "a.zip", "csv_format": "moodle", "class_list": "l", "weights": "spec=1"},
        ),
        (["grade", "class", "--only", "anna", "--only", "ben"], {"only": ["anna", "ben"]}),
        (
            [
                "class",
                "class",
                "--ip",
                "::1",
                "--port",
                "8080",
                "--jobs=1",
                "--saves=2",
                "--minutes=.5",
            ],
            {"ip": "::1", "port": 8080, "jobs": 1, "saves": 2, "minutes": 0.5},
        ),
    ],
)
def test_what_is_given_has_the_value_that_was_given(given, values):
    command = given[0]
    assert (
        vars(parser().parse_args(given))
        == {"language": None, "command": command} | DEFAULTS[command] | values
    )


@pytest.mark.parametrize("text", ["1", "2", "999"])
def test_a_number_of_jobs_is_at_least_1(text):
    assert jobs(text) == int(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "1000", "1001", "1.5", "many"])
def test_what_is_no_number_of_jobs_is_refused_in_a_sentence(text):
    with pytest.raises(argparse.ArgumentTypeError, match=f"^{text!r} is no number from 1 to 999$"):
        jobs(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "1000", "nan", "inf", "soon"])
def test_what_is_no_number_of_minutes_is_refused_in_a_sentence(text):
    with pytest.raises(argparse.ArgumentTypeError, match=f"^{text!r} is no number of minutes"):
        minutes(text)


@pytest.fixture
def main_with(monkeypatch):
    """main_with(command, function) runs the command line with this function in the place of the command's own."""

    def run_main(command, function):
        monkeypatch.setattr(f"lenproto.commands.{module_name(command)}.run", function)
        return main([command, *NEEDED.get(command, [])])

    # pytest's are no files
    monkeypatch.setattr("lenproto.__main__.prepare_standard_streams", lambda: None)
    return run_main


@pytest.mark.parametrize("command", DEFAULTS)
def test_the_command_line_runs_the_command_and_ends_with_its_code(command, main_with):
    assert main_with(command, lambda args: (args.command, 7)) == (command, 7)


@pytest.mark.parametrize(
    "command, code",
    [
        ("lessons", 0),
        ("server", 0),
        ("client", 0),
        ("shock", 130),
        ("check", 130),
        ("grade", 130),
        ("class", 0),
    ],
)
def test_ctrl_c_is_no_failure_but_where_a_verdict_is_missing(command, code, main_with, capsys):
    def pressed(_):
        raise KeyboardInterrupt

    assert main_with(command, pressed) == code
    assert capsys.readouterr().out == "\nstopped\n"


@pytest.mark.parametrize(
    "given",
    [
        ["server", "--ip", ""],
        ["client", "--ip", " "],
        ["class", ".", "--ip", ""],
        ["shock", ":8820"],
        ["shock", " :8820"],
    ],
)
def test_an_empty_address_is_refused(given, capsys):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(given)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "empty address" in said or "is no IP:PORT" in said


@pytest.mark.parametrize("limit", ["0", "-1", "nan", "1e9", "soon"])
def test_a_shock_needs_a_time_limit_that_there_is(limit, capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["shock", "127.0.0.1:1", f"--timeout={limit}"])
    assert limit in capsys.readouterr().err
