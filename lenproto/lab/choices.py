"""What was chosen in predictions, kept between visits: a small JSON file beside that of the progress.

LENPROTO_PROGRESS names that one; "off" keeps nothing on the disk. Whatever is wrong with the file, a lesson goes on.
"""

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path

import platformdirs

VARIABLE = "LENPROTO_PROGRESS"
NAME = "predictions.json"
OFF = "off"
TRIES, REST_S = 50, 0.01  # to put a file in place of one that somebody reads


def path() -> Path | None:
    """Return where they are kept; None where that is switched off."""
    named = os.environ.get(VARIABLE, "")
    if named.lower() == OFF:
        return None
    if named:
        return Path(named).with_name(NAME)
    return platformdirs.user_data_path("lenproto", appauthor=False) / NAME


def kept(question: str) -> str | None:
    """Return what was chosen as the answer to a question; None where nothing is known of it."""
    chosen = _read().get(question)
    return chosen if isinstance(chosen, str) else None


def keep(question: str, answer: str) -> None:
    """Keep what was chosen, if that can be."""
    where = path()
    if where is None:
        return
    with contextlib.suppress(OSError):
        where.parent.mkdir(parents=True, exist_ok=True)
        descriptor, new = tempfile.mkstemp(prefix=f".{NAME}.", dir=where.parent)
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(_read() | {question: answer}, file, ensure_ascii=False, indent=1)
            put(new, where)
        finally:
            with contextlib.suppress(OSError):  # it was put in place
                os.unlink(new)


def put(new: str, where: Path) -> None:
    """Put a file in another one's place: whoever reads meanwhile finds the old one or the new one. Raises OSError.

    Windows refuses that as long as somebody reads the old one, which takes a moment.
    """
    for _ in range(TRIES if os.name == "nt" else 0):
        with contextlib.suppress(PermissionError):
            os.replace(new, where)
            return
        time.sleep(REST_S)
    os.replace(new, where)


def forget() -> None:
    """Forget all of it. Raises OSError where the file cannot be removed."""
    if where := path():
        where.unlink(missing_ok=True)


def _read() -> dict[str, object]:
    where = path()
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(where.read_text("utf-8")) if where else {}
        if isinstance(found, dict):
            return found
    return {}
