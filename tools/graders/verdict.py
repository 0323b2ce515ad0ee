"""What a tool said of a submission, and what of it counts.

A verdict is right if a right submission passes, and one that is not right does not; where none came, it is not right.
It names the function if of the five it blames the wrong one and no other. It gives a reason if it says something about
bytes, results, calls or the line: not only that the time was up, or that a kernel died. The same words count for all
tools; lenproto has to name a misconception besides.
"""

from dataclasses import dataclass, field

NO_REASON = (  # a message with any of these, in small letters, says only that time was up, or that something broke
    "it did not return within", "it had not come back", "it did not come back within", "not tried", "timeout (>",
    "celltimeouterror", "no reply from kernel", "kernel died", "internal error",
)  # fmt: skip


@dataclass
class Verdict:
    """passed is None where no verdict came; blamed: function → the first message on it; cut: it had to be stopped."""

    seconds: float
    passed: bool | None
    blamed: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    note: str = ""  # why no verdict came, where the tool says it
    # functions that were blamed without a misconception, where the tool has such
    unnamed: frozenset = frozenset()


def is_right(verdict, submission):
    """Whether the right pass and the others do not."""
    return verdict.passed is (submission.kind == "right")


def names_function(verdict, submission):
    """Whether it blames the function that is wrong, and only that."""
    return set(verdict.blamed) == {submission.function}


def gives_reason(verdict, submission):
    """Whether it names the function, and says what is wrong with it."""
    if not names_function(verdict, submission) or submission.function in verdict.unnamed:
        return False
    message = verdict.blamed[submission.function].lower()
    return bool(message) and not any(words in message for words in NO_REASON)
