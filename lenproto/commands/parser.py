"""A parser of the command line that speaks the language of now; and the commands among which one is chosen."""

import argparse
import importlib

from lenproto.words import say


class Formatter(argparse.HelpFormatter):
    """Begins with the word for usage."""

    def add_usage(self, usage, actions, groups, prefix=None):
        """Add the usage; an empty prefix stays: with it argparse makes the names of the commands."""
        super().add_usage(
            usage, actions, groups, say("commands.usage") if prefix is None else prefix
        )


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the command line."""

    def __init__(self, *, add_help=True, **options):
        super().__init__(add_help=False, formatter_class=Formatter, **options)
        self._positionals.title = say("commands.positional")
        self._optionals.title = say("commands.options")
        if add_help:
            self.add_argument(
                "-h",
                "--help",
                action="help",
                default=argparse.SUPPRESS,
                help=say("commands.show-help"),
            )

    def error(self, message):
        """End the program with the message, and where to read on."""
        self.exit(2, say("commands.wrong", program=self.prog, what=message) + "\n")


class Commands(argparse._SubParsersAction):
    """Adds the options of a command when it is chosen, so that only its own module is imported."""

    def __call__(self, parser, namespace, values, option_string=None):
        """Parse what stands behind the command."""
        name = values[0]
        setattr(namespace, self.dest, name)
        if name in self.choices:
            module(name).add_options(self.choices[name])
        super().__call__(parser, namespace, values, option_string)


def module(name):
    """Return the module of a command."""
    return importlib.import_module(f"lenproto.commands.{name}")
