"""Shows a function's source as it stands in its module: never a pasted copy."""

import inspect


class show:  # a verb, for show(f) in a cell is all that a lesson says
    """The source of functions or modules, one after another, with the numbers of the lines in their files."""

    def __init__(self, *things):
        self._source = "\n\n".join(map(_numbered, things))

    def __repr__(self):
        return self._source

    def _repr_markdown_(self):
        return f"```python\n{self._source}\n```"


def _numbered(thing):
    lines, first = inspect.getsourcelines(thing)
    return "".join(
        f"{number:3} {line}" for number, line in enumerate(lines, max(first, 1))
    ).rstrip()
