"""What the server says to a call of messages: a reply and its events, in the shape of Baseten's own."""

from __future__ import annotations

from functools import cache

from .replies import MODEL, STREAM_END, STREAM_HEAD, TEXT, json_of, whole_reply


def _message(content: list[object], reason: str | None, usage: dict[str, int]) -> dict[str, object]:
    return {
        "id": "msg_24273c4ea6dc4be5be34d439",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": usage,
    }


_USED = {"input_tokens": 86, "output_tokens": 54, "cache_read_input_tokens": 64}

MESSAGE = whole_reply(json_of(_message([{"type": "text", "text": TEXT}], "end_turn", _USED)))


@cache
def message_stream(count: int) -> bytes:
    """A whole stream of a message, head included: so many pieces of text between its usual events."""
    begun = _message([], None, {"input_tokens": 0, "output_tokens": 0})
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": begun},
        {"type": "ping"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    deltas: list[dict[str, object]] = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": f" word{n}"}}
        for n in range(count)
    ]
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    last: list[dict[str, object]] = [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": _USED},
        {"type": "message_stop"},
    ]
    framed: list[bytes] = []
    for event in (*events, *deltas, *last):
        data = b"event: %s\ndata: %s\n\n" % (str(event["type"]).encode(), json_of(event))
        framed.append(b"%x\r\n%s\r\n" % (len(data), data))
    return STREAM_HEAD + b"".join(framed) + STREAM_END
