"""Whether a chat that was cut can be continued, and how that is asked for."""

from __future__ import annotations

import json

import pytest

from baseten_sdk import ChatCompletion, Message, assistant, user
from baseten_sdk._core.chat.request import chat_request
from baseten_sdk._core.pool.continuation import continued, why_not
from baseten_sdk._core.pool.retarget import placeholder
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.request import Request

CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{"}}


def asking(messages: list[Message] | None = None, **params: object) -> Request:
    return chat_request(placeholder().engine, "llama", messages or [user("Hi")], params, Options(), stream=True)


def came(*messages: dict[str, object], spent: int | None = None) -> ChatCompletion:
    choices = [{"index": index, "message": {"role": "assistant", **each}} for index, each in enumerate(messages)]
    usage = None if spent is None else {"prompt_tokens": 3, "completion_tokens": spent, "total_tokens": 3 + spent}
    return ChatCompletion.model_validate({"id": "1", "created": 0, "model": "m", "choices": choices, "usage": usage})


def test_the_answer_so_far_becomes_the_message_that_is_to_be_continued() -> None:
    request = asking(temperature=0.5, max_tokens=100)
    body = json.loads(continued(request, came({"content": "Once upon"}, spent=40)).body)
    assert next(iter(body)) == "model"
    assert body == {
        **json.loads(request.body),
        "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Once upon"}],
        "continue_final_message": True,
        "add_generation_prompt": False,
        "max_tokens": 60,
    }


def test_a_message_that_the_caller_had_begun_goes_on() -> None:
    begun: list[Message] = [user("Hi"), assistant("Once ")]
    request = asking(begun, continue_final_message=True, add_generation_prompt=False)
    body = json.loads(continued(request, came({"content": "upon"})).body)
    assert body["messages"] == [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Once upon"}]


def test_a_limit_that_is_used_up_leaves_one_token() -> None:
    request = asking(max_completion_tokens=5)
    assert json.loads(continued(request, came({"content": "a"}, spent=9)).body)["max_completion_tokens"] == 1


@pytest.mark.parametrize("partial", [None, came({"content": ""})])
def test_where_no_text_had_come_the_request_is_the_same(partial: ChatCompletion | None) -> None:
    request = asking()
    assert why_not(request, partial) is None
    assert continued(request, partial) is request


@pytest.mark.parametrize(
    ("partial", "reason"),
    [
        (came({"content": "a"}, {"content": "b"}), "several choices"),
        (came({"content": "a", "tool_calls": [CALL]}), "to call a tool"),
        (came({"refusal": "No"}), "to refuse"),
        (came({"reasoning_content": "Hm"}), "still reasoning"),
    ],
)
def test_what_an_engine_cannot_go_on_with_is_not_continued(partial: ChatCompletion, reason: str) -> None:
    assert reason in (why_not(asking(), partial) or "")


def test_an_answer_to_a_schema_begins_anew_and_is_not_continued() -> None:
    held = asking(response_format={"type": "json_object"})
    assert "held to a schema" in (why_not(held, came({"content": "{"})) or "")
    assert why_not(held, came({"content": ""})) is None
    assert why_not(asking(response_format={"type": "text"}), came({"content": "a"})) is None
    assert why_not(asking(), came({"content": "a", "reasoning_content": "Hm"})) is None
