"""The commands, one a file: add_options(parser) says what it takes, run(args) does it and returns the exit code.

Only lenproto.__main__ imports them, and of them only the one that is asked for: a server needs no checker.
"""
