"""What a teacher gives that cannot be used: a zip, a class list, weights, an earlier run."""

from lenproto.words import Words


class Refused(Exception):
    """It cannot be used: why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words
