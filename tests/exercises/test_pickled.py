"""A function on its way into another process keeps the names of its files, whatever cloudpickle does with them."""

import pickle
import types

from helpers.cells import Cells

from lenproto.exercises.judging.carrying import pickled

CELLS = (
    "def helper():\n    return 1",
    "class Talk:\n    def word(self):\n        return lambda: helper()",
    "def check_client(server_socket):\n    def inner():\n        return [Talk().word()]\n    return inner",
)


def codes(code):
    """Code, and all that stands within it."""
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return [code, *(each for one in inner for each in codes(one))]


def files(function):
    """The file of each piece of code that a function of these cells uses."""
    uses = function.__globals__
    starts = [function, uses["helper"], uses["Talk"].word]
    return [code.co_filename for start in starts for code in codes(start.__code__)]


def test_code_keeps_its_file_however_deep_it_stands():
    function = Cells(*CELLS)["check_client"]
    again = pickle.loads(pickled(function))
    assert again.__code__ is not function.__code__
    assert files(again) == files(function)
    assert len(set(files(again))) == 3, "each cell is a file of its own"


def test_lines_keep_their_numbers_and_names():
    function = Cells(*CELLS)["check_client"]
    again = pickle.loads(pickled(function)).__code__
    assert list(again.co_lines()) == list(function.__code__.co_lines())
    assert again.co_qualname == function.__code__.co_qualname
