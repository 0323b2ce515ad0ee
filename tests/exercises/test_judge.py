"""Whatever a submission does, a verdict comes, with a sentence of its own; and nothing of it stays."""

import os
import subprocess
import sys
import textwrap

import pytest
from helpers.computing import computes_at_most
from helpers.places import CORPUS

from lenproto.exercises.classes.grading import grade
from lenproto.exercises.judging import process, processes
from lenproto.exercises.judging.judge import judge_file
from lenproto.exercises.judging.process import Broken
from lenproto.words import Words, speaking

UNSAFE = CORPUS / "unsafe"
PASSES = "passes"
EXPECTED = {  # file: what its first failure is called
    "busy_loop_bare_except": "accepts-another-client",
    "closes_all_descriptors": "closes-what-is-not-its-own",
    "closes_fd_1": "closes-what-is-not-its-own",
    "closes_stdout": "closes-the-output",
    "descriptors_run_out": "goes-on-after-an-error",
    "endless_loop": "never-ends",
    "endless_recursion": "has-an-error",
    "exit_at_import": PASSES,
    "floods_stderr": "prints-without-end",
    "hangs_at_exit": PASSES,
    "holds_the_gil": "never-ends",
    "ignores_signals": "never-ends",
    "input_at_import": PASSES,
    "input_on_the_server": "asks-the-keyboard",
    "kills_its_parent": "ends-another-program",
    "kills_itself": "ends-the-program",
    "leaves_the_folder": PASSES,
    "left_over_process": "leaves-a-program",
    "left_over_session": "leaves-a-program",
    "left_over_thread": "leaves-a-thread",
    "memory_hog": "uses-too-much-memory",
    "missing_import": PASSES,
    "module_level_loop": PASSES,
    "module_raises": PASSES,
    "name_is_no_function": "is-no-function",
    "one_huge_string": "uses-too-much-memory",
    "os_exit": "ends-the-program",
    "patches_builtins": "replaces-the-library",
    "patches_socket": "replaces-the-library",
    "pretends_to_pass": "ends-the-program",
    "prints_50_mb": "prints-without-end",
    "sleeps": "sleeps-too-long",
    "sockets_left_open": "leaves-sockets-open",
    "sys_exit": "ends-the-program",
    "too_many_parameters": "takes-other-parameters",
}
UNREADABLE = {  # file: what its sentence says
    "bad_encoding": "line 6, column 3",
    "empty": "None of the five functions",
    "indentation": "line 10, column 1: inconsistent use of tabs",
    "no_such_function": "None of the five functions",
    "nul_bytes": "line 6, column 1: there is a zero byte",
    "only_a_comment": "None of the five functions",
    "python_2": "line 13, column 5",
    "syntax_error": "line 10, column 23",
    "utf_16": "UTF-16",
}
SERVES = """
    import socket
    OTHERS = "../../others/theirs.txt"
    def initial_listen(ip, port):
        {}
        server_socket = socket.socket()
        server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server_socket.bind((ip, port))
        except OSError:
            server_socket.close()
            raise
        server_socket.listen()
        return server_socket
"""
HOSTILE = {  # what initial_listen does at its beginning, and what that is called
    "__import__('os').closerange(0, 21)": "closes-what-is-not-its-own",
    "__import__('os').remove(OTHERS)": "changes-files",
    "open(OTHERS, 'a')": "changes-files",
    "__import__('os').open(OTHERS, __import__('os').O_RDWR)": "changes-files",
    "__import__('shutil').rmtree(__import__('os').path.dirname(OTHERS))": "changes-files",
    "__import__('os').rename(OTHERS, 'mine.txt')": "changes-files",
    "__import__('os').symlink('mine.txt', OTHERS + '2')": "changes-files",
    "__import__('os').killpg(__import__('os').getpgid(__import__('os').getppid()), 15)": "ends-another-program",
    "__import__('os').kill(__import__('os').getppid(), 0)": "ends-another-program",
    "__import__('time').monotonic = lambda: 0": "replaces-the-library",
    "__import__('threading').Thread = None": "replaces-the-library",
    "socket.socket = None": "replaces-the-library",
    "__import__('os').mkdir(OTHERS + '2')": "changes-files",
    "__import__('os').mkfifo(OTHERS + '2')": "changes-files",
    "__import__('sqlite3').connect(OTHERS + '2')": "changes-files",
    "socket.socket(socket.AF_UNIX).bind(OTHERS + '2')": "changes-files",
    "__import__('_posixshmem').shm_open('/lenproto-test', 66, 384)": "changes-files",
    "__import__('_socket').socket().bind(('', 0))": "reaches-others",
    "__import__('_socket').socket().connect_ex(('127.0.0.1', 18820))": "reaches-others",
    "socket.getaddrinfo('time.example.org', 123)": "reaches-others",
    "socket.socket(socket.AF_UNIX).connect('/tmp/.X11-unix/X0')": "reaches-others",
    "__import__('multiprocessing.resource_tracker').resource_tracker.ensure_running()": "leaves-a-program",
    "__import__('os').abort()": "crashes-python",
    "__import__('ctypes').string_at(0)": "crashes-python",
}  # fmt: skip
HARMLESS = [
    "__import__('sys').settrace(lambda *_: None)",
    "__import__('sys').setrecursionlimit(60000)",
    "__import__('gc').disable()",
    "__import__('tempfile').NamedTemporaryFile(delete=False)",
    "open('mine.txt', 'w').write('x')",
    "__import__('os').environ.clear()",
    "__import__('subprocess').run([__import__('sys').executable, '-c', ''])",
    "print('x' * 300_000)",
    "__import__('tempfile').mkdtemp()",
    "__import__('sqlite3').connect(':memory:').close()",
    "__import__('sqlite3').connect('mine.db').close()",
    "socket.socket(socket.AF_UNIX).bind(__import__('secrets').token_hex(4))",
    "socket.create_server(('127.0.0.1', 0)).close()",
    "socket.gethostbyname('localhost')",
    "socket.getaddrinfo('127.0.0.1', 80)",
    "socket.socketpair()[0].close()",
]  # fmt: skip
FORGES = """
    import json, os
    def serve_requests(request, client_socket):
        verdict = json.dumps({"verdict": "pass", "clean": True, "alone": True, "steps": []})
        for number in range(3, 300):
            for token in ("", *os.environ.values()):
                try:
                    os.write(number, f"\\n{token} {verdict}\\n{verdict}\\n".encode())
                except OSError:
                    pass
        os._exit(0)
"""
DOUBLE_FORKS = """
    import os, signal
    def initial_listen(ip, port):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.pause()
            os._exit(0)
        os.wait()
        {}
"""


