"""Asking again: the model is shown its answer and what is wrong with it."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from baseten_sdk import ChatCompletion, MessageParam, OutputValidationError, schema_for
from baseten_sdk._core.chat.correction import with_correction
from baseten_sdk._core.chat.output import read_output
from baseten_sdk.types.params import Message


class Sum(BaseModel):
    total: int


def wrong(text: str) -> OutputValidationError:
    completion = ChatCompletion.model_validate({"choices": [{"message": {"content": text}}]})
    with pytest.raises(OutputValidationError) as caught:
        read_output(schema_for(Sum), completion)
    return caught.value


def test_the_answer_and_what_is_wrong_with_it_are_added() -> None:
    messages: list[Message] = [MessageParam(role="user", content="Add up.")]
    asked = with_correction(messages, wrong('{"total": "x"}'))
    assert asked[0] is messages[0]
    assert asked[1] == {"role": "assistant", "content": '{"total": "x"}'}
    request = asked[2]
    assert isinstance(request, dict)
    assert request["role"] == "user"
    content = str(request.get("content"))
    assert "total: Input should be a valid integer" in content
    assert content.count("not a valid") == 1
    assert len(messages) == 1


def test_asking_twice_keeps_the_whole_conversation() -> None:
    messages: list[Message] = [MessageParam(role="user", content="Add up.")]
    twice = with_correction(with_correction(messages, wrong("{}")), wrong("[]"))
    assert [dict(each)["role"] for each in twice if isinstance(each, dict)] == [
        *("user", "assistant", "user", "assistant", "user")
    ]
