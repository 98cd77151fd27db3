"""When the first event of a stream has come."""

from __future__ import annotations

import pytest

from baseten_sdk import Limits, StreamAPIError, StreamInterrupted
from baseten_sdk._core.chat.reader import ChunkReader
from baseten_sdk._core.pool.first_event import FirstEvent

CHUNK = b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'


def came(*pieces: bytes, chat: bool = True) -> list[bool]:
    event = FirstEvent(ChunkReader(Limits()) if chat else None)
    return [event.came_with(piece) for piece in pieces]


def test_a_chat_begins_with_its_first_whole_chunk() -> None:
    assert came(CHUNK) == [True]
    assert came(b": ping\n\n", CHUNK[:20], CHUNK[20:]) == [False, False, True]


def test_any_other_stream_begins_with_its_first_byte() -> None:
    assert came(b"x", chat=False) == [True]


def test_a_stream_that_is_over_without_a_chunk_was_cut() -> None:
    with pytest.raises(StreamInterrupted):
        came(b": ping\n\n", b"")


def test_an_error_in_the_first_event_is_one_of_the_member() -> None:
    with pytest.raises(StreamAPIError, match="overloaded"):
        came(b'data: {"error":{"message":"overloaded"}}\n\n')
    assert came(CHUNK + b'data: {"error":{"message":"overloaded"}}\n\n') == [True]
