"""A client and a server that hold a conversation by a small protocol: see lenproto.wire."""

import os
import sys

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
