"""Reads the chunks of a text completion from its bytes, and turns a bad end into an error.

The stream is complete if it sent `[DONE]`, or if each choice had a `finish_reason` before a clean end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError

from ...config import Limits
from ...errors import StreamInterrupted
from ...types.annotations import LENIENT
from ...types.completions import TextCompletion, TextCompletionChunk
from ..reply.lenient import validate_leniently
from ..stream.halves import ESCAPED, Halves
from ..stream.reader import BLANKS_AND_QUOTES, DONE, ERROR_MARK, KEEP_ALIVE, StreamReader
from ..stream.sse import EventGroup
from ..stream.unknown_fields import UnknownFields


class TextReader(StreamReader[TextCompletionChunk, TextCompletion]):
    """Reads the chunks of one stream."""

    __slots__ = ("_halves", "_validate")

    event_name = "a chunk"

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._validate: Callable[[bytes], TextCompletionChunk] = (
            TextCompletionChunk.__pydantic_validator__.validate_json
        )
        self._halves = Halves()

    def partial(self) -> TextCompletion | None:
        """Return what has arrived so far, as a completion."""
        chunks = [chunk for chunk in map(_read_chunk, self._kept) if chunk is not None]
        return gathered(chunks)

    def _complete(self) -> bool:
        whole = self.partial()
        return self.done or (whole is not None and all(choice.finish_reason for choice in whole.choices))

    def _cut_reason(self) -> str:
        return "The stream ended with neither a finish_reason nor [DONE]."

    def _read_reply(self, body: bytes, value: object) -> Iterable[TextCompletionChunk] | None:
        if not isinstance(value, dict) or not value.get("choices") or value.get("error"):
            return None
        self._kept.append(body)
        return (TextCompletionChunk.model_validate(value, context=LENIENT),)

    def _read(self, groups: Iterable[EventGroup]) -> Iterator[TextCompletionChunk]:
        for group in groups:
            if group.event == "error":
                self.error = self._reported(group.data[0])
                return
            for data in group.data:
                if self._halves.waiting:
                    data = self._halves.joined(data)
                try:
                    chunk = self._validate(data)
                except ValidationError as error:
                    if ESCAPED.search(data):
                        data = self._halves.joined(data)
                    if data.strip(BLANKS_AND_QUOTES) == DONE:
                        self.done = True
                        self.error = None if self._kept else StreamInterrupted(self._too_early())
                        return
                    if data.strip() in KEEP_ALIVE:
                        continue
                    odd = _read_chunk(data)
                    if odd is None:
                        self.error = self._reported(data) if ERROR_MARK in data else self._unreadable(data, error)
                        return
                    chunk = odd
                if _is_error(chunk):
                    self.error = self._reported(data)
                    return
                self._kept.append(data)
                yield chunk


def gathered(chunks: Iterable[TextCompletionChunk]) -> TextCompletion | None:
    """Return the completion that chunks make up, or None if there is no choice yet."""
    head: dict[str, object] = {}
    texts: dict[int, list[str]] = {}
    rest: dict[int, UnknownFields] = {}
    reasons: dict[int, str] = {}
    for chunk in chunks:
        head |= chunk.model_dump(exclude_unset=True, exclude_none=True, exclude={"choices"})
        for choice in chunk.choices:
            texts.setdefault(choice.index, []).append(choice.text)
            more = choice.model_dump(exclude_unset=True, exclude={"index", "text", "finish_reason"})
            rest.setdefault(choice.index, UnknownFields()).add(more)
            if choice.finish_reason:
                reasons[choice.index] = choice.finish_reason
    if not texts:
        return None
    choices = [
        {**rest[index].plain(), "index": index, "text": "".join(texts[index]), "finish_reason": reasons.get(index)}
        for index in sorted(texts)
    ]
    return TextCompletion.model_validate({**head, "choices": choices})


def _read_chunk(data: bytes) -> TextCompletionChunk | None:
    try:
        return TextCompletionChunk.model_validate_json(data)
    except ValidationError:
        return None if data.strip(BLANKS_AND_QUOTES) == DONE else validate_leniently(TextCompletionChunk, data)


def _is_error(chunk: TextCompletionChunk) -> bool:
    unknown = chunk.model_extra or {}
    plain = ("message" in unknown and "code" in unknown) or bool(unknown.get("detail"))
    return bool(unknown.get("error")) or "error" in (chunk.object, unknown.get("type")) or (plain and not chunk.choices)
