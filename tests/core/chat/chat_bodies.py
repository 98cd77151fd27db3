"""Bodies of chat streams, and a reader of them that stops where the shell does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from baseten_sdk._core.chat.reader import ChunkReader
from baseten_sdk.config import Limits
from baseten_sdk.errors import StreamAPIError, StreamError
from baseten_sdk.types.chunks import ChatCompletionChunk

LIMITS = Limits(event=400, body=2000)


def event(data: object) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return f"data: {text}\n\n".encode()


def said(text: str, finish: str | None = None) -> bytes:
    return event({"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


A, B = said("a"), said("b")
STOP = said("", "stop")
USAGE = event({"id": "c", "choices": [], "usage": {"total_tokens": 3}})
DONE = b"data: [DONE]\n\n"
TOO_LARGE = said("x" * 500)


@dataclass(frozen=True)
class Read:
    """What a reader made of a stream."""

    chunks: list[ChatCompletionChunk]
    error: StreamError | None
    done: bool

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks)

    @property
    def partial(self) -> str | None:
        assert self.error is not None
        return None if self.error.partial is None else self.error.partial.text

    @property
    def verdict(self) -> tuple[object, ...]:
        error = self.error
        if error is None:
            return (None, self.done)
        return (type(error), error.partial, error.body if isinstance(error, StreamAPIError) else None)


def read(pieces: Iterable[bytes], limits: Limits = LIMITS) -> Read:
    """Read as the shell does: an error ends the reading, and so does `done`."""
    reader = ChunkReader(limits)
    chunks: list[ChatCompletionChunk] = []
    for piece in pieces:
        chunks += reader.feed(piece)
        if reader.error or reader.done:
            break
    else:
        chunks += reader.end()
    return Read(chunks, reader.error, reader.done)


def good(*pieces: bytes) -> Read:
    found = read(pieces)
    assert found.error is None, found.error
    return found


def bad(*pieces: bytes) -> Read:
    found = read(pieces)
    assert found.error is not None
    return found


def gathered(stream: bytes) -> bytes:
    return json.dumps(stream.decode()).encode()


def whole(message: object, finish: str | None = "stop", **more: object) -> bytes:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return json.dumps({"id": "c", "object": "chat.completion", "choices": [choice], **more}).encode()
