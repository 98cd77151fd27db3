from __future__ import annotations

import json
import struct
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel

from baseten_sdk._core.stream.frames import Frame, FrameCut, FrameDecoder, FrameError, Tag

LARGEST = 100


class Item(BaseModel):
    n: int


def frame(tag: int, body: bytes) -> bytes:
    return struct.pack(">BI", tag, len(body)) + body


FRAMES = [
    Frame(Tag.HEADER, b'{"title":"\xc3\xa9"}'),
    Frame(Tag.ITEM, b"1"),
    Frame(Tag.ITEM, b""),
    Frame(Tag.ITEM, b"x" * LARGEST),
    Frame(Tag.FOOTER, b"null"),
]
BYTES = b"".join(frame(each.tag, each.body) for each in FRAMES)


@given(cuts=st.lists(st.integers(0, len(BYTES)), max_size=12))
def test_every_way_of_cutting_the_bytes_gives_the_same_frames(cuts: list[int]) -> None:
    decoder = FrameDecoder(LARGEST)
    edges = [0, *sorted(cuts), len(BYTES)]
    found = [each for start, end in pairwise(edges) for each in decoder.feed(BYTES[start:end])]
    assert found + decoder.flush() == FRAMES


def test_a_frame_is_given_as_soon_as_it_is_complete() -> None:
    decoder = FrameDecoder(LARGEST)
    assert decoder.feed(BYTES[:-1]) == FRAMES[:-1]
    assert decoder.feed(BYTES[-1:]) == FRAMES[-1:]


@pytest.mark.parametrize("left", range(1, 8))
def test_an_end_inside_a_frame_is_a_cut(left: int) -> None:
    decoder = FrameDecoder(LARGEST)
    decoder.feed(frame(3, b"one") + frame(3, b"two")[:left])
    with pytest.raises(FrameCut, match=f"of which {left} bytes had arrived"):
        decoder.flush()


def test_a_stream_may_be_empty() -> None:
    assert FrameDecoder(LARGEST).flush() == []


@pytest.mark.parametrize("tag", [0, 1, 5, ord("{"), ord("d"), 255])
def test_a_byte_that_is_no_tag_is_an_error_after_what_came_before_it(tag: int) -> None:
    decoder = FrameDecoder(LARGEST)
    assert decoder.feed(frame(3, b"1") + frame(tag, b"2")) == [Frame(Tag.ITEM, b"1")]
    with pytest.raises(FrameError, match=f"the byte {tag}, which is not a tag"):
        decoder.feed(b"")
    with pytest.raises(FrameError, match=f"the byte {tag}, which is not a tag"):
        decoder.flush()


def test_a_frame_that_is_too_large_is_an_error_before_it_is_held() -> None:
    decoder = FrameDecoder(LARGEST)
    with pytest.raises(FrameError, match="a frame of 4,294,967,295 bytes is larger than the 100"):
        decoder.feed(b"\x03\xff\xff\xff\xff")


def test_a_frame_is_read_as_json_or_as_a_type() -> None:
    item = Frame(Tag.ITEM, json.dumps({"n": 1}).encode())
    assert item.value() == {"n": 1}
    assert item.read(Item) == Item(n=1)
    assert item.read(dict[str, int]) == {"n": 1}


def test_what_cannot_be_read_is_named_by_its_tag() -> None:
    with pytest.raises(FrameError, match="the footer is not JSON"):
        Frame(Tag.FOOTER, b"{").value()
    with pytest.raises(FrameError, match=r"the item is not a .*Item.*: n: Input should be a valid integer"):
        Frame(Tag.ITEM, b'{"n": "x"}').read(Item)


def test_many_small_pieces_cost_no_more_than_their_length() -> None:
    decoder = FrameDecoder(1 << 20)
    body = b"x" * (1 << 18)
    whole = frame(3, body)
    found = [each for at in range(0, len(whole), 7) for each in decoder.feed(whole[at : at + 7])]
    assert found == [Frame(Tag.ITEM, body)]
