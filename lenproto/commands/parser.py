"""A parser of the command line that speaks the language of now; and the commands among which one is chosen."""

import argparse
import importlib
import keyword

from lenproto.words import say

# what argparse says of a command line → our entry for it, and what stands for its values
MESSAGES = {
    "argument %(argument_name)s: %(message)s": ("of", {"argument": "%(argument_name)s", "what": "%(message)s"}),
    "unrecognized arguments: %s": ("unrecognized", {"arguments": "%s"}),
    "the following arguments are required: %s": ("required", {"arguments": "%s"}),
    "expected one argument": ("one", {}),
    "invalid %(type)s value: %(value)r": ("value", {"type": "%(type)s", "value": "%(value)r"}),
    "invalid choice: %(value)r (choose from %(choices)s)": ("choice", {"value": "%(value)r", "choices": "%(choices)s"}),
    "ambiguous option: %(option)s could match %(matches)s": (
        "ambiguous", {"option": "%(option)s", "matches": "%(matches)s"}
    ),
    "ignored explicit argument %r": ("explicit", {"argument": "%r"}),
}  # fmt: skip


def translated(message):
    """Return what argparse says, in the language of now; as it stands, where we have no entry for it."""
    if message not in MESSAGES:
        return message
    key, values = MESSAGES[message]
    return say(f"commands.argument.{key}", **values)


# argparse looks there for what gettext knows, and gettext knows nothing of our tables
vars(argparse)["_"] = translated


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


class Version(argparse.Action):
    """Says which lenproto it is, and ends. That is asked for only then: it takes a while."""

    def __init__(self, option_strings, dest, help=None):
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser, namespace, values, option_string=None):
        """Print it on standard output."""
        from lenproto.lessons import shipped

        print(f"{parser.prog} {shipped.version()}")
        parser.exit()


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
    return importlib.import_module(f"lenproto.commands.{module_name(name)}")


def module_name(name):
    """Return what the module of a command is called: a word of Python, such as class, has a _ behind it."""
    return f"{name}_" if keyword.iskeyword(name) else name
