"""Asking again: the model is shown its answer and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from baseten_sdk import ChatCompletion, MessageParam, OutputValidationError, schema_for
from baseten_sdk._core.chat.answer import ChatAnswerForm
from baseten_sdk._core.schema.toolbox import Toolbox
from baseten_sdk.types.params import Message


class Sum(BaseModel):
    total: int


FORM = ChatAnswerForm(schema_for(Sum), Toolbox(()))


def corrected(conversation: Sequence[Message], text: str) -> Sequence[Message]:
    """Let the model answer with a text, which is wrong."""
    completion = ChatCompletion.model_validate({"choices": [{"message": {"content": text}}]})
    with pytest.raises(OutputValidationError) as caught:
        FORM.read((completion,))
    return FORM.corrected(conversation, completion, caught.value)


def test_the_answer_and_what_is_wrong_with_it_are_added() -> None:
    messages: list[Message] = [MessageParam(role="user", content="Add up.")]
    asked = corrected(messages, '{"total": "x"}')
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
    twice = corrected(corrected(messages, "{}"), "[]")
    assert [dict(each)["role"] for each in twice if isinstance(each, dict)] == [
        *("user", "assistant", "user", "assistant", "user")
    ]
