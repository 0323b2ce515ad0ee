"""A function of a running notebook, carried over to the process that judges it: with what it uses, and as bytes."""

import builtins
import io
import types
from collections.abc import Callable

from lenproto.exercises.judging.submission import unreadable
from lenproto.words import say


def pickled(function: Callable[..., object]) -> bytes:
    """Return a function as bytes, with all that it uses of its notebook.

    NotReadable where something cannot be carried over.
    """
    import socket
    import threading

    import cloudpickle

    locks = {type(make()): make for make in (threading.Lock, threading.RLock)}

    class Carrier(cloudpickle.Pickler):
        def reducer_override(self, thing):
            if isinstance(thing, socket.socket):
                return Elsewhere, ("socket",)
            if type(thing) in locks:  # a new one does as well
                return locks[type(thing)], ()
            if type(thing).__module__ == "IPython.core.autocall":
                # what exit and quit are in a notebook
                return getattr, (builtins, "exit")
            if isinstance(thing, types.CodeType):
                return _made_in, (thing.co_filename, *self.dispatch_table[types.CodeType](thing))
            return super().reducer_override(thing)

    buffer = io.BytesIO()
    try:
        Carrier(buffer).dump(function)
    except Exception as error:
        if name := getattr(function, "__name__", ""):
            raise unreadable("bound-here", name=name, error=str(error)) from None
        raise unreadable("it-is-bound-here", error=str(error)) from None
    return buffer.getvalue()


def _made_in(file, make, parts):
    """Make code anew, with the name of its file: cloudpickle may leave that out, a verdict may not."""
    return make(*parts).replace(co_filename=file)


class Elsewhere:
    """Stands for something of the notebook that a function uses, and that cannot be carried over: what it is."""

    def __init__(self, what):
        self.__dict__["what"] = what

    def __getattr__(self, name):
        raise NameError(say(f"judging.error.elsewhere.{self.what}"))

    def __enter__(self):  # Python looks for these two in the class
        self.enter()

    def __exit__(self, *exception):
        self.exit()
