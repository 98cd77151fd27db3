"""Chunks as the backends write them, and the completion that they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from baseten_sdk._core.chat.accumulate import Accumulator
from baseten_sdk.types.chat import ChatCompletion, ChatCompletionMessage
from baseten_sdk.types.chunks import ChatCompletionChunk

Delta = Mapping[str, object]


def chunk(choices: object, usage: object = None, **more: object) -> dict[str, object]:
    head = {"id": "chatcmpl-x", "created": 1, "model": "org/m", "object": "chat.completion.chunk"}
    return {**head, "choices": choices, "usage": usage, **more}


def spoken(delta: object, finish: object = None, index: int = 0, **more: object) -> dict[str, object]:
    return chunk([{"index": index, "delta": delta, "finish_reason": finish, **more}])


def added(chunks: Iterable[Mapping[str, object]]) -> Accumulator:
    accumulator = Accumulator()
    for each in chunks:
        accumulator.add(ChatCompletionChunk.model_validate(each))
    return accumulator


def completion(*chunks: Mapping[str, object]) -> ChatCompletion:
    found = added(chunks).completion()
    assert found is not None
    return found


def message(*deltas: Delta) -> ChatCompletionMessage:
    return completion(*(spoken(delta) for delta in deltas)).message


def usage(prompt: int, done: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": done, "total_tokens": prompt + done}


VERBOSE: dict[str, object] = {
    "content": None,
    "function_call": None,
    "tool_calls": None,
    "role": "assistant",
    "refusal": None,
}
"""Every key in every delta, mostly null."""

OLDER: dict[str, object] = {"role": "assistant", "content": "", "tool_calls": []}
"""The role, empty text and an empty list in every delta."""


def calls_of(found: ChatCompletionMessage) -> list[tuple[str, str, str]]:
    return [(call.id, call.function.name, call.function.arguments) for call in found.tool_calls]


def piece(index: object = None, id: object = None, name: object = None, arguments: object = None) -> dict[str, object]:
    return {"index": index, "id": id, "function": {"name": name, "arguments": arguments}}
