"""A client and a server that hold a conversation by a small protocol: see lenproto.wire."""

from lenproto.client import initial_contact, send_requests
from lenproto.server import check_client, initial_listen, serve_requests

__all__ = ["check_client", "initial_contact", "initial_listen", "send_requests", "serve_requests"]
