"""Progress between visits: what counts as a try, what is kept, and what may happen to the file."""

import json
import subprocess
import sys
import threading

import filelock
import pytest
from helpers.cells import GOOD_CHECK, HELPERS, SHORT_GREETING, Cells

import lenproto
from lenproto.exercises import FUNCTIONS, Progress
from lenproto.exercises.functions import source_of
from lenproto.exercises.learner import progress
from lenproto.exercises.learner.tries import fingerprint
from lenproto.exercises.report.types import FunctionReport
from lenproto.words import say

FAIL = FunctionReport("fail", "skipped")
SPEC = FunctionReport("pass", "fail")
BOTH = FunctionReport("pass", "pass")
STEP = FunctionReport("pass", "none")
WRITER = """
import sys
from lenproto.exercises.learner import progress
for number in range(int(sys.argv[2])):
    tried, passed = f"{sys.argv[3]} {number}", {"spec": True, "shock": False}
    progress._change(lambda kept: progress._add(kept, sys.argv[1], tried, passed))
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    where = tmp_path / "deep" / "progress.json"
    monkeypatch.setenv("LENPROTO_PROGRESS", str(where))
    monkeypatch.setattr(progress, "_memory", {})
    return where


def function(*sources, name="check_client"):
    return Cells(*sources)[name]


def tries(name="check_client"):
    return len(progress.recorded()[0][name].tried)


# ---- what counts as a try ----


def test_a_try_counts_once_for_the_same_code(file):
    for source in (
        SHORT_GREETING,
        SHORT_GREETING,
        SHORT_GREETING.replace("    print", "    # a comment\n\n    print"),
        SHORT_GREETING.replace("):\n", '):\n    """It waits for a client."""\n'),
    ):
        assert progress.record(function(source), "check_client", FAIL) == ""
        assert tries() == 1
    progress.record(
        function(SHORT_GREETING.replace("TIME NAME", "TIME, NAME")), "check_client", SPEC
    )
    assert tries() == 2
    progress.record(function(SHORT_GREETING), "check_client", FAIL)
    assert tries() == 2


@pytest.mark.parametrize(
    "helper",
    [
        HELPERS.replace("not piece", "piece == b''"),
        HELPERS.replace('HI = b"Hi"', 'HI = b"Ho"'),
    ],
)
def test_a_changed_helper_or_constant_is_another_try(file, helper):
    first, second = function(HELPERS, GOOD_CHECK), function(helper, GOOD_CHECK)
    assert fingerprint(first) == fingerprint(function(HELPERS + "# more", GOOD_CHECK))
    assert fingerprint(first) != fingerprint(second)


def test_a_changed_method_and_a_lambda_are_other_tries():
    of_class = "class Box:\n    def take(self):\n        return {}\ndef check_client(s):\n    return Box().take()"
    assert len({fingerprint(function(of_class.format(n))) for n in (1, 2, 1)}) == 2
    lambdas = [function(f"pair = [lambda s: {n}, 0]; check_client = pair[0]") for n in (1, 2, 1)]
    assert len({fingerprint(each) for each in lambdas}) == 2


def test_code_without_a_source_has_a_fingerprint_too():
    made = []
    for value in (1, 2, 1):
        names = {"__name__": "__main__"}
        exec(f"def check_client(s):\n    return [{value} for _ in s]", names)
        made.append(fingerprint(names["check_client"]))
    assert made[0] == made[2] != made[1]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_untouched_stub_is_no_try(file, name):
    stub = source_of(name, "stub")
    progress.record(function(stub, name=name), name, FAIL)
    progress.record(function(f"def {name}(*any):\n    pass", name=name), name, FAIL)
    assert not file.exists()
    progress.record(function(f"{stub}\n    return 1\n", name=name), name, FAIL)
    assert tries(name) == 1


def test_lenprotos_own_functions_are_nobodys_try(file):
    progress.record(lenproto.check_client, "check_client", BOTH)
    assert not file.exists()


# ---- what is kept ----


def test_what_passed_once_stays_passed(file):
    for number, verdict in enumerate((FAIL, SPEC, BOTH, FAIL)):
        progress.record(
            function(f"def check_client(s):\n    return {number}"), "check_client", verdict
        )
    record = progress.recorded()[0]["check_client"]
    assert (record.spec, record.shock, record.passed, len(record.tried)) == (True, True, True, 4)
    assert len(record.last) == len("2026-11-22")
    assert not progress.recorded()[0]["serve_requests"].passed
    assert sorted(path.name for path in file.parent.iterdir() if path.name.endswith(".json")) == [
        "progress.json"
    ]


def test_two_notebooks_at_once_lose_nothing_of_each_other(file):
    jobs = [(name, which) for name in ("check_client", "serve_requests") for which in "ab"]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, name, "25", which]) for name, which in jobs
    ]
    looks = []
    while any(writer.poll() is None for writer in writers):
        looks.append(progress.recorded()[1])
    assert [writer.wait() for writer in writers] == [0] * 4
    assert tries("check_client") == tries("serve_requests") == 50
    assert set(looks) == {""}
    assert [
        path.name for path in file.parent.iterdir() if path.name.endswith((".broken", "~"))
    ] == []


def test_two_threads_of_one_notebook_lose_nothing_either(file):
    def write(which):
        for number in range(20):
            tried = f"{which} {number}"
            progress._change(
                lambda kept, tried=tried: progress._add(
                    kept, "check_client", tried, {"spec": False, "shock": False}
                )
            )

    threads = [threading.Thread(target=write, args=(which,)) for which in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tries() == 40


def test_old_and_newer_files_can_be_read_and_keep_what_we_do_not_know(file):
    file.parent.mkdir()
    old = {"functions": {"check_client": {"spec": True}, "serve_requests": None}}
    file.write_text(json.dumps(old), encoding="utf-8")
    assert progress.recorded()[0]["check_client"].spec
    newer = {
        "version": 9,
        "name": "lena",
        "functions": {
            "check_client": {"tried": ["x", 3], "shock": True, "last": 5, "stars": 4},
            "more": [],
        },
    }
    file.write_text(json.dumps(newer), encoding="utf-8")
    progress.record(function(SHORT_GREETING), "check_client", SPEC)
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert (
        kept["version"],
        kept["name"],
        kept["functions"]["more"],
        kept["functions"]["check_client"]["stars"],
    ) == (9, "lena", [], 4)
    assert tries() == 2
    assert progress.recorded()[0]["check_client"].passed


# ---- what may happen to the file ----


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"functions": 3}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_damaged_file_is_told_of_put_aside_and_stops_nothing(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    records, trouble = progress.recorded()
    assert trouble.endswith("is damaged.")
    assert not any(record.tried for record in records.values())
    said = progress.record(function(SHORT_GREETING), "check_client", SPEC)
    assert said.endswith("is damaged. It was put aside, and a new one begun.")
    assert file.with_name("progress.json.broken").read_bytes() == content
    assert tries() == 1
    assert progress.recorded()[1] == ""


def test_where_nothing_can_be_written_progress_lasts_as_long_as_python_runs(file, monkeypatch):
    file.parent.write_text("a file stands where a folder is needed", encoding="utf-8")
    said = progress.record(function(SHORT_GREETING), "check_client", SPEC)
    assert said.startswith("Your progress could not be kept in a file (")
    assert progress.recorded()[0]["check_client"].spec
    assert tries() == 1
    assert progress.forget() == "" or "could not be forgotten" in progress.forget()
    assert tries() == 0


def test_a_file_that_cannot_be_read_is_told_of(file):
    file.mkdir(parents=True)
    assert progress.recorded()[1].startswith("Your progress cannot be read (")
    assert progress.record(function(SHORT_GREETING), "check_client", SPEC).startswith(
        "Your progress could not be kept in a file ("
    )
    assert tries() == 1


def test_half_a_file_is_never_seen_and_a_failed_write_leaves_the_old_one(file, monkeypatch):
    progress.record(function(SHORT_GREETING), "check_client", SPEC)
    before = file.read_bytes()
    monkeypatch.setattr(progress.json, "dump", lambda kept, out, **_: (out.write('{"fun'), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        progress.record(function(HELPERS, GOOD_CHECK), "check_client", BOTH)
    assert file.read_bytes() == before
    assert {path.name for path in file.parent.iterdir()} == {"progress.json", ".progress.json.lock"}


def test_a_notebook_that_hangs_with_the_lock_in_its_hand_does_not_hang_the_others(
    file, monkeypatch
):
    monkeypatch.setattr(progress, "LOCK_S", 0.05)
    file.parent.mkdir()
    with filelock.FileLock(file.with_name(".progress.json.lock")):
        assert progress.record(function(SHORT_GREETING), "check_client", SPEC) == ""
    assert tries() == 1


def test_off_keeps_nothing_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_memory", {})
    for word in ("off", "OFF"):
        monkeypatch.setenv("LENPROTO_PROGRESS", word)
        assert progress.path() is None
    progress.record(function(SHORT_GREETING), "check_client", SPEC)
    assert tries() == 1
    progress.forget()
    assert tries() == 0


def test_by_itself_it_lies_in_the_users_data_folder(tmp_path, monkeypatch):
    import platformdirs

    monkeypatch.delenv("LENPROTO_PROGRESS")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *names, **_: tmp_path / names[0])
    assert progress.path() == tmp_path / "lenproto" / "progress.json"


def test_tests_and_lessons_that_pytest_runs_touch_nobodys_own_file():
    assert progress.path() is None


# ---- on the page ----


@pytest.fixture
def view(file):
    shown = Progress()
    yield shown
    shown.close()


def test_the_table_says_what_is_green(view):
    assert view.text().endswith("\n\nNothing is recorded yet.")
    assert view.text().count("· open  · open  0\n") == 5
    progress.record(function(SHORT_GREETING), "check_client", SPEC)
    progress.record(
        function("def send_requests(a, c):\n    return 1", name="send_requests"),
        "send_requests",
        BOTH,
    )
    assert "Nothing is recorded" in view.text()
    view._again.click()
    assert "check_client     ✓ pass  · open  1      20" in view.text()
    assert "send_requests    ✓ pass  ✓ pass  1      20" in view.text()
    progress.record(function("def frame(b):\n    return b", name="frame"), "frame", STEP)
    view._again.click()
    assert (
        "3 · Framing    1 of 4  · recv_exactly  ✓ frame  · body_length  · recv_answer\n"
        in view.text()
    )
    assert view.text().endswith("1 of 15 steps pass. 1 of 5 functions pass at both levels.")
    assert view._table.value.count('<td class="good">✓ pass</td>') == 3
    assert repr(view) == view.text() == view._repr_mimebundle_()["text/plain"]


def test_forgetting_takes_two_clicks_and_may_be_taken_back(view):
    progress.record(function(SHORT_GREETING), "check_client", SPEC)
    view._forget.click()
    assert (view._forget.description, view._keep.layout.display) == (say("progress.sure"), "")
    assert "Are you sure?" in view._said.value
    view._keep.click()
    assert (view._forget.description, view._keep.layout.display) == (say("progress.forget"), "none")
    assert tries() == 1
    view._forget.click()
    view._forget.click()
    assert tries() == 0
    assert view.text().endswith("Nothing is recorded yet.")
    assert "All is forgotten." in view._said.value
    assert view._forget.description == say("progress.forget")


def test_forgetting_forgets_the_damaged_file_too(view, file):
    file.parent.mkdir(exist_ok=True)
    file.write_text("{", encoding="utf-8")
    progress.record(function(SHORT_GREETING), "check_client", SPEC)
    view.forget()
    assert [path.name for path in file.parent.iterdir() if not path.name.startswith(".")] == []


def test_trouble_with_the_file_is_said_on_the_page(file):
    file.parent.mkdir()
    file.write_text("<b>{", encoding="utf-8")
    view = Progress()
    assert "is damaged." in view._said.value
    assert "damaged" not in view.text()
    view.close()
