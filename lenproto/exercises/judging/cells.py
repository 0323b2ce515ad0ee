"""The cells of a notebook: what is for Jupyter alone, such as %matplotlib or !ls, is taken out of them."""

import re
from collections.abc import Iterator

PYTHON_CELLS = {"capture", "time", "timeit", "prun"}  # cell magics with Python below them
# lines that are for Jupyter: a command, with or without a name for what it gives, and questions for help
MAGIC = re.compile(
    r"(?P<indent>\s*)(?:(?P<name>[\w.]+\s*=\s*)?[%!].*|\?.*|%{0,2}[\w.*]+\s*\?\??\s*)$"
)
# what a line of Python consists of, as far as it tells whether the next line goes on with it
TOKEN = re.compile(r"""#.*|\\.|(?P<quote>'''|\"\"\"|'|")|(?P<open>[\[({])|(?P<close>[\])}])""")


def plain(source: str) -> str:
    """Return a cell's source with Jupyter's own lines emptied, so that the others keep their numbers."""
    source = source.replace("\r\n", "\n")
    if magic := re.match(r"\s*%%(\w+).*", source):
        if magic[1] not in PYTHON_CELLS:
            return "\n" * source.count("\n")
        source = source[: magic.start()] + "pass" + source[magic.end() :]
    return "\n".join(_lines(source.split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    """Yield lines; those that are for Jupyter, where a statement can begin, as one that does nothing."""
    quote, depth, goes_on = "", 0, False
    for line in lines:
        if not (quote or depth or goes_on) and (magic := MAGIC.match(line)):
            name = magic["name"] or ""
            yield f"{magic['indent']}{name}{'None' if name else 'pass'}"
            continue
        quote, depth = _after(line, quote, depth)
        goes_on = line.endswith("\\")
        if len(quote) == 1 and not goes_on:  # it is not closed: Python will say so
            quote = ""
        yield line


def _after(line: str, quote: str, depth: int) -> tuple[str, int]:
    """Return the quote that is open behind a line, "" if none is, and how many brackets are."""
    at = 0
    while token := TOKEN.search(line, at):
        at = token.end()
        if quote:
            if token[0].startswith("#"):  # no comment: it stands in a text
                at = token.start() + 1
            elif token["quote"] == quote:
                quote = ""
            elif token["quote"] and token[0][0] == quote:  # three of them end a text of one
                at, quote = token.start() + 1, ""
        elif token["quote"]:
            quote = token["quote"]
        elif token["open"]:
            depth += 1
        elif token["close"]:
            depth = max(0, depth - 1)
    return quote, depth
