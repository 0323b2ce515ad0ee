"""Functions of two learners that are much the same, and those that only do the same."""

import time

import pytest
from helpers.places import CORPUS

from lenproto.exercises.classes import alike, gradebook
from lenproto.exercises.classes.files import Gathered, found
from lenproto.exercises.classes.grading import Row
from lenproto.exercises.classes.handed_in import sort_out
from lenproto.exercises.classes.pages import of_class
from lenproto.exercises.functions import FUNCTIONS, source_of

WRITTEN = """import socket

def serve_requests(request, client_socket):
    # each request in turn
    with client_socket:
        while request and request != "EXIT":
            body = ANSWERS.get(request, unknown)().encode("utf-8")
            client_socket.sendall(b"%04d" % len(body) + body)
            received = b""
            while len(received) < 4:
                piece = client_socket.recv(4 - len(received))
                if not piece:
                    return
                received += piece
            request = received.decode("ascii", "replace")
"""
COPIED = (
    WRITTEN.replace("body", "text")
    .replace("piece", "p")
    .replace("    # each request in turn\n", "")
)
OTHER = """def serve_requests(request, client_socket):
    try:
        for _ in iter(int, 1):
            if request in ("", "EXIT"):
                break
            answer = answer_to(request)
            data = bytes(answer, "utf-8")
            head = str(len(data)).zfill(4)
            client_socket.sendall(head.encode() + data)
            request = receive_all(client_socket, 4).decode(errors="replace")
            if len(request) != 4:
                print("half a request", request)
                break
    except OSError as error:
        print(error)
    finally:
        client_socket.close()
"""


@pytest.fixture
def learners(tmp_path):
    """learners(anna=source, …) are those who have handed in these files."""

    def hand_in(**sources):
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(source, "utf-8")
        return sort_out(Gathered(found(sorted(tmp_path.glob("*.py"))))).learners

    return hand_in


def who(pairs):
    return [(*pair.learners, *pair.functions) for pair in pairs]


def test_a_copy_with_other_names_and_comments_is_found(learners):
    pairs = alike.pairs(learners(anna=WRITTEN, ben=OTHER, dan=COPIED))
    assert who(pairs) == [("anna", "dan", "serve_requests")]
    assert pairs[0].share == 1


def test_a_copy_with_a_line_more_is_found(learners):
    more = COPIED.replace(
        "        while request and", "        print('begins')\n        while request and"
    )
    (pair,) = alike.pairs(learners(anna=WRITTEN, dan=more))
    assert alike.ALIKE <= pair.share < 1


def test_what_everybody_is_given_does_not_count(learners):
    stubs, solutions = (
        "\n".join(source_of(name, part) for name in FUNCTIONS) for part in ("stub", "solution")
    )
    assert alike.pairs(learners(a=stubs, b=stubs, c=solutions, d=solutions)) == []


def test_what_is_so_short_that_all_come_to_it_does_not_count(learners):
    short = """def initial_listen(ip, port):
    server_socket = socket.socket()
    server_socket.bind((ip, port))
    server_socket.listen()
    return server_socket
"""
    assert alike.pairs(learners(a=short, b=short)) == []


def test_a_file_that_is_no_python_keeps_nobody_else_out(learners):
    pairs = alike.pairs(learners(anna=WRITTEN, broken="def serve_requests(", dan=COPIED))
    assert who(pairs) == [("anna", "dan", "serve_requests")]


def test_two_hundred_are_compared_in_seconds(learners):
    sources = [
        path.read_text("utf-8") for path in sorted((CORPUS / "wrong").glob("serve*.py"))[:50]
    ]
    everybody = learners(**{f"pupil_{number}": sources[number % 50] for number in range(200)})
    began = time.process_time()
    pairs = alike.pairs(everybody)
    assert len(pairs) > 200
    assert time.process_time() - began < 10, "it took 3 s"


def test_the_page_has_both_sources_side_by_side_and_marks_what_differs(learners):
    more = COPIED.replace(
        "        while request and", "        print('<b>begins')\n        while request and"
    )
    everybody = learners(anna=WRITTEN, dan=more)
    book = gradebook.Book("class", [Row(each.learner, each.path) for each in everybody])
    page = of_class.page(book, (), alike.pairs(everybody))
    assert "Much the same" in page
    assert '<span class="differs">        print(&#39;&lt;b&gt;begins&#39;)</span>' in page
    assert "<span>        while request and request != &#34;EXIT&#34;:</span>" in page
    assert "Much the same" not in of_class.page(book)


def test_of_many_who_are_alike_there_is_one_group_with_a_pair_less_than_they_are(learners):
    everybody = learners(
        anna=WRITTEN,
        ben=OTHER,
        dan=COPIED,
        eve=WRITTEN,
        gil=OTHER.replace("data", "d"),
        hila=COPIED,
    )
    found = alike.pairs(everybody)
    assert len(found) == 7
    groups = alike.groups(found)
    named = [{name for pair in group for name in pair.learners} for group in groups]
    assert named == [{"anna", "dan", "eve", "hila"}, {"ben", "gil"}]
    assert [len(group) for group in groups] == [3, 1]
