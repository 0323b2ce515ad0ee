"""Which byte is which field of HTTP: on the stage, in the picture's pieces, and in Wireshark's file."""

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from helpers.pcap import packets
from hypothesis import given
from hypothesis import strategies as st

from lenproto.lab import Stage, Trace
from lenproto.lab.fields import fields
from lenproto.lab.http_fields import HttpCutter
from lenproto.lab.ladder import Ladder

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEADER = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"
BODY = "שלום".encode()


def names(sender, stream):
    return [(name, stream[start:stop]) for name, start, stop in fields(sender, stream, HttpCutter)]


def test_a_request_ends_with_its_empty_line():
    assert names("client", GET + GET) == [("request", GET), ("request", GET)]


def test_an_answer_is_a_header_and_a_body_as_long_as_it_says():
    assert names("server", (HEADER + BODY) * 2) == [("header", HEADER), ("body", BODY)] * 2


@pytest.mark.parametrize("line", [b"content-length:8", b"CONTENT-LENGTH: \t8 "])
def test_the_line_with_the_length_may_be_written_in_several_ways(line):
    header = b"HTTP/1.1 200 OK\r\nServer: x\r\n" + line + b"\r\n\r\n"
    assert names("server", header + BODY) == [("header", header), ("body", BODY)]


def test_without_a_length_there_is_no_body():
    header = b"HTTP/1.1 204 No Content\r\n\r\n"
    assert names("server", header + HEADER) == [("header", header), ("header", HEADER)]


def test_what_has_not_ended_is_a_field_that_has_not():
    assert names("server", HEADER[:-1]) == [("header", HEADER[:-1])]
    assert names("server", HEADER + BODY[:3]) == [("header", HEADER), ("body", BODY[:3])]


@given(st.lists(st.integers(1, 20), max_size=20))
def test_however_it_is_cut_the_fields_are_the_same(sizes):
    stream = (HEADER + BODY) * 2 + HEADER[:9]
    cutter, at = HttpCutter("server"), 0
    for size in [*sizes, len(stream)]:
        cutter.feed(stream[at : at + size])
        at += size
    found = [(span.name, span.start, min(span.stop, len(stream))) for span in cutter.spans()]
    assert found == fields("server", stream, HttpCutter)


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response_only(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)


def http_server(ip, port):
    with HTTPServer((ip, port), Hello) as server:
        server.process_request(*server.get_request())


def http_client(ip, port):
    with socket.create_connection((ip, port)) as client_socket:
        client_socket.sendall(GET)
        while client_socket.recv(100):
            pass


@pytest.fixture
def trace():
    with Stage(http_client, http_server, cutter=HttpCutter) as stage:
        stage.run()
    return stage.trace


def test_a_stage_names_the_fields_of_http(trace):
    assert [field.name for field in trace.fields()] == ["request", "header", "body"]
    assert "body" in str(trace) and "handshake" not in str(trace)


def test_so_does_its_picture(trace):
    ladder = Ladder(trace)
    ladder.update()
    pieces = [piece[0] for rung in ladder.rungs if rung["sends"] for piece in rung["pieces"]]
    assert pieces == ["request", "header", "body"]


def test_saved_and_read_again_nothing_has_a_wrong_name(trace, tmp_path):
    trace.save(tmp_path / "http.json")
    again = Trace.load(tmp_path / "http.json")
    assert {field.name for field in again.fields()} == {"unknown"}


def test_wireshark_gets_it_at_the_port_of_http(trace, tmp_path):
    trace.save(tmp_path / "http.pcapng")
    assert packets(tmp_path / "http.pcapng")[0].to == 80
