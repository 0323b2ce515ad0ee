import random


def with_coin(answers):
    """Return a table like answers, with one request more: COIN, which answers heads or tails by chance."""
    # TODO: answers | {…} is a new table; random.choice(["heads", "tails"]) tosses the coin
