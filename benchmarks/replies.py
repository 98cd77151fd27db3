"""What the server says: a chat reply, a prediction and a streamed chunk, in the shape of Baseten's own.

Owns the bytes. It must not know who asks, nor when they are sent.
"""

from __future__ import annotations

import base64
import json
import math
from array import array
from functools import cache

MODEL = "openai/gpt-oss-120b"

PROMPT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is the capital of France?"}]

QUESTION = "What is the capital of France?"

TEXT = (
    "The capital of France is Paris, on the Seine; it has been the seat of its government for most of a thousand years."
)

HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"date: Fri, 20 Nov 2026 10:00:00 GMT\r\n"
    b"content-type: %s\r\n"
    b"x-baseten-request-id: 0f1e2d3c4b5a69788796a5b4c3d2e1f0\r\n"
    b"x-ratelimit-limit-requests: 100000\r\n"
    b"x-ratelimit-remaining-requests: 99999\r\n"
    b"server: benchmark\r\n"
    b"%s\r\n\r\n"
)


def _usage(spent: int) -> dict[str, object]:
    return {"prompt_tokens": 86, "completion_tokens": spent, "total_tokens": 86 + spent, "prompt_tokens_details": None}


def json_of(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def whole_reply(body: bytes) -> bytes:
    return HEAD % (b"application/json", b"content-length: %d" % len(body)) + body


CHAT = whole_reply(
    json_of(
        {
            "id": "chatcmpl-24273c4ea6dc4be5be34d43978bcf4f2",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": TEXT, "reasoning_content": "They ask for a capital."},
                    "finish_reason": "stop",
                }
            ],
            "created": 1790000000,
            "model": MODEL,
            "object": "chat.completion",
            "usage": _usage(54),
        }
    )
)

INPUT = {"prompt": "What is the capital of France?", "max_tokens": 64, "temperature": 0.2}

PREDICTION = whole_reply(json_of({"output": TEXT, "scores": [0.1, 0.7, 0.2], "model": "abcd1234"}))

STREAM_HEAD = HEAD % (b"text/event-stream; charset=utf-8", b"transfer-encoding: chunked")

STREAM_END = b"0\r\n\r\n"


def _frame(data: bytes) -> bytes:
    """An event as a chunk of HTTP's chunked coding, which is how servers send one."""
    event = b"data: %s\n\n" % data
    return b"%x\r\n%s\r\n" % (len(event), event)


def _chunk(choices: list[object], spent: int) -> bytes:
    return json_of(_fields(choices, _usage(spent)))


def _fields(choices: list[object], usage: dict[str, object]) -> dict[str, object]:
    return {
        "id": "chatcmpl-24273c4ea6dc4be5be34d43978bcf4f2",
        "choices": choices,
        "created": 1790000000,
        "model": MODEL,
        "object": "chat.completion.chunk",
        "usage": usage,
    }


def _full_chunk(text: str, spent: int) -> bytes:
    """A chunk with all that gpt-oss sends on Baseten: the fields that are null, and where each token went."""
    delta = {"content": text, "function_call": None, "tool_calls": None, "role": None, "refusal": None}
    spread: dict[str, object] = {
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 64},
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    nulls = {"service_tier": None, "system_fingerprint": None}
    return json_of({**nulls, **_fields([{"index": 0, "delta": delta}], {**_usage(spent), **spread})})


@cache
def frames(count: int) -> tuple[bytes, ...]:
    """The events of a stream: so many pieces of text, then the reason of the end, then `[DONE]`."""
    text = [_frame(_chunk([{"index": 0, "delta": {"content": f" word{n}"}}], n + 1)) for n in range(count)]
    return (*text, *_last(count))