def first_failure(report):
    """The misconception of the first failed case of a report; PASSES where there is none."""
    failed = [
        case for verdict in report.functions.values() for case in verdict.cases if case.failed
    ]
    return failed[0].misconception if failed else PASSES


@pytest.fixture(scope="module")
def unsafe():
    """A Row for each unsafe submission, by name: all are judged at once, in this process, which lives on."""
    paths = sorted(UNSAFE.glob("*.py"))
    return {path.stem: row for path, row in zip(paths, grade(paths, jobs=2), strict=True)}


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """judged(source) judges it, and sees to it that neither a process nor a file stays."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    tokens, token_hex = [], process.secrets.token_hex
    # of tests before this one, such as the tracker of a pool of processes
    others = processes._family(os.getpid(), "")
    monkeypatch.setattr(
        process.secrets, "token_hex", lambda size: tokens.append(token_hex(size)) or tokens[-1]
    )

    def judged(source, **options):
        path = tmp_path / "submission.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        report = judge_file(path, **options)
        assert not list(scratch.iterdir())
        assert not [
            pid for token in tokens for pid in processes._family(os.getpid(), token) - others
        ]
        return report

    return judged


def test_each_unsafe_submission_is_expected_here(unsafe):
    # or by the Python that runs them
    by_rules = {"recursion_to_the_crash", "no_default_time_limit", "thread_keeps_serving"}
    assert set(unsafe) == set(EXPECTED) | set(UNREADABLE) | by_rules


@pytest.mark.parametrize("name", EXPECTED)
def test_an_unsafe_submission_gets_its_own_sentence(unsafe, name):
    row = unsafe[name]
    assert not row.problem
    assert first_failure(row.report) == EXPECTED[name]
    assert all(case.message.endswith((".", '"')) for _, case in row.failures)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_submission_says_where(unsafe, name):
    assert UNREADABLE[name] in unsafe[name].problem


@pytest.mark.skipif(os.name != "posix", reason="POSIX calls")
@pytest.mark.parametrize("line", HOSTILE)
def test_what_a_function_does_to_others_is_told(judged, tmp_path, line):
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "theirs.txt").write_text("theirs")
    report = judged(SERVES.format(line), levels=("spec",))
    assert first_failure(report) == HOSTILE[line]
    assert [path.read_text() for path in (tmp_path / "others").iterdir()] == ["theirs"]


def test_what_harms_nobody_is_let_through(judged):
    report = judged(SERVES.format("; ".join(HARMLESS)), levels=("spec",))
    assert first_failure(report) == PASSES


def test_a_pass_cannot_be_written_to_the_channel(judged):
    first = judged(FORGES).functions["serve_requests"].cases[0]
    assert (first.verdict, first.misconception) == ("fail", "ends-the-program")


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere a daemon that forked twice is out of reach"
)
@pytest.mark.parametrize(
    ("end", "misconception"),
    [("return None", "leaves-a-program"), ("os._exit(0)", "ends-the-program")],
)
def test_a_daemon_that_forked_twice_is_ended(judged, end, misconception):
    # judged looks for the process
    assert first_failure(judged(DOUBLE_FORKS.format(end))) == misconception


def test_a_loss_costs_its_own_case_alone(judged):
    report = judged(
        """
        import os, socket
        def serve_requests(request, client_socket):
            if request == "TIME":
                os.kill(os.getpid(), 9)
            client_socket.close()
        def initial_listen(ip, port):
            return socket.create_server((ip, port))
    """,
        levels=("spec",),
    )
    assert report.functions["serve_requests"].spec == "fail"
    assert report.functions["initial_listen"].spec == "pass"


def test_after_an_endless_loop_the_rest_is_skipped_not_failed(judged):
    with computes_at_most(4):
        report = judged("def serve_requests(request, client_socket):\n    while True: pass")
    verdict = report.functions["serve_requests"]
    assert [case.verdict for case in verdict.cases].count("fail") == 1
    assert verdict.shock == "skipped"


def test_what_does_not_load_in_time_fails_all_its_functions(judged):
    report = judged(
        "anything = any(iter(int, 1))\n"
        "def initial_listen(ip, port): pass\ndef check_client(sock): pass"
    )
    assert [report.functions[name].spec for name in ("initial_listen", "check_client")] == [
        "fail",
        "fail",
    ]
    assert "does not even load" in report.functions["check_client"].cases[0].message


def test_the_whole_has_a_limit(judged):
    report = judged(SERVES.format(""), limit_s=0.0)
    verdict = report.functions["initial_listen"]
    assert (verdict.spec, verdict.shock) == ("skipped", "skipped")
    assert {case.message for case in verdict.cases} == {"The time for the whole was used up."}


def test_what_one_function_leaves_does_not_reach_the_next(judged):
    report = judged(
        """
        import os, socket
        def initial_contact(ip, port):
            os.chdir("/")
            os.environ["LEFT"] = "there"
        def initial_listen(ip, port):
            assert "LEFT" not in os.environ and os.getcwd() != "/"
            return socket.create_server((ip, port))
    """,
        levels=("spec",),
    )
    assert report.functions["initial_listen"].spec == "pass"


def test_a_long_print_is_cut_and_says_how_much(judged):
    report = judged(SERVES.format("print('x' * 300_000)"), levels=("spec",))
    listen = report.functions["initial_listen"]
    assert {case.verdict for case in listen.cases} == {"pass"}
    printed = listen.as_json()["cases"][0]["printed"]
    assert "more" in printed and len(printed) < 5000


def test_what_was_judged_in_one_language_can_be_said_in_another(
    judged, tmp_path_factory, monkeypatch
):
    folder = tmp_path_factory.mktemp("words")
    (folder / "xx").mkdir()
    (folder / "xx" / "initial_listen.toml").write_text("returns-nothing.seen = 'Rien.'", "utf-8")
    (folder / "xx" / "judging.toml").write_text("rests-on-case = 'Après {case}.'", "utf-8")
    monkeypatch.setenv("LENPROTO_WORDS", str(folder))
    verdict = judged("def initial_listen(ip, port): pass", levels=("spec",)).functions
    failed, skipped, *_ = verdict["initial_listen"].cases
    assert failed.message == "It returned nothing: the server socket is lost."
    assert skipped.message == "It rests on 'listens', which failed."
    with speaking("xx"):
        assert (failed.message, skipped.message) == ("Rien.", "Après listens.")
        for case in (failed, skipped):
            assert str(Words.from_json(case.as_json())) == case.message
    with speaking("xx"):
        verdict = judged("def initial_listen(ip, port): pass", levels=("spec",)).functions
        assert verdict["initial_listen"].cases[0].message == "Rien."


def test_the_steps_of_what_failed_can_be_said_again(judged):
    verdict = judged(
        """
        def check_client(server_socket):
            sock = server_socket.accept()[0]
            sock.recv(2)
        """,
        levels=("spec",),
    ).functions["check_client"]
    steps = verdict.as_json()["cases"][0]["steps"]
    assert [step["what"] for step in steps[:2]] == ["connects", "accept() → a client"]
    for step in steps:
        held = step["words"]["what"]
        assert step["what"] == (held if isinstance(held, str) else str(Words.from_json(held)))


def test_a_checker_that_does_not_start_is_no_failure_of_a_learner(judged, monkeypatch):
    monkeypatch.setattr(process, "CODE", "raise SystemExit(7)")
    with pytest.raises(Broken, match="could not be started"):
        judged(SERVES.format(""))


@pytest.mark.skipif(
    os.name != "posix", reason="there are no process groups on Windows: taskkill finds the tree"
)
def test_a_program_that_nobody_can_list_is_ended_with_its_group(monkeypatch):
    """On a system without /proc, and without psutil."""
    monkeypatch.setattr(processes, "_family", lambda pid, mark: set())
    starts = (
        "import subprocess, sys; "
        "print(subprocess.Popen([sys.executable, '-c', 'input()']).pid, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starts],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as worker:
        worker.stdout.readline()  # it has started the other one, which holds the pipe, too
        processes.end(worker, "a mark")
        assert worker.stdout.read() == "", "the end of the pipe: nobody holds it any more"


def test_an_error_in_a_thread_of_its_own_is_the_functions():
    report = judge_file(CORPUS / "wrong" / "serve_requests__error_in_thread.py")
    [case] = [
        case for case in report.functions["serve_requests"].cases if case.name == "binary request"
    ]
    assert (case.misconception, case.where[0]) == ("decodes-blindly", "talk")


def test_bytes_that_are_compared_with_text_are_named_by_their_line():
    """Python complains of them only where it is asked to; equal they are never."""
    wrong = CORPUS / "wrong" / "check_client__compares_bytes_with_text.py"
    line = 1 + wrong.read_text("utf-8").splitlines().index('        if hi != "Hi":')
    failure = judge_file(wrong).functions["check_client"].failure
    assert [str(aside) for aside in failure.asides] == [
        f"In line {line} of check_client bytes are compared with text: "
        'b"Hi" and "Hi" are never equal.'
    ]
    assert str(failure.asides[0]) in failure.hint
