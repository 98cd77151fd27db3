"""A completion made of parts that were read before, without reading them again.

Whoever shows an answer while it comes asks for a snapshot at each event. Chunks were validated when they came; to
validate what they add up to costs as much as all the rest of the event. What is made here is equal to what pydantic
makes of the same fields, in what it holds and in what counts as set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from ...types.chat import ChatCompletion, ChatCompletionMessage, Choice

M = TypeVar("M", bound=BaseModel)

_new = object.__new__
_set_fields = BaseModel.__dict__["__dict__"].__set__
_set_names = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_set_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_set_private = BaseModel.__dict__["__pydantic_private__"].__set__


def assemble(head: Mapping[str, object], choices: list[Choice]) -> ChatCompletion:
    """A completion of its choices; its usage is None.

    Args:
        head: id, created and model, and what else came beside the choices.
    """
    fields: dict[str, object] = {
        "id": "",
        "choices": choices,
        "created": 0,
        "model": "",
        "object": "chat.completion",
        "usage": None,
        "service_tier": None,
        "system_fingerprint": None,
    }
    fields.update(head)
    return _made(ChatCompletion, fields, {"choices", "usage", *head})


def assemble_choice(
    index: int,
    role: str,
    content: str | None,
    refusal: str | None,
    reasoning: str | None,
    finish_reason: str | None,
    stop_reason: int | str | None,
) -> Choice:
    """A choice whose message holds nothing but texts; None for those that never came."""
    said: dict[str, object] = {
        "role": role,
        "content": content,
        "refusal": refusal,
        "reasoning_content": reasoning,
        "tool_calls": [],
    }
    told = {"role"}
    if content is not None:
        told.add("content")
    if refusal is not None:
        told.add("refusal")
    if reasoning is not None:
        told.add("reasoning_content")
    fields: dict[str, object] = {
        "index": index,
        "message": _made(ChatCompletionMessage, said, told),
        "finish_reason": finish_reason,
        "stop_reason": stop_reason,
        "logprobs": None,
    }
    names = {"index", "message", "finish_reason"}
    if stop_reason is not None:
        names.add("stop_reason")
    return _made(Choice, fields, names)


def _made(kind: type[M], fields: dict[str, object], names: set[str]) -> M:
    """What `model_construct` makes, with all fields given."""
    made = _new(kind)
    _set_fields(made, fields)
    _set_names(made, names)
    _set_extra(made, {})
    _set_private(made, None)
    return made
