"""A language made by a program from the English: every text in ⟦…⟧. What stands outside was not said by words."""

import builtins
import errno
import functools
import io
import json
import os
import re
import socket
import tokenize
from pathlib import Path

import lenproto
from lenproto import words
from lenproto.exercises.functions import LESSON_OF
from lenproto.exercises.report import misconceptions

LANGUAGE = "pseudo"
LEFT, RIGHT = "⟦", "⟧"
CODE_TOKENS = {tokenize.NAME, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", None)}
CODE = {"solution"}  # entries that are lines of Python, the same in every language
PACKAGE = Path(lenproto.__file__).parent
BYTES = re.compile(r"""b(["'])(?:\\.|(?!\1).)*\1""")
REQUEST = re.compile("[A-Z]{4}")
NUMBER = re.compile(r"^\W*\d+ +")  # of a line of code, and what marks it
NO_TEXT = re.compile(r"\s*[0-9a-f]{4}  ([0-9a-f]{2} )+|  \| ")  # a hexdump; what was printed
ON_THE_WIRE = re.compile(r"Hello! You can ask for: [A-Za-z, ]*EXIT|I do not know .*EXIT")
# what the system and Python say of their own errors, in a language of their own
SYSTEMS = re.compile(
    "|".join(re.escape(os.strerror(n)) for n in errno.errorcode)
    + r"|\[Errno [^)]*|\w+Error \((\([^)]*\)|[^()])*\)"
)
SHOWN = ("client.py", "server.py", "wire.py", "answers.py", "lab/literal.py")  # code that is shown


def write(folder):
    """Write the pseudo-language's tables into a folder for LENPROTO_WORDS."""
    place = folder / LANGUAGE
    place.mkdir(parents=True)
    for name in words.tables(words.ENGLISH):
        text = "".join(_lines(words.table(name, words.ENGLISH), ()))
        (place / f"{name}.toml").write_text(text, encoding="utf-8")


def _lines(table, way):
    """The lines of a TOML table, with its texts in brackets."""
    if way:
        yield f"[{'.'.join(map(json.dumps, way))}]\n"
    for name, each in table.items():
        if not isinstance(each, dict):
            told = each if name in CODE or not isinstance(each, str) else _marked(each)
            yield f"{json.dumps(name)} = {json.dumps(told, ensure_ascii=False)}\n"
    for name, each in table.items():
        if isinstance(each, dict):
            yield from _lines(each, (*way, name))


def _marked(text):
    """A text in brackets, and its values outside of them: they may be texts that nobody has said."""
    return LEFT + re.sub(r"\{[a-z_]+\}", rf"{RIGHT}\g<0>{LEFT}", text) + RIGHT


def outside(text):
    """What of a text stands in no brackets."""
    depth, kept = 0, []
    for letter in text:
        depth += letter == LEFT
        kept.append(" " if depth else letter)
        depth -= letter == RIGHT and depth > 0
    return "".join(kept)


def english_lines(text, *sources):
    """The lines of a text with English outside of brackets; none of code or of a hexdump, or that a program printed."""
    code = lines_of_code() | {line.strip() for source in sources for line in source.splitlines()}
    return [
        line
        for line in outside(text).splitlines()
        if NUMBER.sub("", line).strip() not in code
        and not NO_TEXT.match(line)
        and english(line, *sources)
    ]


def english(text, *sources):
    """The words outside of brackets that the English tables use, and no code that is shown or of these sources does."""
    spoken = vocabulary() - names(*sources)
    plain = ON_THE_WIRE.sub("", BYTES.sub("", SYSTEMS.sub("", outside(text))))
    known = {*misconceptions.names(), *LESSON_OF}
    for name in sorted(known, key=len, reverse=True):  # one may be in another
        plain = plain.replace(name, "")
    return [
        word
        for word in re.findall(r"[A-Za-z]{2,}", plain)
        if word.lower() in spoken and not REQUEST.fullmatch(word)
    ]


@functools.cache
def vocabulary():
    """All words of the English tables, without lines of code and what stands in braces."""
    texts = [each for name in words.tables("en") for each in _texts(words.table(name, "en"))]
    plain = [re.sub(r"\{\w+\}|`[^`]*`", " ", text) for text in texts]
    return {word.lower() for text in plain for word in re.findall(r"[A-Za-z]{2,}", text)}


def _texts(table):
    for name, each in table.items():
        if isinstance(each, dict):
            yield from _texts(each)
        elif isinstance(each, str) and name not in CODE:
            yield each


@functools.cache
def names(*sources):
    """What is code: Python's names, those of the code that is shown, and those and the texts of some sources."""
    shown = [(PACKAGE / file).read_text("utf-8") for file in SHOWN]
    code = [name for source in shown for name in _tokens(source, {tokenize.NAME})]
    code += [text for source in sources for text in _tokens(source, CODE_TOKENS)]
    # of Python's own words many are English, too: next, open, all
    code += [name for name in dir(builtins) if name[0].isupper()]
    code += [*dir(socket), *dir(socket.socket)]
    return {word.lower() for text in code for word in re.findall(r"[A-Za-z]{2,}", text)}


def _tokens(source, kinds):
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string for token in tokens if token.type in kinds]


@functools.cache
def lines_of_code():
    """The lines of Python that are shown, and those that stand in the tables: what they say is theirs."""
    tables = [words.table(name, words.ENGLISH) for name in words.tables(words.ENGLISH)]
    entries = [entry for table in tables for entry in table.values() if isinstance(entry, dict)]
    texts = [text for entry in entries for text in _leaves(entry.get("solution", ""))]
    texts += [(PACKAGE / file).read_text("utf-8") for file in SHOWN]
    return {line.strip() for text in texts for line in text.splitlines()}


def _leaves(entry):
    return (
        [entry]
        if isinstance(entry, str)
        else [text for each in entry.values() for text in _leaves(each)]
    )
