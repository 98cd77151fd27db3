"""Streams of messages as bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from baseten_sdk import Limits, RawMessageStreamEvent
from baseten_sdk._core.messages.events import MessageEvents
from baseten_sdk._core.messages.reader import MessageReader

Fields = dict[str, object]

START: Fields = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "a/b",
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    },
}
STOP: Fields = {"type": "message_stop"}


def opened(block: Fields, index: int = 0) -> Fields:
    return {"type": "content_block_start", "index": index, "content_block": block}


def closed(index: int = 0) -> Fields:
    return {"type": "content_block_stop", "index": index}


def delta(index: int = 0, **fields: object) -> Fields:
    kinds = {"text": "text_delta", "thinking": "thinking_delta", "signature": "signature_delta"}
    kind = next((kinds[name] for name in fields if name in kinds), "input_json_delta")
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def ended(reason: str = "end_turn", **usage: object) -> Fields:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": usage or {"input_tokens": 14, "output_tokens": 2, "cache_read_input_tokens": 4},
    }


HELLO: tuple[Fields, ...] = (
    START,
    opened({"type": "text", "text": ""}),
    delta(text="Hello"),
    delta(text=" world"),
    closed(),
    ended(),
    STOP,
)


def wire(*events: Fields, named: bool = True, compact: bool = False) -> bytes:
    """Events as they are sent."""
    separators = (",", ":") if compact else None
    lines = [b"event: %b\n" % str(event["type"]).encode() if named else b"" for event in events]
    data = [json.dumps(event, separators=separators).encode() for event in events]
    return b"".join(b"%bdata: %b\n\n" % each for each in zip(lines, data, strict=True))


def read(*pieces: bytes, end: bool = True) -> tuple[list[RawMessageStreamEvent], MessageReader]:
    """The events of pieces, and their reader."""
    reader = MessageReader(Limits())
    events: list[RawMessageStreamEvent] = []
    for piece in pieces:
        if not reader.stopped:
            events += reader.feed(piece)
    if end and not reader.stopped:
        events += reader.end()
    return events, reader


def told(events: Iterable[RawMessageStreamEvent]) -> list[object]:
    """What `messages.stream` makes of events."""
    maker = MessageEvents()
    return [each for event in events for each in maker.read(event)]
