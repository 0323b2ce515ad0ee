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