def _last(count: int) -> tuple[bytes, bytes]:
    stop: list[object] = [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    return _frame(_chunk(stop, count)), _frame(b"[DONE]") + STREAM_END


@cache
def stream(count: int) -> bytes:
    """A whole stream, head included."""
    return STREAM_HEAD + b"".join(frames(count))


@cache
def full_stream(count: int) -> bytes:
    """The same, of chunks with all that can be in them."""
    return STREAM_HEAD + b"".join([_frame(_full_chunk(f" word{n}", n + 1)) for n in range(count)] + [*_last(count)])


def _response(items: list[object], status: str, usage: dict[str, object] | None) -> dict[str, object]:
    echoed: dict[str, object] = {"instructions": None, "max_output_tokens": 64, "metadata": {}, "tools": []}
    return {
        "id": "resp_68c0b2a1e4b081a0bff5d3c2b1a09f8e7d6c5b4a3",
        "object": "response",
        "created_at": 1790000000,
        "status": status,
        "model": MODEL,
        "output": items,
        "error": None,
        "incomplete_details": None,
        "usage": usage,
        "text": {"format": {"type": "text"}},
        "temperature": 1.0,
        "tool_choice": "auto",
        "top_p": 1.0,
        "parallel_tool_calls": True,
        **echoed,
    }


def _said(text: str) -> dict[str, object]:
    part: dict[str, object] = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {"id": _ITEM, "type": "message", "status": "completed", "role": "assistant"}
    return {**item, "content": [part]}


_ITEM = "msg_68c0b2a1e4b081a0bff5d3c2b1a09f8e7d6c5b4a3"

_TOKENS: dict[str, object] = {
    "input_tokens": 86,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 54,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 140,
}

RESPONSE = whole_reply(json_of(_response([_said(TEXT)], "completed", _TOKENS)))


@cache
def response_stream(count: int) -> bytes:
    """A whole stream of a response, head included: so many pieces of text between its usual events."""
    text = "".join(f" word{n}" for n in range(count))
    whole = _said(text)
    begun = _response([], "in_progress", None)
    where: dict[str, object] = {"item_id": _ITEM, "output_index": 0, "content_index": 0}
    empty: dict[str, object] = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    part: dict[str, object] = {**empty, "text": text}
    events: list[dict[str, object]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": {**whole, "content": []}},
        {"type": "response.content_part.added", **where, "part": empty},
    ]
    delta: dict[str, object] = {"type": "response.output_text.delta", **where, "logprobs": []}
    events += [{**delta, "delta": f" word{n}"} for n in range(count)]
    last: list[dict[str, object]] = [
        {"type": "response.output_text.done", **where, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **where, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": whole},
        {"type": "response.completed", "response": _response([whole], "completed", _TOKENS)},
    ]
    events += last
    framed: list[bytes] = []
    for number, event in enumerate(events):
        data = b"event: %s\ndata: %s\n\n" % (str(event["type"]).encode(), json_of({**event, "sequence_number": number}))
        framed.append(b"%x\r\n%s\r\n" % (len(data), data))
    return STREAM_HEAD + b"".join(framed) + STREAM_END


DECISION = whole_reply(
    json_of(
        {
            "model": "decision-models/baseten-elephant-9b-latest",
            "answers": {
                "urgent": {"type": "noul", "noul": 0.83},
                "team": {
                    "type": "choice",
                    "choice": "shipping",
                    "confidence": 0.9,
                    "probabilities": {"billing": 0.05, "shipping": 0.9, "other": 0.05},
                },
            },
            "usage": {"input_tokens": 86, "output_tokens": 0},
        }
    )
)

BATCH = 128
"""Texts of one request for embeddings."""

WIDTH = 1024
"""Numbers of a vector."""


@cache
def embeddings(packed: bool) -> bytes:
    """The vectors of a request, as base64 or as lists of numbers."""
    data: list[object] = []
    for index in range(BATCH):
        numbers = [round(math.sin(index * WIDTH + place) / 20, 8) for place in range(WIDTH)]
        vector = base64.b64encode(array("f", numbers).tobytes()).decode() if packed else numbers
        data.append({"object": "embedding", "index": index, "embedding": vector})
    usage = {"prompt_tokens": 8 * BATCH, "total_tokens": 8 * BATCH}
    return whole_reply(json_of({"object": "list", "data": data, "model": "embedder", "usage": usage}))
