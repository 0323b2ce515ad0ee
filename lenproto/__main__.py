"""The command line: python -m lenproto server | client | shock | check | grade."""

import argparse
import os
import sys

from lenproto import client, server
from lenproto.answers import ANSWERS
from lenproto.errors import why
from lenproto.wire import DEFAULT_IP, DEFAULT_PORT, frame


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the command line."""

    def error(self, message):
        """End the program with the message, and where to read on."""
        self.exit(2, f"{self.prog}: {message}. {self.prog} --help tells more.\n")


def parser():
    """Return the parser of the command line."""
    commands = Parser(
        prog="lenproto", description="Two programs that talk over a network, for learning how."
    )
    sub = commands.add_subparsers(
        dest="command", required=True, metavar="server | client | shock | check | grade"
    )
    add_talk(sub, "server", "answer clients until Ctrl-C", server.CLIENT_TIMEOUT_S)
    add_talk(sub, "client", "ask a server", client.SERVER_TIMEOUT_S)
    add_shock(sub)
    add_check(sub)
    add_grade(sub)
    return commands


def add_talk(sub, name, does, timeout_s):
    """Add the command that runs a server, or a client."""
    add = sub.add_parser(name, help=does, description=does.capitalize() + ".").add_argument
    add("--ip", default=DEFAULT_IP, help="the server's address (default %(default)s)")
    port = "the server's port, 0 to 65535 (default %(default)s)"
    add("--port", type=int, default=DEFAULT_PORT, help=port)
    if name == "server":
        add("--name", help="what answers NAME (default: this computer's name)")
    limit = "give up on a silent other side (default %(default)s; 0 = never)"
    add("--timeout", type=seconds, metavar="SECONDS", default=timeout_s, help=limit)


def add_shock(sub):
    """Add the command that gives shocks."""
    add = sub.add_parser(
        "shock",
        help="see whether a server, or a client, withstands a peer that misbehaves",
        description="Give a program shocks, one after another: peers that leave, drip, fall silent, "
        "reset or talk rubbish.",
    ).add_argument
    add("address", nargs="?", type=address, metavar="IP:PORT", help="where the server listens")
    add("--client", metavar="COMMAND", help='shock a client program: "COMMAND {ip} {port}"')
    add("--only", metavar="NAME", help="give only the shock of this name")
    limit = "after how long the program gives up a silent peer (default %(default)s)"
    add("--timeout", type=float, default=2.0, metavar="SECONDS", help=limit)
    add("--json", action="store_true", help="print all steps as JSON")
    add("--yes", action="store_true", help="the server is on another computer, and mine")


def add_check(sub):
    """Add the command that judges a file."""
    check = sub.add_parser(
        "check",
        help="judge the functions of a file, learners' work",
        description="Judge whichever of the five functions are in a file: what the course says (spec), and whether "
        "they withstand a peer that misbehaves (shock).",
    )
    check.add_argument(
        "file", metavar="FILE", help="a Python file or a notebook: FILE.py, FILE.ipynb"
    )
    check.add_argument("--json", action="store_true", help="print all cases and steps as JSON")
    check.add_argument(
        "--level",
        choices=("spec", "shock"),
        default="shock",
        help="judge up to this level: shock rests on spec, and means both (default %(default)s)",
    )


def add_grade(sub):
    """Add the command that judges a class's files."""
    grade = sub.add_parser(
        "grade",
        help="judge the files of a class",
        description="Judge all Python files and notebooks of a folder, and of the folders in it.",
    )
    grade.add_argument(
        "folder", metavar="FOLDER", help="has a file for each learner, or a folder for each"
    )
    grade.add_argument("--csv", metavar="FILE", help="write the table, for a spreadsheet")
    grade.add_argument("--json", metavar="FILE", help="write all cases and steps")
    grade.add_argument(
        "--html", metavar="FILE", help="write a page with the evidence, for a browser"
    )
    grade.add_argument(
        "--jobs",
        metavar="N",
        type=jobs,
        help="judge so many at once (default: as many as there are cores)",
    )


def jobs(text):
    """Return a number of jobs."""
    if not (text.isdecimal() and 0 < int(text) < 1000):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 999")
    return int(text)


def address(text):
    """Return the (ip, port) of IP:PORT."""
    ip, _, port = text.rpartition(":")
    if not (ip and port.isdecimal() and 0 < int(port) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no IP:PORT, such as 127.0.0.1:8820")
    return ip, int(port)


def seconds(text):
    """Return a time limit in seconds, or None for 0: no limit."""
    limit_s = float(text)
    if not 0 <= limit_s < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds from 0 to 999999")
    return limit_s or None


def run_server(args):
    """Serve until Ctrl-C; return the exit code."""
    answers = ANSWERS
    if args.name is not None:
        answers = ANSWERS | {"NAME": lambda: args.name}
    try:
        frame(args.name or "")
        server.main(args.ip, args.port, answers=answers, timeout_s=args.timeout)
    except (OSError, OverflowError, ValueError, TypeError) as error:
        print(f"lenproto: cannot listen on {args.ip}:{args.port}: {why(error)}", file=sys.stderr)
        return 1
    return 0


def run_client(args):
    """Hold one conversation; return the exit code."""
    return 0 if client.main(args.ip, args.port, timeout_s=args.timeout) else 1


def run_shock(args):
    """Give a program shocks; return the exit code."""
    if (args.address is None) == (args.client is None):
        print("lenproto shock: give either IP:PORT or --client.", file=sys.stderr)
        return 2
    try:
        import rich  # noqa: F401
    except ImportError:
        print("lenproto shock: the package rich is missing. pip install rich", file=sys.stderr)
        return 2
    from lenproto.lab import shock_command  # here, for a server and a client need none of it

    return shock_command.run(
        args.address,
        args.client,
        only=args.only,
        as_json=args.json,
        timeout_s=args.timeout,
        yes=args.yes,
    )


def run_check(args):
    """Judge a file; return the exit code."""
    from lenproto.exercises import check_command

    return check_command.run(args.file, as_json=args.json, level=args.level)


def run_grade(args):
    """Judge a class's files; return the exit code."""
    from lenproto.exercises import grade_command

    return grade_command.run(
        args.folder, csv=args.csv, as_json=args.json, html=args.html, jobs=args.jobs
    )


def prepare_standard_streams():
    """See to it that no letter which a terminal lacks, and no stream that is closed, makes a program fail."""
    for name, errors in (
        ("stdin", "surrogateescape"),
        ("stdout", "backslashreplace"),
        ("stderr", "backslashreplace"),
    ):
        if getattr(sys, name) is None:
            null, mode = os.open(os.devnull, os.O_RDWR), "r" if name == "stdin" else "w"
            # open as long as the process lives
            setattr(sys, name, open(null, mode, closefd=False))  # noqa: SIM115
        getattr(sys, name).reconfigure(errors=errors)


def let_go_of_output():
    """Write what still waits to be written; where nobody reads it any more, drop it without a word."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(argv=None):
    """Run the command line; return the exit code."""
    prepare_standard_streams()
    args = parser().parse_args(argv)
    try:
        commands = {
            "server": run_server,
            "client": run_client,
            "shock": run_shock,
            "check": run_check,
            "grade": run_grade,
        }
        return commands[args.command](args)
    except KeyboardInterrupt:
        server.report("\nstopped")
        # a verdict that is not there is no pass
        return 130 if args.command in ("check", "grade") else 0
    except BrokenPipeError:
        return 1  # nobody reads on what it says, as in: check FILE | head
    finally:
        let_go_of_output()


if __name__ == "__main__":
    sys.exit(main())
