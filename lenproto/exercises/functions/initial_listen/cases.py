"""What initial_listen has to stand."""

import functools

from lenproto.exercises.functions import case

NAME = "initial_listen"
spec, shock = functools.partial(case.spec, NAME), functools.partial(case.shock, NAME)


CASES = [
    spec("listens"),
    spec("another address", setting="another-address"),
    spec("any port", setting="any-port"),
    shock("port taken", "rubbish", setting="taken-port"),
    shock("no such address", "rubbish", setting="no-such-address"),
]  # fmt: skip
