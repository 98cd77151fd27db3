"""From the chunks of a stream to the completion they make up.

Theory of operation. A chunk adds to parts that are kept as lists of pieces and joined when a completion is asked for,
so that the cost is linear in the chunks. What the backends do differently is met here, once:

- text, reasoning and refusals are appended; empty and null add nothing, whether the key is there or not;
- usage is cumulative and on almost every chunk: the last one that is there counts;
- `finish_reason` may come before the last content, or share a chunk with it: the last one that is there counts;
- tool calls are merged by index; where there is none by id, and where there is none by position. The first id and the
  first name that are not empty win, since some backends send a fresh id with every piece;
- fields that nobody knows are kept: text and lists are appended, of anything else the last one that is there counts.
  Text that is the same in every chunk is one text that is repeated, not a longer one.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...types.chat import ChatCompletion, TokenLogprob, Usage
from ...types.chunks import ChatCompletionChunk, ChoiceDelta, ChoiceDeltaToolCall, ChunkChoice

Extras = dict[str, object]

REASONING = "reasoning"
"""The other name of `reasoning_content`; some backends send both."""


class Unknown:
    """Fields that nobody knows, gathered from piece to piece."""

    __slots__ = ("_lists", "_others", "_texts")

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._lists: dict[str, list[object]] = {}
        self._others: Extras = {}

    def add(self, fields: Mapping[str, object] | None) -> None:
        """Take a piece's fields in; null says nothing."""
        for name, value in (fields or {}).items():
            match value:
                case None:
                    pass
                case str():
                    self._texts.setdefault(name, []).append(value)
                case list():
                    self._lists.setdefault(name, []).extend(value)
                case _:
                    self._others[name] = value

    def __bool__(self) -> bool:
        return bool(self._texts or self._lists or self._others)

    def plain(self) -> Extras:
        """The fields as a dict."""
        if not self:
            return {}
        texts = {name: _joined(pieces) for name, pieces in self._texts.items()}
        return {**texts, **self._lists, **self._others}


def _joined(pieces: list[str]) -> str:
    said = [piece for piece in pieces if piece]
    return said[0] if said and said.count(said[0]) == len(said) else "".join(said)


def _text(pieces: list[str]) -> str:
    """The pieces as one, which takes their place: whoever asks at each event does not join them all each time."""
    if len(pieces) > 1:
        pieces[:] = ("".join(pieces),)
    return pieces[0]


class CallParts:
    """The pieces of one tool call."""

    __slots__ = ("_extras", "_function_extras", "arguments", "id", "name", "type")

    def __init__(self) -> None:
        self.id = ""
        self.type = ""
        self.name = ""
        self.arguments: list[str] = []
        self._extras = Unknown()
        self._function_extras = Unknown()

    def add(self, delta: ChoiceDeltaToolCall) -> None:
        """Take a piece in."""
        self.id = self.id or delta.id or ""
        self.type = self.type or delta.type or ""
        self._extras.add(delta.model_extra)
        function = delta.function
        if function is not None:
            self.name = self.name or function.name or ""
            if function.arguments:
                self.arguments.append(function.arguments)
            self._function_extras.add(function.model_extra)

    def plain(self) -> Extras:
        """The call as a dict."""
        function = {**self._function_extras.plain(), "name": self.name, "arguments": "".join(self.arguments)}
        return {**self._extras.plain(), "id": self.id, "type": self.type or "function", "function": function}


class ToolCallParts:
    """The tool calls of one choice."""

    __slots__ = ("_latest", "calls")

    def __init__(self) -> None:
        self.calls: dict[int, CallParts] = {}
        self._latest = -1

    def add(self, deltas: list[ChoiceDeltaToolCall]) -> list[int]:
        """Take the pieces of a chunk in; the keys of the calls that they belong to."""
        keys: list[int] = []
        for position, delta in enumerate(deltas):
            key = delta.index if delta.index is not None else self._key(delta, position, len(deltas))
            self._latest = key
            self.calls.setdefault(key, CallParts()).add(delta)
            keys.append(key)
        return keys

    def _key(self, delta: ChoiceDeltaToolCall, position: int, count: int) -> int:
        """Which call a piece without an index belongs to."""
        if delta.id:
            known = (key for key, call in self.calls.items() if call.id == delta.id)
            return next(known, max(self.calls, default=-1) + 1)
        if count == 1 and self._latest >= 0:
            named = delta.function is not None and bool(delta.function.name)
            return max(self.calls) + 1 if named and self.calls[self._latest].name else self._latest
        return position

    def plain(self) -> list[Extras]:
        """The calls as dicts, in the order of their indices."""
        return [self.calls[key].plain() for key in sorted(self.calls)]


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
        self._extras = Unknown()
        self._message_extras = Unknown()

    def add(self, choice: ChunkChoice) -> list[int]:
        """Take a chunk's choice in; the keys of the tool calls that it adds to."""
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
        """The choice as a dict; what never came is absent."""
        message: Extras = {**self._message_extras.plain(), "role": self.role or "assistant"}
        if self.content:
            message["content"] = _text(self.content)
        if self.reasoning:
            message["reasoning_content"] = _text(self.reasoning)
        if any(self._other_reasoning):
            message[REASONING] = _text(self._other_reasoning)
        if self.refusal:
            message["refusal"] = _text(self.refusal)
        if self.tool_calls.calls:
            message["tool_calls"] = self.tool_calls.plain()
        choice: Extras = {
            **self._extras.plain(),
            "index": index,
            "message": message,
            "finish_reason": self.finish_reason,
        }
        if self.stop_reason is not None:
            choice["stop_reason"] = self.stop_reason
        if self.logprobs or self.refusal_logprobs:
            choice["logprobs"] = {"content": self.logprobs or None, "refusal": self.refusal_logprobs or None}
        return choice


class Accumulator:
    """Adds up the chunks of one stream.

    Attributes:
        choices: the choices so far, by index.
    """

    __slots__ = ("_completion", "_extras", "_head", "_usage", "choices")

    def __init__(self) -> None:
        self.choices: dict[int, ChoiceParts] = {}
        self._usage: Mapping[str, object] | None = None
        self._head: Extras = {"id": "", "created": 0, "model": ""}
        self._extras = Unknown()
        self._completion: ChatCompletion | None = None

    def add(self, chunk: ChatCompletionChunk) -> None:
        """Take a chunk in."""
        for choice in chunk.choices:
            self.choice(choice.index).add(choice)
        self.add_head(chunk)

    def choice(self, index: int) -> ChoiceParts:
        """The parts of a choice, which may begin with this."""
        parts = self.choices.get(index)
        if parts is None:
            parts = self.choices[index] = ChoiceParts()
        return parts

    def add_head(self, chunk: ChatCompletionChunk) -> Mapping[str, object] | None:
        """Take in what a chunk holds besides its choices. Returns its usage where that has changed."""
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
        """Whether any choice has told why it ended."""
        return any(parts.finish_reason for parts in self.choices.values())

    def completion(self) -> ChatCompletion | None:
        """What has arrived, as a completion; None where no choice has. It is made once a chunk, if at all."""
        if self._completion is None and self.choices:
            choices = [self.choices[index].plain(index) for index in sorted(self.choices)]
            usage = None if self._usage is None else Usage.read(self._usage)
            fields = {**self._extras.plain(), **self._head, "choices": choices, "usage": usage}
            self._completion = ChatCompletion.model_validate(fields)
        return self._completion
