"""Whole responses as other servers and translating proxies write them."""

from __future__ import annotations

import json

import pytest

from baseten_sdk._core.reply.response import WholeResponse
from baseten_sdk._core.responses.reply import read_response
from baseten_sdk.types.meta import Headers
from baseten_sdk.types.responses import ModelResponse

TEXT = {"type": "output_text", "text": "Hi"}
SAID = {"type": "message", "role": "assistant", "content": [TEXT]}


def read(*output: object) -> ModelResponse:
    body = {"id": "resp_1", "status": "completed", "output": [*output]}
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
    ],
    ids=["message", "null", "no type", "null type", "unknown"],
)
def test_text_is_found_however_the_output_is_written(output: list[object]) -> None:
    assert read(*output).output_text == "Hi"


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
