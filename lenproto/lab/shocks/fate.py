"""What became of a server that was exposed to a shock: held or not, in which call, on which line."""

from dataclasses import dataclass

from lenproto.lab.call import Where
from lenproto.lab.notes import Source, source_of
from lenproto.lab.shocks.table import Shock, entry_of
from lenproto.lab.shocks.talk import Line, conversation
from lenproto.lab.tap import READING
from lenproto.lab.trace import Trace
from lenproto.words import Words, say

HOLDS, DIES, HANGS, ERRS = "holds", "dies", "hangs", "goes wrong"  # its verdict: see Fate
ENDED = Words("shocks.seen.ended")


@dataclass
class Fate:
    """What became of a server that was given a shock, and then a polite client.

    verdict is "holds"; "dies": it raised, or ended; "hangs": it can never go on; "goes wrong": it
    lives, but did not do as it should. label is that as it is shown, told what follows it in a
    sentence, rest the same as it is shown. where and source tell the place: where it died or hangs,
    or where the shock met it. trace is the conversation; None where it was given for real.
    """

    shock: Shock
    verdict: str
    told: Words
    where: Where | None = None
    source: Source | None = None
    trace: Trace | None = None

    @property
    def sentence(self):
        """What became of it, in a sentence: the label, and the rest."""
        return self.label + self.rest

    @property
    def label(self):
        """The verdict, as it is shown."""
        return say(f"shocks.verdict.{entry_of(self.verdict)}")

    @property
    def rest(self):
        """What follows the label in the sentence, with the blank or colon between them."""
        return str(self.told)

    @property
    def held(self):
        """Whether the server withstood the shock: did what it should, and served the next client."""
        return self.verdict == HOLDS

    @property
    def line(self):
        """The number of the line, as its file or cell counts."""
        return self.where and self.where.line

    @property
    def function(self):
        """The name of the function in which that line stands."""
        return self.where and self.where.function

    @property
    def mark(self):
        """✓ or ✗."""
        return "✓" if self.held else "✗"

    @property
    def brief(self):
        """Mark and verdict, and the line on which the server died or hangs."""
        marked = f"{self.mark} {self.label}"
        return f"{marked}, {self.place}" if self.place else marked

    @property
    def place(self):
        """The line on which the server died or hangs, in words; "" if it did not."""
        ended_there = self.where and self.verdict in (DIES, HANGS)
        if not ended_there:
            return ""
        return say("shocks.seen.place", line=self.line, function=self.function)

    def conversation(self):
        """Return the lines of the conversation with the misbehaving client: who, what, and the server's line."""
        return [line.text for line in self.talk()]

    def talk(self):
        """Return the same as Lines."""
        if self.trace is None:
            return [Line("", say("shocks.talk.for-real"))]
        return conversation(self.trace)

    def __str__(self):
        return f"{self.mark} {self.sentence}"

    __repr__ = __str__


def died(failure):
    """What is told of a server that died of a failure."""
    return failure.words("shocks.seen.dies")


def why_for_ever(name):
    """Why nobody will ever free a server from a call of this name without a time limit."""
    return Words("shocks.nobody.sends" if name in READING else "shocks.nobody.reads")


def source_at(where):
    """The source around a place; None where there is no place."""
    return where and source_of(where)
