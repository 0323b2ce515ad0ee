"""Lessons in other languages: the same cells as in English, the same code but for its texts, and none gone stale."""

import ast
import io
import re
import sys
import tokenize

import nbformat
import pytest
from helpers.places import NOTEBOOKS

from lenproto import words
from lenproto.lessons import shipped

sys.path.insert(0, str(NOTEBOOKS))
import translation

OTHERS = [language for language in shipped.languages() if language != words.ENGLISH]
NAMES = sorted(path.stem for path in (NOTEBOOKS / "en").glob("*.ipynb"))
PAIRS = [(language, name) for language in OTHERS for name in NAMES]
TEXTS = {tokenize.STRING, tokenize.COMMENT}
LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
# where the order of a printed line is another one, so that it reads well from right to left
OTHER_ORDER = {"03-50", "py-14", "07-46", "08-26", "09-30", "09-58"}


def cells(language, name):
    return nbformat.read(NOTEBOOKS / language / f"{name}.ipynb", as_version=4).cells


def skeleton(source):
    """The code of a cell without its texts: each stands for itself only by its kind."""
    python = "\n".join("pass" if line[:1] in "%!" else line for line in source.split("\n"))
    tokens = tokenize.generate_tokens(io.StringIO(python + "\n").readline)
    return [
        "text" if token.type in TEXTS else token.string
        for token in tokens
        if token.type not in LAYOUT and token.type != tokenize.COMMENT
    ]


def test_hebrew_is_one_of_them():
    assert OTHERS == ["he"]


@pytest.mark.parametrize(("language", "name"), PAIRS)
def test_each_cell_says_what_the_english_one_says_now(language, name):
    assert translation.stale(language, name) == {}


@pytest.mark.parametrize(("language", "name"), PAIRS)
def test_code_is_the_same_but_for_its_texts(language, name):
    for english, other in zip(cells("en", name), cells(language, name), strict=True):
        assert (english.id, english.cell_type) == (other.id, other.cell_type)
        if english.cell_type == "code":
            ast.parse(re.sub(r"^[%!].*", "", other.source, flags=re.MULTILINE))
            if english.id not in OTHER_ORDER:
                assert skeleton(other.source) == skeleton(english.source), english.id


@pytest.mark.parametrize(("language", "name"), PAIRS)
def test_prose_is_read_in_its_direction_and_code_from_left_to_right(language, name):
    if language not in words.RIGHT_TO_LEFT:
        return
    for cell in cells(language, name):
        if cell.cell_type == "markdown":
            plain = translation.undressed(cell.source)
            assert translation.dressed(plain) == cell.source, cell.id
            assert cell.source.count("<div") == cell.source.count("</div>"), cell.id


@pytest.mark.parametrize(("language", "name"), PAIRS)
def test_links_lead_to_what_is_there(language, name):
    for cell in cells(language, name):
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", cell.source):
            if cell.cell_type == "markdown" and not target.startswith(("http", "mailto")):
                assert (NOTEBOOKS / language / target).exists(), (cell.id, target)


def test_a_changed_english_cell_makes_the_other_one_stale(tmp_path, monkeypatch):
    monkeypatch.setattr(translation, "HERE", tmp_path)
    monkeypatch.setattr(translation, "ENGLISH", tmp_path / "en")
    (tmp_path / "en").mkdir()

    def english(*sources):
        new = nbformat.v4.new_notebook()
        new.cells = [nbformat.v4.new_markdown_cell(source) for source in sources]
        for number, cell in enumerate(new.cells):
            cell["id"] = f"c{number}"
        nbformat.write(new, tmp_path / "en" / "a.ipynb")

    english("One `f()`.", "Two.")
    assert translation.translate("he", "a", {"c0": "אחת `f()`."}) == ["c1"]
    assert translation.stale("he", "a") == {"c1": "not translated"}
    translation.translate("he", "a", {"c1": "שתיים."})
    assert translation.stale("he", "a") == {}
    assert "\u2066`f()`\u2069" in cells_of(tmp_path / "he" / "a.ipynb")[0].source
    english("One `g()`.", "Two.", "Three.")
    assert translation.stale("he", "a") == {"c0": "stale", "c2": "not translated"}
    with pytest.raises(ValueError, match="no such cells in a: c9"):
        translation.translate("he", "a", {"c9": ""})


def cells_of(path):
    return nbformat.read(path, as_version=4).cells
