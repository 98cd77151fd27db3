"""Compressed bodies: read in bounded pieces, whatever they were cut into, and never longer than was asked for."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.reply.inflate import PIECE, EncodingError, Inflate


def inflated(encoding: str, pieces: list[bytes]) -> bytes:
    inflate = Inflate(encoding)
    found: list[bytes] = []
    for piece in pieces:
        inflate.feed(piece)
        while part := inflate.take():
            assert len(part) <= PIECE
            found.append(part)
    inflate.end()
    return b"".join(found)


def raw(body: bytes) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(body) + made.flush()


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_every_way_of_cutting_gives_the_same_body(body: bytes, size: int) -> None:
    for encoding, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body)), ("deflate", raw(body))):
        assert inflated(encoding, [packed[i : i + size] for i in range(0, len(packed), size)]) == body


def test_several_members_are_one_body_and_what_follows_them_is_ignored() -> None:
    assert inflated(" GZIP ", [gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0"]) == b"one two"


def test_a_bomb_comes_in_bounded_pieces() -> None:
    assert len(inflated("gzip", [gzip.compress(bytes(50 * PIECE))])) == 50 * PIECE


@pytest.mark.parametrize("length", [1, 2, 9, 10, -12, -8, -1])
@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw)])
def test_a_body_that_is_cut_short_is_an_error(encoding: str, pack: Callable[[bytes], bytes], length: int) -> None:
    inflate = Inflate(encoding)
    inflate.feed(pack(bytes(range(256)))[:length])
    while inflate.take():
        pass
    with pytest.raises(EncodingError, match="ends before"):
        inflate.end()


@pytest.mark.parametrize(("encoding", "body"), [("gzip", b"not gzip at all"), ("deflate", b"\xff\xff\xff\xff")])
def test_a_body_that_is_not_what_it_says_is_an_error(encoding: str, body: bytes) -> None:
    inflate = Inflate(encoding)
    inflate.feed(body)
    with pytest.raises(EncodingError, match="corrupt"):
        inflate.take()


def test_an_encoding_that_was_not_asked_for_is_an_error() -> None:
    with pytest.raises(EncodingError, match="'br' was not asked for"):
        Inflate("br")
