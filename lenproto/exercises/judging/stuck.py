"""Where a function stands that does not come back: the loop in which it goes round, or the line in which it waits."""

import dis
import sys
import time
from dataclasses import dataclass
from types import CodeType

from lenproto.lab import tap
from lenproto.lab.call import Where
from lenproto.words import Words

LOOKS = 10  # at the thread, to see in which loop it is each time
LOOK_S = 0.005  # seconds between two of them
TURN_S = 0.002  # of computing between two of them: else it may have had no turn meanwhile
STILL = 60  # so often one waits for that, until it is known that it stands still


@dataclass(frozen=True)
class Stuck:
    """The first line of the place, and the last one of a loop; None if it stands in one line."""

    where: Where
    last: int | None = None

    @property
    def words(self) -> Words:
        """Where it stands, or goes round."""
        function, first = self.where.function, self.where.line
        if self.last is None:
            return Words("judging.stuck.line", line=first, function=function)
        if self.last == first:
            return Words("judging.stuck.short-loop", line=first, function=function)
        return Words("judging.stuck.loop", first=first, last=self.last, function=function)

    def __str__(self):
        return str(self.words)


def stuck_in(thread):
    """Return where a thread is Stuck, as far as its own code tells; None if it is now here, now there.

    Of its own functions the outermost tells it, so that the answer does not depend on the moment.
    """
    looks: list[tuple[CodeType, int, int]] = []
    for number in range(LOOKS):
        if number and not _goes_on():
            break  # and stands where it stood
        frame = _outermost(sys._current_frames().get(thread.ident))
        if frame is None:
            return None
        looks.append((frame.f_code, frame.f_lasti, frame.f_lineno))
    code = looks[0][0]
    if any(other is not code for other, _, _ in looks):
        return None
    common = [loop for loop in _loops(code) if all(loop[0] <= at <= loop[1] for _, at, _ in looks)]
    lines = {line for _, _, line in looks}
    if common:
        lines = _lines(code, *min(common, key=lambda loop: loop[1] - loop[0]))
        return Stuck(Where(code.co_name, min(lines), code.co_filename), max(lines))
    return Stuck(Where(code.co_name, lines.pop(), code.co_filename)) if len(lines) == 1 else None


def _goes_on():
    """Wait until this process has computed a little; return whether it has, or stands still."""
    began = time.process_time()
    for _ in range(STILL):
        time.sleep(LOOK_S)
        if time.process_time() - began >= TURN_S:
            return True
    return False


def _outermost(frame):
    """The outermost frame of a stack that is nobody's but the function's own; None if there is none."""
    own = None
    while frame is not None:
        if not tap.is_helper(frame.f_code.co_filename):
            own = frame
        frame = frame.f_back
    return own


def _loops(code):
    """The loops of a code object: offsets of the first instruction and of the jump back to it."""
    jumps = (
        each
        for each in dis.get_instructions(code)
        if each.opcode in dis.hasjrel and isinstance(each.argval, int)
    )
    return [(jump.argval, jump.offset) for jump in jumps if jump.argval < jump.offset]


def _lines(code, first, last):
    """The lines of the instructions between two offsets."""
    return {
        line
        for start, end, line in code.co_lines()
        if line is not None and start <= last and end > first
    }
