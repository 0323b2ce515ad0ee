"""padded(typed): what a person types, in the form of a request."""

from lenproto.exercises.steps import common

NAME = "padded"
set_up = common.given

CASES = [
    common.called(NAME, typed, wants=wants)
    for typed, wants in (
        ("TIME", b"TIME"),
        ("name", b"NAME"),
        ("times please", b"TIME"),
        ("ra", b"RA  "),
        ("x", b"X   "),
    )
]

READINGS = (
    ("small-letters", lambda got, typed: got != got.upper()),
    # a request is thought to be as long as what is typed
    ("not-cut", lambda got, typed: len(got) > 4 and got.strip() == typed.upper().encode()),
    ("not-filled-up", lambda got, typed: len(got) < 4 and got == typed.upper().encode()[:4]),
    ("filled-in-front", lambda got, typed: len(got) == 4 and got != got.lstrip()),
    ("filled-with-something-else", lambda got, typed: len(got) == 4
        and got.startswith(typed.upper().encode()[:4])),
)  # fmt: skip


def explain(seen):
    return common.explain_result(seen, READINGS)
