"""How much is computed, whatever else the computer has to do: seconds of a busy computer say nothing."""

import contextlib
import time

try:
    import resource
except ImportError:  # Windows
    resource = None


def computed():
    """Seconds that this process and its children that have ended have computed; where nobody tells, those that pass."""
    if resource is None:
        return time.monotonic()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@contextlib.contextmanager
def computes_at_most(seconds):
    """Fail where the block, with the processes that it has started and waited for, computes for longer."""
    began = computed()
    yield
    took = computed() - began
    assert took < seconds, f"it has computed for {took:.2f} s"
