"""level: spec
mistake: error-that-cannot-be-shown
Raises an error that does not even say what it is.
"""

class Bad(Exception):
    def __str__(self): raise KeyboardInterrupt
def initial_listen(ip, port):
    raise Bad()
