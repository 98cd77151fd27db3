"""The usage of a chunk may be left unread, and nobody can tell."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from baseten_sdk.types.chat import Usage
from baseten_sdk.types.chunks import ChatCompletionChunk
from baseten_sdk.types.events import UsageUpdated, usage_updated
from baseten_sdk.types.unread_usage import FIELD, kept_usage, leave_unread

SENT = {
    "prompt_tokens": 1,
    "completion_tokens": 2,
    "total_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 1},
    "beyond": {"a": 1},
}

BODY = {"id": "c", "choices": [{"index": 0, "delta": {"content": "a"}}], "usage": SENT}


def left(text: str, kind: type[ChatCompletionChunk] = ChatCompletionChunk) -> ChatCompletionChunk:
    """A chunk as the reader of a stream leaves it."""
    chunk = kind.model_validate({**BODY, "usage": None})
    leave_unread(chunk, f"{text}}}".encode())
    return chunk


def sent(usage: object = SENT) -> ChatCompletionChunk:
    return left(json.dumps(usage))


def made() -> ChatCompletionChunk:
    """The same, read at once."""
    return ChatCompletionChunk.model_validate(BODY)


def test_a_look_at_it_reads_it() -> None:
    usage = sent().usage
    assert isinstance(usage, Usage)
    assert (usage.total_tokens, usage.cached_tokens, usage.model_extra) == (3, 1, {"beyond": {"a": 1}})
    assert usage == made().usage


def test_it_is_read_once() -> None:
    chunk = sent()
    assert chunk.usage is chunk.usage


LOOKS: dict[str, Callable[[ChatCompletionChunk], object]] = {
    "model_dump": lambda chunk: chunk.model_dump(),
    "model_dump unset": lambda chunk: chunk.model_dump(exclude_unset=True),
    "model_dump of a part": lambda chunk: chunk.model_dump(include={"usage": {"total_tokens"}}),
    "model_dump without a part": lambda chunk: chunk.model_dump(exclude={"usage": {"total_tokens"}}),
    "model_dump_json": lambda chunk: chunk.model_dump_json(),
    "to_dict": lambda chunk: chunk.to_dict(),
    "to_json": lambda chunk: chunk.to_json(),
    "repr": repr,
    "str": str,
    "dict": dict,
    "list": list,
    "a list of them": lambda chunk: TypeAdapter(list[ChatCompletionChunk]).dump_python([chunk]),
    "a list of them as JSON": lambda chunk: TypeAdapter(list[ChatCompletionChunk]).dump_json([chunk]),
    "fields set": lambda chunk: chunk.model_fields_set,
    "copy": lambda chunk: copy.copy(chunk).usage,
    "deepcopy": lambda chunk: copy.deepcopy(chunk).usage,
    "model_copy": lambda chunk: chunk.model_copy(update={"id": "d"}).model_dump(),
    "pickle": lambda chunk: pickle.loads(pickle.dumps(chunk)).model_dump(),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_nobody_can_tell_when_it_is_read(look: Callable[[ChatCompletionChunk], object]) -> None:
    assert look(sent()) == look(made())


def test_chunks_are_equal_whoever_was_looked_at() -> None:
    looked = sent()
    assert looked.usage is not None
    assert looked == sent()
    assert sent() == looked
    assert sent() == made()
    assert sent() != sent({**SENT, "total_tokens": 4})
    assert sent() != BODY


class Holder(BaseModel):
    chunk: ChatCompletionChunk


def test_it_is_read_inside_of_other_models_too() -> None:
    assert Holder(chunk=sent()).model_dump() == Holder(chunk=made()).model_dump()
    assert Holder(chunk=sent()).model_dump_json() == Holder(chunk=made()).model_dump_json()
    assert Holder(chunk=sent()) == Holder(chunk=made())


@pytest.mark.parametrize("text", ['{"prompt_tokens":007}', '{"prompt_tokens":}', '{"prompt_tokens":1null}'])
def test_what_has_no_numbers_for_numbers_is_none(text: str) -> None:
    assert left(text).model_dump()["usage"] is None
    assert left(text).usage is None


def test_whoever_makes_one_is_told_of_a_wrong_usage_at_once() -> None:
    with pytest.raises(ValidationError):
        ChatCompletionChunk.model_validate({"usage": {"prompt_tokens": "many"}})
    with pytest.raises(ValidationError):
        ChatCompletionChunk.model_validate_json(b'{"usage": {"prompt_tokens": "many"}}')


def test_it_can_be_set() -> None:
    chunk = sent({})
    chunk.usage = Usage(total_tokens=9)
    assert chunk.model_dump()["usage"]["total_tokens"] == 9
    chunk.usage = None
    assert chunk.usage is None


class Mine(ChatCompletionChunk):
    mine: int = 0


def test_a_subclass_has_it_too() -> None:
    assert left(json.dumps(SENT), Mine).usage == made().usage
    assert Mine.model_validate_json(json.dumps(BODY)).usage == made().usage
    assert Mine().usage is None
    assert Mine.model_fields["usage"].default is None


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_its_schema_is_that_of_a_usage(mode: str) -> None:
    schema = ChatCompletionChunk.model_json_schema(mode="validation" if mode == "validation" else "serialization")
    assert schema["properties"]["usage"]["anyOf"] == [{"$ref": "#/$defs/Usage"}, {"type": "null"}]


def test_an_event_of_it_is_a_value_like_the_others() -> None:
    usage = made().usage
    assert usage is not None
    event, unread = UsageUpdated(usage), usage_updated(kept_usage(sent()))
    assert unread.usage == usage
    assert usage_updated(kept_usage(sent())) == event
    assert repr(usage_updated(kept_usage(sent()))) == repr(event)
    assert pickle.loads(pickle.dumps(usage_updated(kept_usage(sent())))) == event
    assert dataclasses.asdict(usage_updated(kept_usage(sent()))) == {"usage": usage}
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(unread, FIELD, usage)


def test_an_event_of_wrong_numbers_has_none() -> None:
    assert usage_updated(kept_usage(left('{"prompt_tokens":007}'))).usage == Usage()
