"""Adds up the chunks of a stream to the completion that they make.

Theory of operation. Parts are kept as lists of pieces and joined when a completion is needed, so the cost is linear in
the number of chunks. The differences between backends are handled here:

- Text, reasoning and refusals are appended. Missing, empty and null values add nothing.
- Usage is cumulative and on almost every chunk. The last value counts.
- `finish_reason` may come before the last content, or share a chunk with it. The last value counts.
- Pieces of tool calls find their call (`call_parts`), and unknown fields are merged (`unknown_fields`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ...types.chat import ChatCompletion, TokenLogprob, Usage
from ...types.chunks import ChatCompletionChunk, ChoiceDelta, ChunkChoice
from ..stream.unknown_fields import UnknownFields
from .call_parts import ToolCallParts

Extras = dict[str, object]

REASONING = "reasoning"
"""Another name of `reasoning_content`. Some backends send both."""


def _text(pieces: list[str]) -> str:
    """Join the pieces, and replace them by the result, so that a caller who asks at each event does not join them all
    again.
    """
    if len(pieces) > 1:
        pieces[:] = ("".join(pieces),)
    return pieces[0]


class ChoiceParts:
    """The pieces of one choice."""

    __slots__ = (
        "_extras",
        "_message_extras",
        "_other_reasoning",
        "content",
        "finish_reason",
        "logprobs",
        "reasoning",
        "refusal",
        "refusal_logprobs",
        "role",
        "stop_reason",
        "tool_calls",
    )

    def __init__(self) -> None:
        self.role = ""
        self.content: list[str] = []
        self.reasoning: list[str] = []
        self.refusal: list[str] = []
        self.tool_calls = ToolCallParts()
        self.logprobs: list[TokenLogprob] = []
        self.refusal_logprobs: list[TokenLogprob] = []
        self.finish_reason: str | None = None
        self.stop_reason: int | str | None = None
        self._other_reasoning: list[str] = []
        self._extras = UnknownFields()
        self._message_extras = UnknownFields()

    def add(self, choice: ChunkChoice) -> list[int]:
        """Add a chunk's choice. Return the keys of the tool calls that it adds to."""
        keys = self._add_delta(choice.delta)
        if choice.finish_reason:
            self.finish_reason = choice.finish_reason
        if choice.stop_reason is not None:
            self.stop_reason = choice.stop_reason
        if choice.logprobs is not None:
            self.logprobs += choice.logprobs.content or ()
            self.refusal_logprobs += choice.logprobs.refusal or ()
        if choice.__pydantic_extra__:
            self._extras.add(choice.model_extra)
        return keys

    def _add_delta(self, delta: ChoiceDelta) -> list[int]:
        if delta.content:
            self.content.append(delta.content)
        if delta.reasoning_content:
            self.reasoning.append(delta.reasoning_content)
        if delta.refusal:
            self.refusal.append(delta.refusal)
        if delta.role:
            self.role = delta.role
        if delta.__pydantic_extra__:
            extras = dict(delta.__pydantic_extra__)
            if isinstance(extras.get(REASONING), str):
                self._other_reasoning.append(str(extras.pop(REASONING)))
            self._message_extras.add(extras)
        return self.tool_calls.add(delta.tool_calls) if delta.tool_calls else []

    def plain(self, index: int) -> Extras:
        """Return the choice as a dict. Fields that never arrived are left out."""
        message = self._message_extras.plain()
        message["role"] = self.role or "assistant"
        if self.content:
            message["content"] = _text(self.content)
        if self.reasoning:
            message["reasoning_content"] = _text(self.reasoning)
        if self._other_reasoning and any(self._other_reasoning):
            message[REASONING] = _text(self._other_reasoning)
        if self.refusal:
            message["refusal"] = _text(self.refusal)
        if self.tool_calls.calls:
            message["tool_calls"] = self.tool_calls.plain()
        choice = self._extras.plain()
        choice["index"] = index
        choice["message"] = message
        choice["finish_reason"] = self.finish_reason
        if self.stop_reason is not None:
            choice["stop_reason"] = self.stop_reason
        if self.logprobs or self.refusal_logprobs:
            choice["logprobs"] = {"content": self.logprobs or None, "refusal": self.refusal_logprobs or None}
        return choice


class Accumulator:
    """Adds up the chunks of one stream.

    Attributes:
        choices: The choices so far, by index.
    """

    __slots__ = ("_completion", "_extras", "_head", "_usage", "choices")

    def __init__(self) -> None:
        self.choices: dict[int, ChoiceParts] = {}
        self._usage: Mapping[str, object] | None = None
        self._head: Extras = {"id": "", "created": 0, "model": ""}
        self._extras = UnknownFields()
        self._completion: ChatCompletion | None = None

    def add(self, chunk: ChatCompletionChunk) -> None:
        """Add a chunk."""
        for choice in chunk.choices:
            self.choice(choice.index).add(choice)
        self.add_head(chunk)

    def choice(self, index: int) -> ChoiceParts:
        """Return the parts of a choice. A new index begins a new choice."""
        parts = self.choices.get(index)
        if parts is None:
            parts = self.choices[index] = ChoiceParts()
        return parts

    def add_head(self, chunk: ChatCompletionChunk) -> Mapping[str, object] | None:
        """Add everything in a chunk besides its choices. Return its usage if it has changed."""
        self._completion = None
        head = self._head
        head["id"] = head["id"] or chunk.id
        head["created"] = head["created"] or chunk.created
        head["model"] = head["model"] or chunk.model
        if chunk.service_tier is not None:
            head["service_tier"] = chunk.service_tier
        if chunk.system_fingerprint is not None:
            head["system_fingerprint"] = chunk.system_fingerprint
        if chunk.__pydantic_extra__:
            self._extras.add(chunk.model_extra)
        usage = chunk.raw_usage
        if usage is None or usage == self._usage:
            return None
        self._usage = usage
        return usage

    @property
    def finished(self) -> bool:
        """Whether any choice has a `finish_reason`."""
        return any(parts.finish_reason for parts in self.choices.values())

    def completion(self) -> ChatCompletion | None:
        """Return what has arrived as a completion, or None if there is no choice yet. At most one is made per chunk."""
        if self._completion is None and self.choices:
            fields = self._extras.plain()
            fields |= self._head
            fields["choices"] = [self.choices[index].plain(index) for index in sorted(self.choices)]
            fields["usage"] = None if self._usage is None else Usage.read(self._usage)
            self._completion = ChatCompletion.__pydantic_validator__.validate_python(fields)
        return self._completion
