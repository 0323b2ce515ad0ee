import random


def with_coin(answers):
    """Return a table like answers, with one request more: COIN, which answers heads or tails by chance."""
    return answers | {"COIN": lambda: random.choice(["heads", "tails"])}
