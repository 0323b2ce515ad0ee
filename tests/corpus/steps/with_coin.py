# %% right
import random

def with_coin(answers):
    return answers | {"COIN": lambda: random.choice(["heads", "tails"])}

# %% right: a copy, and a function with a name
import random

def toss():
    if random.randint(0, 1) == 0:
        return "heads"
    return "tails"

def with_coin(answers):
    more = dict(answers)
    more["COIN"] = toss
    return more

# %% right: unpacked
from random import random

def with_coin(answers):
    return {**answers, "COIN": lambda: "heads" if random() < 0.5 else "tails"}

# %% gives-nothing
import random

def with_coin(answers):
    coin = {"COIN": lambda: random.choice(["heads", "tails"])}

# %% changes-the-table
import random

def with_coin(answers):
    answers["COIN"] = lambda: random.choice(["heads", "tails"])
    return answers

# %% no-function
import random

def with_coin(answers):
    return answers | {"COIN": random.choice(["heads", "tails"])}

# %% always-the-same
import random

def with_coin(answers):
    side = random.choice(["heads", "tails"])
    return answers | {"COIN": lambda: side}

# %% loses-the-others
import random

def with_coin(answers):
    return {"COIN": lambda: random.choice(["heads", "tails"])}

# %% small-name
import random

def with_coin(answers):
    return answers | {"coin": lambda: random.choice(["heads", "tails"])}

# %% no-coin
def with_coin(answers):
    return answers | {}

# %% toss-is-no-text
import random

def with_coin(answers):
    return answers | {"COIN": lambda: random.randint(0, 1)}

# %% other-sides
import random

def with_coin(answers):
    return answers | {"COIN": lambda: random.choice(["HEADS", "TAILS"])}

# %% coin-fails
def with_coin(answers):
    return answers | {"COIN": lambda: random.choice(["heads", "tails"])}

# %% another-result
import random

def with_coin(answers):
    return random.choice(["heads", "tails"])
