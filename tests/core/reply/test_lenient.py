"""Odd fields beside the answer do not cost the answer; an odd answer stays an error."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from baseten_sdk._core.reply.lenient import read_odd
from baseten_sdk.types.chunks import ChatCompletionChunk


def read(chunk: object) -> ChatCompletionChunk | None:
    body = json.dumps(chunk).encode()
    try:
        return ChatCompletionChunk.model_validate_json(body)
    except ValidationError as error:
        return read_odd(ChatCompletionChunk, body, error)


def chunk(delta: object = None, **choice: object) -> dict[str, object]:
    return {"id": "c1", "choices": [{"index": 0, "delta": delta or {"content": "Hi"}, **choice}]}


@pytest.mark.parametrize(
    "odd",
    [
        {"usage": ""},
        {"usage": 7},
        {"usage": {"prompt_tokens": "many", "completion_tokens": 2}},
        {"created": "now"},
        {"id": 5},
        {"service_tier": 3},
        {"system_fingerprint": ["a"]},
        {"model": 120},
    ],
)
def test_an_odd_field_of_a_chunk_leaves_its_text(odd: dict[str, object]) -> None:
    mended = read(chunk() | odd)
    assert mended is not None
    assert mended.text == "Hi"


def test_good_fields_stay_beside_an_odd_one() -> None:
    mended = read(chunk() | {"usage": {"prompt_tokens": "many", "completion_tokens": 2}, "id": 5})
    assert mended is not None
    assert mended.usage is not None
    assert (mended.usage.prompt_tokens, mended.usage.completion_tokens, mended.id) == (0, 2, "5")


@pytest.mark.parametrize(
    "odd",
    [
        {"finish_reason": 3},
        {"stop_reason": [1, 2]},
        {"logprobs": {"content": [{"token": "a", "logprob": None}]}},
        {"index": "first"},
    ],
)
def test_an_odd_field_of_a_choice_leaves_its_text(odd: dict[str, object]) -> None:
    mended = read({"choices": [{"index": 0, "delta": {"content": "Hi"}, **odd}]})
    assert mended is not None
    assert mended.text == "Hi"


@pytest.mark.parametrize("name", ["id", "choices", "created", "model", "object"])
def test_a_null_of_a_chunk_is_as_if_it_were_not_there(name: str) -> None:
    value = chunk() | {"created": 7, "model": "org/m", "object": "chat.completion.chunk"}
    mended = read(value | {name: None})
    assert mended is not None
    del value[name]
    assert mended.model_dump() == ChatCompletionChunk.model_validate_json(json.dumps(value)).model_dump()


@pytest.mark.parametrize("name", ["index", "delta"])
def test_a_null_of_a_choice_is_as_if_it_were_not_there(name: str) -> None:
    choice = {"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}
    mended = read({"choices": [choice | {name: None}]})
    assert mended is not None
    del choice[name]
    assert (
        mended.model_dump() == ChatCompletionChunk.model_validate_json(json.dumps({"choices": [choice]})).model_dump()
    )


@pytest.mark.parametrize("name", ["prompt_tokens", "completion_tokens", "total_tokens"])
def test_a_null_among_the_tokens_is_none(name: str) -> None:
    mended = read(chunk() | {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, name: None}})
    assert mended is not None
    assert mended.usage is not None
    assert mended.usage.model_dump(include={name}) == {name: 0}


def test_a_content_of_parts_is_their_text() -> None:
    mended = read(chunk({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}))
    assert mended is not None
    assert mended.text == "ab"


def test_a_number_for_the_id_of_a_call_is_its_text() -> None:
    mended = read(chunk({"tool_calls": [{"index": 0, "id": 7, "function": {"name": "f", "arguments": "{}"}}]}))
    assert mended is not None
    assert mended.choices[0].delta.tool_calls[0].id == "7"


@pytest.mark.parametrize(
    "answer",
    [
        chunk({"content": 5}),
        chunk({"content": [{"type": "image_url"}]}),
        chunk({"tool_calls": [None]}),
        {"choices": "none"},
        {"choices": [5]},
        [],
    ],
)
def test_an_odd_answer_is_not_mended(answer: object) -> None:
    assert read(answer) is None


def test_what_is_no_json_is_not_mended() -> None:
    with pytest.raises(ValidationError) as caught:
        ChatCompletionChunk.model_validate_json(b"{")
    assert read_odd(ChatCompletionChunk, b"{", caught.value) is None
