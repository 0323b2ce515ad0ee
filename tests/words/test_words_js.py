"""words.js says the same as Python: values, plurals, isolated values; and what is not there is never passed over."""

import json
import shutil
import subprocess

import pytest
from helpers.places import ROOT

from lenproto.lab.views.page import module, spoken
from lenproto.words import say, speaking

SAID = {
    "en": 'byte = { one = "{n} byte", other = "{n} bytes" }\nboth = "{things} of {who}"\nback = "$& {who}"',
    "he": 'byte = { one = "בית אחד", two = "שני בתים", other = "{n} בתים" }\nboth = "{things} של {who}"',
}
CASES = [("byte", {"n": n}) for n in (0, 1, 2, 7)] + [
    ("both", {"things": ["a", 2], "who": "recv(4)"}),
    ("back", {"who": "$1"}),
]
ASK = """
const { words, cases } = JSON.parse(process.argv.at(-1));
const said = cases.map(([key, values]) => {
    try { return say(words, key, values); } catch (error) { return { error: error.message }; }
});
console.log(JSON.stringify(said));
"""


@pytest.fixture(autouse=True)
def further(trial):
    """Two languages more."""
    trial(**SAID)


def said_in_a_page(cases):
    """What say() of words.js gives for each of these."""
    node = shutil.which("node") or pytest.skip(
        "Node is not installed: no JavaScript without a page"
    )
    source = (ROOT / "lenproto" / "words" / "words.js").read_text("utf-8")
    asked = json.dumps({"words": spoken("trial"), "cases": cases})
    done = subprocess.run(
        [node, "--input-type=module", "--eval", source + ASK, "--", asked],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("language", SAID)
def test_a_page_says_what_python_says(language):
    with speaking(language):
        cases = [(f"trial.{key}", values) for key, values in CASES]
        assert said_in_a_page(cases) == [say(key, **values) for key, values in cases]


def test_what_is_not_there_is_never_passed_over():
    missing = [("trial.nothing", {}), ("nobody.knows.it", {}), ("trial.both", {"who": "lena"})]
    assert all(each["error"] for each in said_in_a_page(missing))


@pytest.mark.parametrize("path", ["lab/views/stage.js", "exercises/learner/verdict_view.js"])
def test_the_module_of_a_widget_imports_nothing(path):
    source = module(ROOT / "lenproto" / path)
    assert "export function say(" in source
    assert not any(line.startswith("import ") for line in source.splitlines())
