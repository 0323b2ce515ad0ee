"""The command line: python -m lenproto COMMAND, each a file of lenproto.commands."""

import argparse
import contextlib
import os
import sys

from lenproto import server, words
from lenproto.commands.parser import Commands, Parser, Version, module
from lenproto.commands.signals import exit_code, heard_as_ctrl_c
from lenproto.commands.streams import let_go_of_output, nobody_reads, prepare_standard_streams
from lenproto.words import say

COMMANDS = (
    *("lessons", "server", "client", "shock", "check", "grade", "class"),
    *("wireshark", "doctor"),
)
JUDGING = ("check", "grade", "shock")


def parser():
    """Return the parser of the command line."""
    top = Parser(prog="lenproto", description=say("commands.about"))
    add_language(top)
    top.add_argument("--version", action=Version, help=say("commands.version"))
    commands = top.add_subparsers(
        dest="command", required=True, metavar=" | ".join(COMMANDS), action=Commands
    )
    for name in COMMANDS:
        about = say(f"commands.{name}.about")
        commands.add_parser(name, help=say(f"commands.{name}.help"), description=about)
    return top


def add_language(parser):
    """Add the option for the language."""
    parser.add_argument(
        "--language",
        type=language,
        metavar=say("commands.placeholder.language"),
        help=say("commands.language", languages=words.languages()),
    )


def language(text):
    """Return the name of a language that there is."""
    if text not in words.languages():
        raise argparse.ArgumentTypeError(
            say("commands.no-language", language=repr(text), languages=words.languages())
        )
    return text


def speak(argv):
    """Speak the language with which a command line begins, in the processes that it starts, too."""
    first = Parser(prog="lenproto", add_help=False)
    add_language(first)
    first.add_argument("words", nargs=argparse.REMAINDER)
    known, _ = first.parse_known_args(argv)
    if known.language:
        os.environ[words.CHOICE] = known.language


def main(argv=None):
    """Run the command line; return the exit code. Without argv it is a program, which SIGTERM ends like Ctrl-C."""
    prepare_standard_streams()
    args = argparse.Namespace(command=None)
    try:
        with heard_as_ctrl_c() if argv is None else contextlib.nullcontext():
            speak(argv)
            parser().parse_args(argv, args)
            return module(args.command).run(args)
    except KeyboardInterrupt as ended:
        server.report("\n" + say("core.stopped"))
        # a verdict that is not there is no pass
        return exit_code(ended) if args.command in JUDGING else 0
    except OSError as error:
        if nobody_reads(error):
            return 1
        raise
    finally:
        let_go_of_output()


if __name__ == "__main__":
    sys.exit(main())
