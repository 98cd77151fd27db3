"""Reads the chunks of a chat stream from its bytes, and turns a bad end into an error.

Theory of operation. Each event's data is validated straight from its bytes. A stream has ended well if it sent
`[DONE]`, or if a `finish_reason` came before a clean end. Some servers send content after the `finish_reason`, so
reading stops only at `[DONE]` or at the end of the body. An error inside a stream is an `event: error`, or data that is
an object with `error` or `"object": "error"`. An object without choices is also an error if it has `message` and
`code`, or `detail`, as many plain errors do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError

from ...config import Limits
from ...errors import StreamInterrupted
from ...types.chat import ChatCompletion
from ...types.chunks import ChatCompletionChunk
from ..reply.lenient import validate_leniently
from ..stream.halves import ESCAPED, Halves
from ..stream.reader import BLANKS_AND_QUOTES, DONE, ERROR_MARK, KEEP_ALIVE, StreamReader
from ..stream.sse import EventGroup
from .accumulate import Accumulator
from .message_deltas import MessageDeltas


class ChunkReader(StreamReader[ChatCompletionChunk, ChatCompletion]):
    """Reads the chunks of one stream."""

    __slots__ = ("_halves", "_messages", "_validate")

    event_name = "a chunk"

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._validate: Callable[[bytes], ChatCompletionChunk] = (
            ChatCompletionChunk.__pydantic_validator__.validate_json
        )
        self._halves = Halves()
        self._messages = MessageDeltas()

    def partial(self) -> ChatCompletion | None:
        """Return what has arrived so far, as a completion."""
        return self._accumulated().completion()

    def _accumulated(self) -> Accumulator:
        accumulator = Accumulator()
        for data in self._kept:
            accumulator.add(_read_chunk(data))
        return accumulator

    def _complete(self) -> bool:
        return bool(self._kept) and (self.done or self._accumulated().finished)

    def _cut_reason(self) -> str:
        return "The stream ended with neither a finish_reason nor [DONE]."

    def _read_reply(self, body: bytes, value: object) -> Iterable[ChatCompletionChunk] | None:
        if not _has_choices(value):
            return None
        chunk = _read_chunk(body)
        self._kept.append(body)
        return (chunk,)

    def _read(self, groups: Iterable[EventGroup]) -> Iterator[ChatCompletionChunk]:
        """Yield the chunks of events, until the message is complete or has failed."""
        validate, keep, halves = self._validate, self._kept.append, self._halves
        waiting = halves.waiting
        for group in groups:
            if group.event == "error":
                self.error = self._reported(group.data[0])
                return
            for data in group.data:
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
                    if not plain and _has_message(chunk):
                        data = self._messages.converted(data, self._kept)
                        chunk = validate(data)
                except ValidationError as error:
                    plain = False
                    if ESCAPED.search(data):
                        data = halves.joined(data)
                    odd = self._read_odd(data, error)
                    if odd is None:
                        if self.stopped:
                            return
                        continue
                    chunk, data = odd
                if not plain and _is_error(chunk):
                    self.error = self._reported(data)
                    return
                keep(data)
                yield chunk

    def _read_odd(self, data: bytes, error: ValidationError) -> tuple[ChatCompletionChunk, bytes] | None:
        """Read data that is not a valid chunk: return a chunk with an odd field, and the data to keep, or None at the
        end, for an error, or if there is nothing to read.
        """
        if data.strip(BLANKS_AND_QUOTES) == DONE:
            self.done = True
            if not self._kept:
                self.error = StreamInterrupted(self._too_early())
            return None
        try:
            odd = validate_leniently(ChatCompletionChunk, data)
            if odd is not None and _has_message(odd):
                data = self._messages.converted(data, self._kept)
                odd = _read_chunk(data)
            if odd is not None:
                return odd, data
        except ValidationError as invalid:
            self._fail(data, invalid)
        else:
            self._fail(data, error)
        return None

    def _fail(self, data: bytes, error: ValidationError) -> None:
        """Note the error that the data is, or that it cannot be read. Blank data is neither."""
        if data.strip() not in KEEP_ALIVE:
            self.error = self._reported(data) if ERROR_MARK in data else self._unreadable(data, error)


def _read_chunk(data: bytes) -> ChatCompletionChunk:
    """Read a chunk. An odd field besides the answer does not cost the answer.

    Raises:
        ValidationError: It is not a chunk.
    """
    try:
        chunk = ChatCompletionChunk.model_validate_json(data)
    except ValidationError:
        odd = validate_leniently(ChatCompletionChunk, data)
        if odd is None:
            raise
        chunk = odd
    return _with_deltas(chunk, data)


def _with_deltas(chunk: ChatCompletionChunk, data: bytes) -> ChatCompletionChunk:
    """Convert the chunk of a server that does not really stream: its choices may have a `message` instead of a `delta`.

    Raises:
        ValidationError: The message is invalid.
    """
    if not _has_message(chunk):
        return chunk
    return ChatCompletionChunk.model_validate_json(MessageDeltas().converted(data, ()))


def _has_message(chunk: ChatCompletionChunk) -> bool:
    """Whether a choice has a message and no delta."""
    return any(
        "message" in (choice.model_extra or {}) and not choice.delta.model_fields_set for choice in chunk.choices
    )


def _has_choices(value: object) -> bool:
    """Whether a body is a whole completion. The reader of chunks then takes its message as the delta."""
    return isinstance(value, dict) and bool(value.get("choices")) and not value.get("error")


def _is_error(chunk: ChatCompletionChunk) -> bool:
    unknown = chunk.model_extra or {}
    plain = ("message" in unknown and "code" in unknown) or bool(unknown.get("detail"))
    bare = plain and not chunk.choices and chunk.raw_usage is None
    return bare or chunk.object == "error" or bool(unknown.get("error"))
