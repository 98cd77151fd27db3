"""The total of a usage, which some servers leave out."""

from __future__ import annotations

import pickle

import pytest
from pydantic_core import to_json

from baseten_sdk.types.annotations import LENIENT
from baseten_sdk.types.chunks import ChatCompletionChunk
from baseten_sdk.types.completions import TextCompletionChunk
from baseten_sdk.types.responses import ModelResponse, ResponseUsage
from baseten_sdk.types.usage import Usage

KINDS = pytest.mark.parametrize(
    ("kind", "parts"),
    [(Usage, {"prompt_tokens": 5, "completion_tokens": 3}), (ResponseUsage, {"input_tokens": 5, "output_tokens": 3})],
)


@KINDS
def test_a_total_that_was_left_out_is_the_sum_of_the_parts(
    kind: type[Usage | ResponseUsage], parts: dict[str, int]
) -> None:
    usage = kind.model_validate_json(to_json(parts))
    assert usage.total_tokens == usage.model_dump()["total_tokens"] == 8
    assert usage.to_dict() == parts
    assert pickle.loads(pickle.dumps(usage)).total_tokens == 8
    assert kind.model_validate(parts).total_tokens == 8


@KINDS
@pytest.mark.parametrize("total", [None, "many", float("inf"), 2**60, []], ids=repr)
def test_a_total_that_is_no_number_is_the_sum_of_the_parts(
    kind: type[Usage | ResponseUsage], parts: dict[str, int], total: object
) -> None:
    assert kind.model_validate({**parts, "total_tokens": total}, context=LENIENT).total_tokens == 8


@KINDS
@pytest.mark.parametrize("total", [9, 0, "9"], ids=repr)
def test_a_total_that_was_sent_is_kept(kind: type[Usage | ResponseUsage], parts: dict[str, int], total: object) -> None:
    assert kind.model_validate({**parts, "total_tokens": total}, context=LENIENT).total_tokens == int(str(total))


def test_the_usage_of_every_reply_has_a_total() -> None:
    chat, response = {"prompt_tokens": 5, "completion_tokens": 3}, {"input_tokens": 5, "output_tokens": 3}
    chunk = ChatCompletionChunk.model_validate_json(to_json({"usage": chat}))
    text = TextCompletionChunk.model_validate_json(to_json({"usage": chat}))
    replied = ModelResponse.model_validate_json(to_json({"usage": response}))
    assert [each.usage.total_tokens for each in (chunk, text, replied) if each.usage is not None] == [8, 8, 8]
    assert replied.usage is not None
    assert Usage.of(replied.usage).total_tokens == Usage.total([replied.usage]).total_tokens == 8
    assert ModelResponse.usage_of([replied, replied]).total_tokens == 16
