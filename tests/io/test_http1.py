"""Replies of HTTP/1.1: what is one, where it ends, and whether its connection can be used again."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._io.http1 import (
    LONGEST_HEAD,
    MOST_HEADERS,
    MOST_INTERIM,
    LimitExceeded,
    ProtocolError,
    ReplyParser,
)

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = OK + b"Content-Length: 2\r\n\r\nhi"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1;x=y\r\ni\r\n0\r\nTrailer: t\r\n\r\n"


def parsed(data: bytes, method: str = "POST", size: int | None = None) -> ReplyParser:
    parser = ReplyParser()
    parser.begin(method)
    for start in range(0, len(data), size or len(data)):
        parser.feed(data[start : start + (size or len(data))])
    return parser


@given(st.sampled_from([LENGTH, CHUNKED, b"HTTP/1.1 100 Continue\r\n\r\n" + LENGTH]), st.integers(1, 40))
def test_every_way_of_cutting_gives_the_same_reply(data: bytes, size: int) -> None:
    parser = parsed(data, size=size)
    assert (parser.status, b"".join(parser.body), parser.complete, parser.reusable) == (200, b"hi", True, True)
    assert all(name.lower() != b"trailer" for name, _ in parser.headers)


@pytest.mark.parametrize("status", [b"000", b"099", b"102", b"103", b"199"])
@pytest.mark.parametrize("size", [None, 1])
def test_an_interim_reply_with_a_body_is_an_error(status: bytes, size: int | None) -> None:
    with pytest.raises(ProtocolError):
        parsed(b"HTTP/1.1 " + status + b" X\r\nContent-Length: 5\r\n\r\nevil!" + LENGTH, size=size)


@pytest.mark.parametrize("surplus", [b"x", LENGTH, b"HTTP/1.1 500 No\r\n"])
@pytest.mark.parametrize("at_once", [True, False])
def test_bytes_behind_a_reply_spoil_the_connection_and_nothing_else(surplus: bytes, at_once: bool) -> None:
    parser = parsed(LENGTH + surplus) if at_once else parsed(LENGTH)
    if not at_once:
        parser.feed(surplus)
    assert (parser.status, b"".join(parser.body), parser.complete) == (200, b"hi", True)
    assert not parser.reusable


def test_one_parser_reads_reply_after_reply() -> None:
    parser = parsed(LENGTH)
    for status in (503, 204, 200):
        parser.begin("POST")
        parser.feed(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)
        assert (parser.status, parser.body, parser.reusable) == (status, [], True)


def test_a_reply_without_a_body_ends_with_its_head() -> None:
    assert parsed(b"HTTP/1.1 204 No Content\r\n\r\n").reusable
    head = parsed(OK + b"Content-Length: 500\r\n\r\n", "HEAD")
    assert head.complete
    assert not head.reusable


def test_a_server_that_will_close_is_believed() -> None:
    assert not parsed(OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi").reusable
    assert not parsed(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi").reusable


@pytest.mark.parametrize(("status", "again"), [(400, True), (429, True), (500, False), (502, True), (503, True)])
def test_a_server_whose_application_crashed_may_close_without_saying_so(status: int, again: bool) -> None:
    assert parsed(b"HTTP/1.1 %d Status\r\nContent-Length: 2\r\n\r\nhi" % status).reusable is again


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    parser = parsed(OK + b"\r\nhello")
    assert not parser.complete
    parser.end()
    assert (parser.complete, parser.reusable) == (True, False)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "without a reply"),
        (OK, "middle of the head"),
        (LENGTH[:-1], "middle of the body"),
        (CHUNKED[:-8], "middle of the body"),
    ],
)
def test_an_end_before_the_end_is_an_error(data: bytes, reason: str) -> None:
    parser = parsed(data) if data else ReplyParser()
    with pytest.raises(ProtocolError, match=reason):
        parser.end()


@pytest.mark.parametrize("coding", [b"chunked ", b"chunked\t", b"chunked;q=1", b"chunked, gzip", b"gzip", b"xchunked"])
@pytest.mark.parametrize("more", [b"", b"Transfer-Encoding: identity\r\n"])
def test_a_transfer_encoding_does_not_end_with_the_connection(coding: bytes, more: bytes) -> None:
    parser = parsed(OK + b"Transfer-Encoding: " + coding + b"\r\n" + more + b"\r\n5\r\nhe")
    with pytest.raises(ProtocolError, match="middle of the body"):
        parser.end()


def test_the_identity_is_no_transfer_encoding() -> None:
    parser = parsed(OK + b"Transfer-Encoding: identity\r\n\r\nhello")
    parser.end()
    assert (parser.complete, parser.reusable, parser.body) == (True, False, [b"hello"])


@pytest.mark.parametrize(
    "data",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
        OK + b"Content-Length: -2\r\n\r\nhi",
        OK + b"Bad Header: 2\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * (MOST_INTERIM + 1),
        OK + b"".join(b"h%d: x\r\n" % n for n in range(MOST_HEADERS + 1)) + b"\r\n",
        OK + b"h: " + b"x" * LONGEST_HEAD,
    ],
)
def test_what_is_no_reply_is_an_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parsed(data)


def test_what_is_wrong_behind_the_head_leaves_what_is_good() -> None:
    parser = parsed(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n")
    assert (parser.status, parser.body) == (200, [b"hi"])
    assert isinstance(parser.error, ProtocolError)
    assert not parser.complete
    assert not parser.reusable
    parser.begin("GET")
    assert parser.error is None


SMUGGLED = {
    "two lengths": b"Content-Length: 2\r\nContent-Length: 5\r\n\r\nhi",
    "two equal lengths": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\nhi",
    "a sign": b"Content-Length: +2\r\n\r\nhi",
    "a length without bounds": b"Content-Length: 99999999999999999999999\r\n\r\nhi",
    "length, then chunks": b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "chunks, then length": b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "a folded line": b"X: a\r\n b\r\nContent-Length: 2\r\n\r\nhi",
    "a folded length": b"Content-Length:\r\n 2\r\n\r\nhi",
    "NUL in a value": b"X: a\0b\r\nContent-Length: 2\r\n\r\nhi",
    "NUL in a name": b"X\0: a\r\nContent-Length: 2\r\n\r\nhi",
    "a blank before the colon": b"Content-Length : 2\r\n\r\nhi",
    "CR alone": b"X: a\rContent-Length: 2\r\n\r\nhi",
    "LF alone": b"X: a\nContent-Length: 2\n\nhi",
}
"""Heads that two parsers may read in two ways, so that what one takes for a body is a reply for the other."""


@pytest.mark.parametrize("head", SMUGGLED.values(), ids=SMUGGLED)
def test_a_head_that_can_be_read_in_two_ways_is_refused(head: bytes) -> None:
    with pytest.raises(ProtocolError):
        parsed(OK + head)


@pytest.mark.parametrize("encoding", [b"chunked, identity", b"gzip", b"xchunked", b"chunked\r\nTransfer-Encoding: x"])
def test_an_encoding_without_an_end_of_its_own_spoils_the_connection(encoding: bytes) -> None:
    parser = parsed(OK + b"Transfer-Encoding: " + encoding + b"\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
    assert not parser.complete
    assert not parser.reusable


def test_bytes_of_pieces_that_were_taken_are_not_kept() -> None:
    parser = parsed(OK + b"Content-Length: 4\r\n\r\nab")
    assert parser.take() == b"ab"
    parser.feed(b"cd")
    assert (parser.take(), parser.take(), parser.complete) == (b"cd", b"", True)


@pytest.mark.parametrize("start", [b"1;x=", b"2\r\nhi\r\n0\r\nTrailer: "], ids=["extension", "trailer"])
def test_framing_without_an_end_is_an_error(start: bytes) -> None:
    parser = parsed(OK + b"Transfer-Encoding: chunked\r\n\r\n" + start)
    parser.take()
    for _ in range(2):
        assert parser.error is None
        parser.feed(b"a" * (LONGEST_HEAD - 100))
    assert isinstance(parser.error, LimitExceeded)


def test_framing_counts_only_where_no_body_comes_with_it() -> None:
    parser = parsed(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(3):
        parser.feed(b"1;x=" + b"a" * (LONGEST_HEAD - 100))
        parser.feed(b"\r\nh\r\n")
        assert parser.take() == b"h"
    assert parser.error is None
