"""level: spec
mistake: ours-in-a-wrapper
Calls what lenproto has written.
"""

import functools

import lenproto

serve = functools.partial(lenproto.serve_requests)


def serve_requests(request, client_socket):
    return serve(request, client_socket)
