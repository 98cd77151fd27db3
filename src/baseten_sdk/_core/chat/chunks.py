"""A chat stream from its bytes to its chunks, and to the error that says how it ended badly.

Theory of operation. Events are decoded, and each event's data is validated straight from its bytes. The bytes are
kept, so that an error can hold what had arrived as a completion; nothing is accumulated until then. A stream has ended
well if it said `[DONE]`, or if a `finish_reason` was seen before a clean end: servers differ, and some send content
after the `finish_reason`, so only `[DONE]` and the end of the body stop the reading. An error inside a stream is an
`event: error`, or data that is an object with `error`, with `"object": "error"`, or, without choices, with `message`
and `code` or with `detail`, as half of the plain errors are. What came before an error in the same piece is handed out
first: the error waits in `error`.

A body that begins like JSON or HTML is not an event stream, whatever its content type says. It is read whole: Baseten's
runtime may put all of a stream into one JSON string, a server may answer with an error or a completion, and a proxy
with a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError

from ..._validation import problems
from ...config import Limits
from ...errors import APIConnectionError, StreamAPIError, StreamDecodeError, StreamError, StreamInterrupted
from ...types.chat import ChatCompletion
from ...types.chunks import ChatCompletionChunk
from ..reply.classify import as_sentence, read_error
from ..reply.lenient import validate_leniently
from ..request.json_codec import BOM, decode_reply
from ..stream.sse import EventTooLarge, ServerSentEvent, SSEDecoder
from .accumulate import Accumulator
from .halves import ESCAPED, Halves

DONE = b"[DONE]"

ERROR_MARK = b'"error"'
"""Data without it is not an error; inside a JSON string the quotes would be escaped."""

NO_STREAM = (b"{", b"[", b'"', b"<")
"""How JSON and HTML begin; no line of an event stream that means anything begins so."""

FIELD = re.compile(rb"(data|event|id|retry)\b|:")
"""How a line of an event stream begins."""

EXCERPT = 200
"""Bytes of unreadable data that an error shows."""


class ChunkReader:
    """Reads the chunks of one stream.

    Attributes:
        done: the message is complete; nothing after it counts.
        error: how the stream failed, to be raised when the chunks before it have been handed out.
        news: whether the last piece held more than pings.
    """

    __slots__ = (
        "_begun",
        "_decoder",
        "_halves",
        "_kept",
        "_limits",
        "_opening",
        "_size",
        "_validate",
        "_whole",
        "done",
        "error",
        "news",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._decoder = SSEDecoder(limits.event)
        self._validate: Callable[[bytes], ChatCompletionChunk] = (
            ChatCompletionChunk.__pydantic_validator__.validate_json
        )
        self._kept: list[bytes] = []
        self._halves = Halves()
        self._size = 0
        self._begun = False
        self._opening = b""
        self._whole: bytearray | None = None
        self.done = False
        self.error: StreamError | None = None
        self.news = False

    def feed(self, piece: bytes) -> Iterator[ChatCompletionChunk]:
        """The chunks that a piece of the body completes, each made on demand.

        A piece may hold hundreds; to make all of them at once would keep the garbage collector busy.
        """
        self._size += len(piece)
        if self._size > self._limits.stream:
            self.error = self._too_large(f"it is larger than {self._limits.stream} bytes; see Limits(stream=...)")
            return iter(())
        if not self._begun:
            self._begin(piece)
        elif not self._kept and len(self._opening) < EXCERPT:
            self._opening += piece[: EXCERPT - len(self._opening)]
        if self._whole is not None:
            self._whole += piece
            if len(self._whole) > self._limits.body:
                self.error = StreamDecodeError(f"The reply is not a stream, and larger than {self._limits.body} bytes.")
            return iter(())
        try:
            events = self._decoder.feed_bare(piece)
        except EventTooLarge as error:
            self.error = self._too_large(f"{error}; see Limits(event=...)")
            return iter(())
        self.news = any(map(_says_something, events))
        return self._chunks(events)

    def end(self) -> Iterator[ChatCompletionChunk]:
        """The body has ended: the chunks that were left; behind the last of them a verdict, in `error` or `done`."""
        if self._whole is not None:
            yield from self._whole_body(bytes(self._whole))
            return
        try:
            yield from self._chunks(self._decoder.flush())
        except EventTooLarge as error:
            self.error = self._too_large(f"{error}; see Limits(event=...)")
            return
        if isinstance(self.error, StreamDecodeError) or not (self.error or self._complete()):
            self.error = StreamInterrupted(self._cut(), partial=self.partial)
            opening = self._opening.removeprefix(BOM)
            if opening and not self._kept and not FIELD.match(opening):
                self.error = self._no_stream(opening)
        self.done = self.error is None

    def _begin(self, piece: bytes) -> None:
        """Look at the first byte that is not blank."""
        start = piece.lstrip()
        if start:
            self._begun = True
            self._opening = start[:EXCERPT]
            if start.removeprefix(BOM)[:1] in NO_STREAM:
                self._whole = bytearray()

    def _whole_body(self, body: bytes) -> Iterator[ChatCompletionChunk]:
        """The chunks of a body that was no stream."""
        self._whole = None
        self._opening = b""
        try:
            value = decode_reply(body)
        except ValueError:
            self.error = self._no_stream(body)
            return
        if isinstance(value, str):
            yield from self.feed(value.encode())
            if not self.stopped:
                yield from self.end()
            return
        if not _has_choices(value):
            self.error = self._reported(body)
            return
        try:
            chunk = _read_chunk(body)
        except ValidationError as error:
            self.error = self._unreadable(body, error)
            return
        self._kept.append(body)
        yield chunk
        self.done = True

    def interrupted(self, cause: APIConnectionError) -> StreamInterrupted:
        """The connection broke before the message had ended."""
        return StreamInterrupted(
            f"The stream was cut: {cause.message}", partial=self.partial, request_id=cause.request_id
        )

    def partial(self) -> ChatCompletion | None:
        """What has arrived so far, as a completion."""
        return self._accumulated().completion()

    def _accumulated(self) -> Accumulator:
        accumulator = Accumulator()
        for data in self._kept:
            accumulator.add(_read_chunk(data))
        return accumulator

    def _complete(self) -> bool:
        return bool(self._kept) and (self.done or self._accumulated().finished)

    def _cut(self) -> str:
        if not self._kept:
            return "The stream ended before anything had come."
        return "The stream ended with neither a finish_reason nor [DONE]."

    @property
    def stopped(self) -> bool:
        """Whether what follows does not count: the message is complete, or has failed."""
        return self.done or self.error is not None

    def _chunks(self, events: Iterable[bytes | ServerSentEvent]) -> Iterator[ChatCompletionChunk]:
        """The chunks that events hold, up to the one that says that the message is complete, or has failed."""
        validate, keep, halves = self._validate, self._kept.append, self._halves
        waiting = halves.waiting
        for event in events:
            if isinstance(event, bytes):
                data = event
            elif event.event == "error":
                self.error = self._reported(event.data)
                return
            else:
                data = event.data
            if waiting:
                data = halves.joined(data)
            try:
                chunk = validate(data)
                choices = chunk.choices
                plain = (
                    len(choices) == 1
                    and not choices[0].__pydantic_extra__
                    and not chunk.__pydantic_extra__
                    and chunk.object != "error"
                )
                if not plain:
                    chunk = _with_deltas(chunk, data)
            except ValidationError as error:
                plain = False
                if ESCAPED.search(data):
                    data = halves.joined(data)
                odd = self._odd(data, error)
                if odd is None:
                    if self.stopped:
                        return
                    continue
                chunk = odd
            if not plain and _is_error(chunk):
                self.error = self._reported(data)
                return
            keep(data)
            yield chunk

    def _odd(self, data: bytes, error: ValidationError) -> ChatCompletionChunk | None:
        """What is not read as a chunk at once: one with an odd field; None for the end, an error, or nothing at all."""
        try:
            return _with_deltas(_odd_chunk(data, error), data)
        except ValidationError as error:
            if data.strip() == DONE:
                self.done = True
                if not self._kept:
                    self.error = StreamInterrupted(self._cut())
            elif data.strip():
                self.error = self._reported(data) if ERROR_MARK in data else self._unreadable(data, error)
            return None

    def _reported(self, data: bytes) -> StreamError:
        """The error that the service reported; its data may be JSON or text."""
        try:
            body: object = decode_reply(data)
        except ValueError:
            body = data.decode("utf-8", "replace")
        message, code, _ = read_error(body)
        return StreamAPIError(
            as_sentence(f"The service reported an error inside the stream: {message or 'it does not say which'}"),
            partial=self.partial,
            body=body,
            code=code,
        )

    def _no_stream(self, body: bytes) -> StreamDecodeError:
        return StreamDecodeError(f"The reply is not a stream: {body[:EXCERPT].decode('utf-8', 'backslashreplace')!r}.")

    def _too_large(self, problem: str) -> StreamDecodeError:
        return StreamDecodeError(f"The stream cannot be read: {problem}.", partial=self.partial)

    def _unreadable(self, data: bytes, error: ValidationError) -> StreamDecodeError:
        shown = data[:EXCERPT].decode("utf-8", "backslashreplace")
        return StreamDecodeError(
            f"The stream holds data that is not a chunk ({problems(error)}): {shown!r}.", partial=self.partial
        )


def _read_chunk(data: bytes) -> ChatCompletionChunk:
    """A chunk; an odd field beside the answer does not cost the answer.

    Raises:
        ValidationError: it is none.
    """
    try:
        chunk = ChatCompletionChunk.model_validate_json(data)
    except ValidationError as error:
        chunk = _odd_chunk(data, error)
    return _with_deltas(chunk, data)


def _odd_chunk(data: bytes, error: ValidationError) -> ChatCompletionChunk:
    """The chunk, where only a field beside the answer is odd; else the error is raised."""
    odd = None if data.strip() == DONE else validate_leniently(ChatCompletionChunk, data)
    if odd is None:
        raise error
    return odd


def _with_deltas(chunk: ChatCompletionChunk, data: bytes) -> ChatCompletionChunk:
    """The chunk of a server that does not really stream: its choices may have a `message` instead of a `delta`.

    Raises:
        ValidationError: the message is none.
    """
    if not any("message" in (choice.model_extra or {}) for choice in chunk.choices):
        return chunk
    value = decode_reply(data)
    choices = value.get("choices") if isinstance(value, dict) else None
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and choice.get("delta") is None:
            choice["delta"] = choice.pop("message", None)
    return ChatCompletionChunk.model_validate(value)


def _says_something(event: bytes | ServerSentEvent) -> bool:
    """Whether an event is more than a ping, as one without data is."""
    return bool(event.data if isinstance(event, ServerSentEvent) else event)


def _has_choices(value: object) -> bool:
    """Whether a body is a whole completion; a chunk's reader takes its message for the delta."""
    return isinstance(value, dict) and bool(value.get("choices")) and not value.get("error")


def _is_error(chunk: ChatCompletionChunk) -> bool:
    unknown = chunk.model_extra or {}
    plain = ("message" in unknown and "code" in unknown) or bool(unknown.get("detail"))
    bare = plain and not chunk.choices and chunk.raw_usage is None
    return bare or chunk.object == "error" or bool(unknown.get("error"))
