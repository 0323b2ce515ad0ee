"""A client and a server that hold a conversation by a small protocol: see lenproto.wire."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  pip asks for it; who runs a folder as it lies gets to hear it here
    # in English: the tables of words are read by what an older Python does not have
    _old = "lenproto needs Python 3.11 or newer, and this is {}.{} ({}). Install a newer one and start it with that."
    _old = _old.format(sys.version_info[0], sys.version_info[1], sys.executable)
    raise SystemExit(_old) if sys.argv[:1] == ["-m"] else ImportError(_old)
if sys.argv[:1] == ["-m"]:
    # python -m lenproto is about to run. Python looks for modules in the folder where it was started before its own
    # library: a learner's socket.py there would be taken for Python's. What is judged has its own file's folder
    try:
        here = [os.getcwd()]
    except OSError:  # it was removed, and Python has not put it there
        here = []
    if sys.path[:1] == here:
        del sys.path[0]
    del here

from lenproto.client import initial_contact, send_requests
from lenproto.server import check_client, initial_listen, serve_requests

__all__ = ["check_client", "initial_contact", "initial_listen", "send_requests", "serve_requests"]
