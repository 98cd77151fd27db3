"""Whole responses as other servers and translating proxies write them."""

from __future__ import annotations

import json

import pytest

from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk._core.responses.reply import read_response
from baseten_sdk.types.annotations import LENIENT
from baseten_sdk.types.meta import Headers
from baseten_sdk.types.responses import ModelResponse

TEXT = {"type": "output_text", "text": "Hi"}
SAID = {"type": "message", "role": "assistant", "content": [TEXT]}


def read(*output: object, **more: object) -> ModelResponse:
    body = {"id": "resp_1", "status": "completed", "output": [*output], **more}
    headers = Headers([("content-type", "application/json")])
    return read_response(WholeResponse(200, headers, json.dumps(body).encode()))


@pytest.mark.parametrize(
    "output",
    [
        [SAID],
        [None, SAID],
        [{"role": "assistant", "content": [TEXT]}],
        [{"role": "assistant", "content": "Hi", "type": None}],
        [{"type": "hologram"}, {**SAID, "content": [None, {"text": "Hi"}]}],
        [{**SAID, "content": TEXT}],
        [{**SAID, "content": {}}, SAID],
        ["Hi"],
        [{"type": "reasoning", "summary": 5}, SAID],
        [{"type": "reasoning", "summary": [{"text": 5, "type": None}]}, SAID],
    ],
    ids=repr,
)
def test_text_is_found_however_the_output_is_written(output: list[object]) -> None:
    assert read(*output).output_text == "Hi"


@pytest.mark.parametrize("again", [{"call_id": "c1"}, {"id": "fc_1"}, {"id": "fc_1", "call_id": "c1"}], ids=repr)
def test_a_call_without_arguments_that_is_sent_twice_is_one_call(again: dict[str, object]) -> None:
    call = {"type": "function_call", "name": "now", "arguments": "{}"}
    first = {**call, "id": "fc_1", "call_id": "c1"}
    assert [each.call_id for each in read(first, {**call, **again}).function_calls] == ["c1"]
    other = {**first, "call_id": "c2"}
    assert [each.call_id for each in read(first, other).function_calls] == ["c1", "c2"]


@pytest.mark.parametrize(
    "reasoning",
    [
        {"summary": "Hm"},
        {"summary": ["Hm"]},
        {"summary": None, "content": "Hm"},
        {"summary": [], "content": ["Hm", None]},
        {"summary": [{"text": "Hm"}]},
    ],
    ids=repr,
)
def test_thoughts_are_found_however_they_are_written(reasoning: dict[str, object]) -> None:
    found = read({"type": "reasoning", **reasoning}, SAID)
    assert (found.reasoning_text, found.output_text) == ("Hm", "Hi")


@pytest.mark.parametrize("output", [SAID, "Hi"], ids=["an object", "a text"])
def test_an_output_may_be_its_only_item(output: object) -> None:
    body = {"id": "resp_1", "status": "completed", "output": output}
    assert ModelResponse.model_validate(body, context=LENIENT).output_text == "Hi"


@pytest.mark.parametrize("error", [{}, {"code": None, "message": ""}, {"code": "", "message": None}], ids=repr)
def test_an_error_without_content_is_none(error: dict[str, object]) -> None:
    response = ModelResponse.model_validate({"status": "completed", "output": [SAID], "error": error}, context=LENIENT)
    assert response.failure is None
    assert response.model_copy(update={"status": "failed"}).failure == "no reason given"


def test_a_message_without_a_role_is_sent_back_with_one() -> None:
    response = read({"type": "message", "content": [TEXT]}, {"type": "message", "role": "assistant"})
    assert [item.to_param() for item in response.output] == [
        {"type": "message", "role": "assistant", "content": [TEXT]},
        {"type": "message", "role": "assistant", "content": []},
    ]


@pytest.mark.parametrize(
    ("details", "rate"),
    [
        ({}, None),
        ({"input_tokens_details": None}, None),
        ({"input_tokens_details": {}}, None),
        ({"input_tokens_details": {"cached_tokens": 0}}, 0.0),
        ({"input_tokens_details": {"cached_tokens": 4}}, 0.5),
    ],
)
def test_details_of_tokens_are_zeros_where_a_server_sends_none(details: dict[str, object], rate: float | None) -> None:
    usage = read(usage={"input_tokens": 8, "output_tokens": 2, **details}).usage
    assert usage is not None
    assert usage.input_tokens_details.cached_tokens == usage.cached_tokens == 8 * (rate or 0)
    assert (usage.output_tokens_details.reasoning_tokens, usage.reasoning_tokens) == (0, 0)
    assert usage.cache_hit_rate == rate
