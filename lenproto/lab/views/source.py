"""Shows a function's source as it stands in its module: never a pasted copy."""

import inspect


class show:  # a verb, for show(f) in a cell is all that a lesson says
    """The source of functions or modules, one after another, as the last line of a cell."""

    def __init__(self, *functions):
        self._source = "\n\n".join(inspect.getsource(function).rstrip() for function in functions)

    def __repr__(self):
        return self._source

    def _repr_markdown_(self):
        return f"```python\n{self._source}\n```"
