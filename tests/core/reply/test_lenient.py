"""Odd fields beside the answer do not cost the answer; an odd answer stays an error."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from math import inf

import pytest
from pydantic import ValidationError

from baseten_sdk._core.reply.lenient import validate_leniently
from baseten_sdk.types.async_requests import AsyncRequestStatus
from baseten_sdk.types.chat import ChatCompletion, Choice, Usage
from baseten_sdk.types.chunks import ChatCompletionChunk


def read(chunk: object) -> ChatCompletionChunk | None:
    body = json.dumps(chunk).encode()
    try:
        return ChatCompletionChunk.model_validate_json(body)
    except ValidationError:
        return validate_leniently(ChatCompletionChunk, body)


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
    found = read(chunk() | odd)
    assert found is not None
    assert found.text == "Hi"


def test_good_fields_stay_beside_an_odd_one() -> None:
    found = read(chunk() | {"usage": {"prompt_tokens": "many", "completion_tokens": 2}, "id": 5})
    assert found is not None
    assert found.usage is not None
    assert (found.usage.prompt_tokens, found.usage.completion_tokens, found.id) == (0, 2, "5")


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
    found = read({"choices": [{"index": 0, "delta": {"content": "Hi"}, **odd}]})
    assert found is not None
    assert found.text == "Hi"


@pytest.mark.parametrize("name", ["id", "choices", "created", "model", "object"])
def test_a_null_of_a_chunk_is_as_if_it_were_not_there(name: str) -> None:
    value = chunk() | {"created": 7, "model": "org/m", "object": "chat.completion.chunk"}
    found = read(value | {name: None})
    assert found is not None
    del value[name]
    assert found.model_dump() == ChatCompletionChunk.model_validate_json(json.dumps(value)).model_dump()


@pytest.mark.parametrize("name", ["index", "delta"])
def test_a_null_of_a_choice_is_as_if_it_were_not_there(name: str) -> None:
    choice = {"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}
    found = read({"choices": [choice | {name: None}]})
    assert found is not None
    del choice[name]
    assert found.model_dump() == ChatCompletionChunk.model_validate_json(json.dumps({"choices": [choice]})).model_dump()


@pytest.mark.parametrize(("name", "count"), [("prompt_tokens", 0), ("completion_tokens", 0), ("total_tokens", 3)])
def test_a_null_among_the_tokens_is_none_and_a_null_total_is_their_sum(name: str, count: int) -> None:
    found = read(chunk() | {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, name: None}})
    assert found is not None
    assert found.usage is not None
    assert found.usage.model_dump(include={name}) == {name: count}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"type": "text", "text": "Hi"}, "Hi"),
        ([None, {"type": "text", "text": "Hi"}], "Hi"),
        ([{"type": "text", "text": "Hi"}, {"type": "reference", "reference_ids": [1]}], "Hi"),
    ],
)
def test_content_in_parts_is_its_text(content: object, text: str) -> None:
    found = read(chunk({"content": content}))
    assert found is not None
    assert found.text == text
    body = {"choices": [{"message": {"content": content}}]}
    completion = validate_leniently(ChatCompletion, json.dumps(body).encode())
    assert completion is not None
    assert completion.text == text


def test_parts_that_are_no_text_are_kept_and_not_sent_back() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://a"}}
    body = {"choices": [{"message": {"content": [{"type": "text", "text": "Hi"}, image]}}]}
    completion = validate_leniently(ChatCompletion, json.dumps(body).encode())
    assert completion is not None
    assert completion.message.model_extra == {"content_parts": [image]}
    assert completion.message.to_param() == {"role": "assistant", "content": "Hi"}


@pytest.mark.parametrize(
    "content",
    [5, True, {"city": "Paris"}, {"text": "a", "score": 1}, [{"type": "image_url", "image_url": {"url": "a"}}]],
)
def test_content_that_holds_no_text_stays_an_error(content: object) -> None:
    body = {"choices": [{"message": {"content": content}}]}
    assert validate_leniently(ChatCompletion, json.dumps(body).encode()) is None


CALL = {"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize("calls", [CALL, {"0": CALL}])
def test_calls_of_another_shape_are_the_calls(calls: object) -> None:
    for found in (
        validate_leniently(
            ChatCompletion, json.dumps({"choices": [{"message": {"content": None, "tool_calls": calls}}]}).encode()
        ),
        read(chunk({"tool_calls": calls})),
    ):
        assert found is not None
        choice = found.choices[0]
        holder = choice.message if isinstance(choice, Choice) else choice.delta
        assert [(each.id, each.function and each.function.name) for each in holder.tool_calls] == [("t1", "f")]


@pytest.mark.parametrize("message", [{}, {"message": None}])
def test_a_choice_that_a_filter_left_without_a_message_is_empty(message: dict[str, object]) -> None:
    body = {"choices": [{"finish_reason": "content_filter", **message}]}
    completion = validate_leniently(ChatCompletion, json.dumps(body).encode())
    assert completion is not None
    assert (completion.text, completion.choices[0].finish_reason) == ("", "content_filter")


@pytest.mark.parametrize(
    "choice",
    [{}, {"message": None}, {"text": "Hi", "finish_reason": "stop"}, {"message": "Hi", "finish_reason": "stop"}],
)
def test_a_choice_without_a_message_stays_an_error(choice: dict[str, object]) -> None:
    assert validate_leniently(ChatCompletion, json.dumps({"choices": [choice]}).encode()) is None


def test_a_content_of_parts_is_their_text() -> None:
    found = read(chunk({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}))
    assert found is not None
    assert found.text == "ab"


def test_a_number_for_the_id_of_a_call_is_its_text() -> None:
    found = read(chunk({"tool_calls": [{"index": 0, "id": 7, "function": {"name": "f", "arguments": "{}"}}]}))
    assert found is not None
    assert found.choices[0].delta.tool_calls[0].id == "7"


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
    assert validate_leniently(ChatCompletionChunk, b"{") is None


def reply(message: object, **choice: object) -> ChatCompletion | None:
    body = json.dumps({"id": "c1", "choices": [{"message": message, **choice}]}).encode()
    with pytest.raises(ValidationError):
        ChatCompletion.model_validate_json(body)
    return validate_leniently(ChatCompletion, body)


@pytest.mark.parametrize(
    ("odd", "wanted"),
    [
        ({"completion_tokens": 50.4}, {"completion_tokens": 50}),
        ({"completion_tokens": "7"}, {"completion_tokens": 7}),
        ({"completion_tokens": "seven"}, {"completion_tokens": 0}),
        ({"completion_tokens": [7]}, {"completion_tokens": 0}),
        ({"prompt_tokens_details": {"audio_tokens": None, "cached_tokens": 4}}, {"cached_tokens": 4}),
        ({"prompt_tokens_details": {"audio_tokens": "x", "cached_tokens": 4.0}}, {"cached_tokens": 4}),
        ({"prompt_tokens_details": [1]}, {"cached_tokens": 0}),
        ({"completion_tokens_details": {"reasoning_tokens": 1e400}}, {"reasoning_tokens": 0}),
        ({"cost": 0.25}, {"cost": 0.25}),
    ],
)
def test_an_odd_count_costs_itself_and_no_other(odd: dict[str, object], wanted: dict[str, object]) -> None:
    sent = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, **odd}
    found = validate_leniently(ChatCompletion, json.dumps({"choices": [{"message": {}}], "usage": sent}).encode())
    assert found is not None
    for usage in (found.usage, Usage.read(sent)):
        assert usage is not None
        assert {name: getattr(usage, name) for name in wanted} == wanted
        assert (usage.prompt_tokens, usage.total_tokens) == (3, 7)


def token(logprob: object, **more: object) -> dict[str, object]:
    return {"token": "a", "logprob": logprob, **more}


@pytest.mark.parametrize("odd", [token(None), token("never"), None, 5, {"token": 7, "logprob": -1}])
def test_an_odd_log_probability_costs_itself_and_no_other(odd: object) -> None:
    content = [token(-0.1, top_logprobs=[token(-0.1), odd]), odd, token(-0.2)]
    found = reply({"content": "aaa"}, logprobs={"content": content})
    assert found is not None
    logprobs = found.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content is not None
    first, second, third = logprobs.content
    assert (first.logprob, third.logprob) == (-0.1, -0.2)
    assert [each.logprob for each in first.top_logprobs] == [-0.1, second.logprob]
    assert second.logprob == (-1 if isinstance(odd, dict) and odd["logprob"] == -1 else -inf)


TEXT, THOUGHT = {"type": "text", "text": "Hi"}, {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}


@pytest.mark.parametrize(
    ("message", "content", "reasoning"),
    [
        ({"content": [THOUGHT, TEXT]}, "Hi", "Hm"),
        ({"content": [{"type": "thinking", "thinking": "Hm"}, TEXT]}, "Hi", "Hm"),
        ({"content": [{"type": "reasoning", "text": "Hm"}, "Hi"]}, "Hi", "Hm"),
        ({"content": "Hi", "reasoning_content": [{"type": "text", "text": "H"}, "m"]}, "Hi", "Hm"),
        ({"content": "Hi", "reasoning_content": {"text": "Hm"}}, "Hi", "Hm"),
        ({"content": "Hi", "reasoning_content": 5}, "Hi", None),
        ({"content": "Hi", "refusal": False}, "Hi", None),
        ({"content": "Hi", "tool_calls": {}}, "Hi", None),
        ({"content": "Hi", "tool_calls": ""}, "Hi", None),
        ({"content": "Hi", "role": 5}, "Hi", None),
    ],
)
def test_a_message_in_another_form_is_read(message: object, content: str, reasoning: str | None) -> None:
    found, streamed = reply(message), read({"choices": [{"delta": message}]})
    assert found is not None
    assert streamed is not None
    for each in (found.message, streamed.choices[0].delta):
        assert (each.content, each.reasoning, each.refusal, each.tool_calls) == (content, reasoning, None, [])


@pytest.mark.parametrize("reasoning", [[{"type": "text", "text": "Hm"}], {"content": "Hm"}, {"summary": ["H", "m"]}])
def test_reasoning_under_the_other_name_is_text_whatever_its_form(reasoning: object) -> None:
    message = {"role": "assistant", "content": "Hi", "reasoning": reasoning}
    whole = ChatCompletion.model_validate({"choices": [{"message": message}]})
    assert whole.message.reasoning == "Hm"
    assert ChatCompletionChunk.model_validate({"choices": [{"delta": message}]}).choices[0].delta.reasoning == "Hm"


def test_a_date_that_is_none_does_not_cost_the_status() -> None:
    sent = {"request_id": "r", "status": "SUCCEEDED", "created_at": "yesterday", "status_at": "2026-01-02T03:04:05Z"}
    found = validate_leniently(AsyncRequestStatus, json.dumps(sent).encode())
    assert found is not None
    assert (found.status, found.created_at, found.status_at) == (
        "SUCCEEDED",
        None,
        datetime(2026, 1, 2, 3, 4, 5, 0, UTC),
    )


def test_whoever_makes_a_reply_is_told_of_an_odd_field() -> None:
    with pytest.raises(ValidationError):
        Usage.model_validate({"prompt_tokens": "many"})
    with pytest.raises(ValidationError):
        ChatCompletion.model_validate({"choices": [{"message": {"content": "a"}, "logprobs": 5}]})
