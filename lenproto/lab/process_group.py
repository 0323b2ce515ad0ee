"""A program that is started apart, in a process group of its own, and ended with all that it has started."""

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any

# of Popen: Ctrl-C at the terminal is not for it, either
APART: dict[str, Any] = {"start_new_session": True}
if sys.platform == "win32":
    APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
# what Windows gives as exit code for a program that it has ended: NTSTATUS
STATUSES = {
    0xC0000005: "STATUS_ACCESS_VIOLATION",
    0xC000001D: "STATUS_ILLEGAL_INSTRUCTION",
    0xC0000094: "STATUS_INTEGER_DIVIDE_BY_ZERO",
    0xC00000FD: "STATUS_STACK_OVERFLOW",
    0xC0000374: "STATUS_HEAP_CORRUPTION",
    0xC0000409: "STATUS_STACK_BUFFER_OVERRUN",
}


def crash(code: int) -> str:
    """Return what an exit code says the system has ended a program for; empty where it ended by itself."""
    if code < 0:
        return signal.strsignal(-code) or str(-code)
    return STATUSES.get(code, "")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started with APART, and its group; wait until it has ended."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        subprocess.run(
            ["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
        )
    with contextlib.suppress(OSError):
        process.kill()
    process.wait()
