"""A newer lesson with what a learner has written in the older one, cell by cell."""

import copy

import nbformat
import pytest
from helpers.lessons import PAGES, graft, solution, stub
from hypothesis import given
from hypothesis import strategies as st

from lenproto.exercises.functions import FUNCTIONS
from lenproto.lessons import notebook
from lenproto.lessons.merging import merge


def code(name, text):
    return {
        "cell_type": "code",
        "id": name,
        "source": text,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }


def prose(name, text):
    return {"cell_type": "markdown", "id": name, "source": text, "metadata": {}}


def lesson(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def texts(merged):
    return [notebook.source(cell) for cell in merged.notebook["cells"]]


def merged(old, mine, new):
    return merge(notebook.fingerprints(old), mine, new)


OLD = lesson(
    prose("title", "# Sockets"),
    code("imports", "import socket"),
    code("answer", "def f():\n    # TODO"),
    code("check", "check(f)"),
)


def changed(old=OLD, **sources):
    """The lesson with other sources in these cells."""
    new = copy.deepcopy(old)
    for cell in new["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    return new


def test_an_answer_is_carried_into_the_new_lesson():
    new = changed(title="# Sockets, anew")
    found = merged(OLD, changed(answer="def f():\n    return 1"), new)
    assert texts(found) == [
        "# Sockets, anew",
        "import socket",
        "def f():\n    return 1",
        "check(f)",
    ]
    assert ([each["id"] for each in found.carried], found.changed) == (["answer"], 1)


def test_outputs_of_a_box_that_both_have_stay():
    mine = changed()
    mine["cells"][3]["outputs"] = ["passes"]
    mine["cells"][3]["execution_count"] = 7
    found = merged(OLD, mine, changed(title="# New"))
    assert found.notebook["cells"][3]["outputs"] == ["passes"]
    assert found.notebook["cells"][3]["execution_count"] == 7


def test_a_box_for_an_answer_keeps_the_answer_where_its_own_text_is_new():
    with_comment = changed(answer="def f():\n    # TODO, and well")
    found = merged(OLD, changed(answer="def f(): return 1"), with_comment)
    # a function of nothing but a comment is no Python, and nobody knows what that box is: both are there
    assert [each["id"] for each in found.below] == ["answer"]
    stubbed = changed(answer="def f():\n    '''Say.'''")
    found = merged(OLD, changed(answer="def f(): return 1"), stubbed)
    assert texts(found)[2:] == ["def f(): return 1", "check(f)"]
    assert [each["id"] for each in found.kept] == ["answer"]


def test_of_another_box_both_are_there_the_lesson_s_first():
    found = merged(
        OLD,
        changed(imports="import socket, time", title="# Sockets\nmy note"),
        changed(imports="import socket, struct", title="# Sockets, anew"),
    )
    assert texts(found)[:4] == [
        *("# Sockets, anew", "# Sockets\nmy note"),
        *("import socket, struct", "import socket, time"),
    ]
    assert len({cell["id"] for cell in found.notebook["cells"]}) == 6
    assert [each["id"] for each in found.below] == ["title", "imports"]


def test_a_gradebook_knows_a_cell_once():
    old = changed()
    old["cells"][3]["metadata"] = {"nbgrader": {"grade_id": "f"}}
    mine, new = changed(old, check="check(f) # mine"), changed(old, check="points(f)")
    found = merged(old, mine, new)
    assert texts(found)[3:] == ["points(f)", "check(f) # mine"]
    assert [cell["metadata"] for cell in found.notebook["cells"][3:]] == [
        {"nbgrader": {"grade_id": "f"}},
        {},
    ]


def test_own_boxes_stay_behind_the_same_neighbour():
    mine = changed()
    mine["cells"].insert(2, prose("n1", "after the imports"))
    mine["cells"].insert(3, code("n2", "and one more"))
    mine["cells"].insert(0, prose("n0", "before all"))
    new = changed()
    new["cells"].insert(2, code("fresh", "from the lesson"))
    new["cells"].insert(0, prose("above", "a new beginning"))
    found = merged(OLD, mine, new)
    assert texts(found) == [
        *("before all", "a new beginning", "# Sockets", "import socket"),
        *("after the imports", "and one more", "from the lesson"),
        *("def f():\n    # TODO", "check(f)"),
    ]
    assert (len(found.own), found.added) == (3, 2)


def test_a_box_that_the_lesson_has_no_more_goes_unless_something_was_written_in_it():
    new = lesson(*(cell for cell in OLD["cells"] if cell["id"] in ("title", "check")))
    found = merged(OLD, changed(answer="def f(): return 1"), new)
    assert texts(found) == ["# Sockets", "def f(): return 1", "check(f)"]
    assert [each["id"] for each in found.gone] == ["answer"]
    assert found.removed == 2


def test_a_box_that_the_learner_removed_comes_back_only_where_it_is_new():
    mine = lesson(*(cell for cell in OLD["cells"] if cell["id"] not in ("check", "imports")))
    found = merged(OLD, mine, changed(imports="import socket, time"))
    assert texts(found) == ["# Sockets", "import socket, time", "def f():\n    # TODO"]


def test_cells_without_ids_are_known_by_their_text_or_by_where_colab_keeps_the_id():
    old = changed(imports="### Run", check="### Run")
    mine = changed(old, answer="def f(): return 1")
    for cell in mine["cells"]:
        if cell["id"] == "answer":
            cell["metadata"] = {"id": "answer"}
        del cell["id"]
    found = merged(old, mine, changed(old, title="# New"))
    assert texts(found) == ["# New", "### Run", "def f(): return 1", "### Run"]
    assert found.own == []


def test_an_id_that_stands_twice_loses_nothing():
    mine = changed(answer="def f(): return 1")
    mine["cells"].append(code("answer", "def f(): return 2"))
    found = merged(OLD, mine, changed(title="# New"))
    assert texts(found)[2:] == ["def f(): return 1", "check(f)", "def f(): return 2"]
    assert len({cell["id"] for cell in found.notebook["cells"]}) == 5


def test_merging_again_changes_nothing():
    """As after a run that was ended before it could remember what it had laid."""
    mine = changed(answer="def f(): return 1", imports="import mine", title="# mine")
    new = changed(imports="import new", title="# New", check="points(f)")
    once = merged(OLD, mine, new).notebook
    assert merged(OLD, once, new).notebook["cells"] == once["cells"]
    assert merged(new, once, new).notebook["cells"] == once["cells"]


NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)
TEXTS = st.sampled_from(["1", "2", "def f(): pass", "def f(): return 2"])


@st.composite
def versions(draw):
    """A lesson, what somebody made of it, and a newer one: any cells, in any order, with any texts."""
    texts = {name: draw(TEXTS) for name in "abcdefgh"}

    def some(names):
        return lesson(*(code(name, draw(st.one_of(st.just(texts[name]), TEXTS))) for name in names))

    return some(draw(NAMES)), some(draw(NAMES)), some(draw(NAMES))


@given(versions())
def test_whatever_is_written_is_there_and_so_is_the_new_lesson(three):
    old, mine, new = three
    original = notebook.fingerprints(old)
    found = merge(original, mine, new)
    there = texts(found)
    ids = [cell["id"] for cell in found.notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in mine["cells"]:
        if original.get(cell["id"]) != notebook.fingerprint(cell):
            assert cell["source"] in there
    for cell in new["cells"]:
        replaced = [*found.carried, *found.kept]
        removed = cell["id"] not in [each["id"] for each in mine["cells"]]
        if cell["id"] not in [each["id"] for each in replaced] and not removed:
            assert cell["source"] in there
    order = [name for name in ids if name in notebook.fingerprints(new)]
    assert order == [cell["id"] for cell in new["cells"] if cell["id"] in ids]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_each_lesson_is_itself_when_nothing_is_new_and_stays_a_notebook(path):
    laid = notebook.read(path.read_bytes())
    found = merged(laid, laid, laid)
    assert notebook.written(found.notebook) == path.read_bytes()
    nbformat.validate(nbformat.from_dict(found.notebook))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_stub_of_a_function_is_a_box_for_an_answer(name):
    assert notebook.only_defines(code("x", stub(name)))


@pytest.mark.parametrize("text", ["import socket", "def f(): 1\nf()", "", "# def f(): 1", "def f("])
def test_other_boxes_are_none(text):
    assert not notebook.only_defines(code("x", text))
    assert not notebook.only_defines(prose("x", "def f(): 1"))


def test_a_solved_lesson_stays_solved():
    path = next(path for path in PAGES if path.stem.startswith("07"))
    old = notebook.read(path.read_bytes())
    mine = notebook.read(
        nbformat.writes(graft(path, {"check_client": solution("check_client")})).encode()
    )
    new = copy.deepcopy(old)
    new["cells"][0]["source"] = "# 7, anew"
    for cell in new["cells"]:
        if notebook.source(cell) == stub("check_client"):
            cell["source"] = stub("check_client").replace("Accept a client", "Accept one client")
    found = merged(old, mine, new)
    assert solution("check_client") in texts(found)
    assert not any("Accept one client" in text for text in texts(found))
    assert len(found.kept) == 1


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"[]", b"null", b'{"cells": 1}', b'{"cells": [1]}', b"\xff\xfe\x00"),
        b'{"cells": [{"cell_type": "code"}]}',
        b'{"cells": [{"cell_type": "code", "source": [1]}]}',
        b'{"cells": [{"cell_type": "code", "source": "", "metadata": 1}]}',
        b'{"cells": [], "metadata": []}',
        b'{"worksheets": [], "nbformat": 3}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_notebook_is_said_to_be_none(data):
    with pytest.raises(notebook.NoNotebook):
        notebook.read(data)


def test_letters_of_all_kinds_survive():
    mine = lesson(prose("a", "שלום \ud83d"), prose("b", ["two\n", "lines"]))
    assert notebook.read(notebook.written(mine)) == mine
    assert notebook.source(mine["cells"][1]) == "two\nlines"
