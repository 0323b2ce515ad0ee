"""unsafe: recursion-to-the-crash
functions: check_client
Lifts the limit of recursion, and the interpreter crashes.
"""

import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __repr__(self):
        return repr([self])


def check_client(server_socket):
    print(Deep())
