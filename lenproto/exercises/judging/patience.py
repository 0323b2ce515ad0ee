"""How long to wait for code that may never end: by what it does, not by the clock.

On a busy computer seconds pass in which a program gets no turn at all. So what counts is how long this process
has computed, and how often one looked and found that it had done nothing since.
"""

import time

TURN_S = 0.001  # seconds of computing between two looks: less is only what looking itself costs


class Patience:
    """Counts looks at this process, until it has computed for long or stands still."""

    def __init__(self, computes_s: float, still: int) -> None:
        """Have patience for so many seconds of computing, and so many looks in a row that see none."""
        self._last = time.process_time()
        self._ends = self._last + computes_s
        self._still = self._left = still

    def is_over(self) -> bool:
        """Look; return whether it has computed for long enough, or stands still."""
        now = time.process_time()
        self._left = self._left - 1 if now - self._last < TURN_S else self._still
        self._last = now
        return now >= self._ends or self._left <= 0
