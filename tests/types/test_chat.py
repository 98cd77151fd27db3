"""Chat replies and chunks as the backends send them: nothing is missed, nothing unknown is lost."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, ValidationError

from baseten_sdk.types.chat import (
    ChatCompletion,
    ChatCompletionMessage,
    Choice,
    FunctionCall,
    PromptTokensDetails,
    ToolCall,
    Usage,
)
from baseten_sdk.types.chunks import ChatCompletionChunk, ChoiceDelta, ChunkChoice
from baseten_sdk.types.events import UsageUpdated
from baseten_sdk.types.meta import Headers, Meta
from baseten_sdk.types.reply import attach_meta

USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 9,
    "total_tokens": 29,
    "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 16},
    "completion_tokens_details": {
        "accepted_prediction_tokens": 0,
        "audio_tokens": 0,
        "reasoning_tokens": 5,
        "rejected_prediction_tokens": 0,
    },
}

REPLY = {
    "id": "chatcmpl-0123456789abcdef0123456789abcdef",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello.", "reasoning_content": "A greeting."},
            "finish_reason": "stop",
        }
    ],
    "created": 1790000000,
    "model": "org/m",
    "object": "chat.completion",
    "usage": USAGE,
}


def read(value: object) -> ChatCompletion:
    return ChatCompletion.model_validate_json(json.dumps(value))


def with_message(message: object, **choice: object) -> ChatCompletion:
    return read({**REPLY, "choices": [{"index": 0, "message": message, **choice}]})


def chunk(value: object) -> ChatCompletionChunk:
    return ChatCompletionChunk.model_validate(value)


def test_a_usual_reply_is_read_whole() -> None:
    found = read(REPLY)
    assert found.text == found.message.content == "Hello."
    assert found.message.reasoning == "A greeting."
    assert found.choices[0].finish_reason == "stop"
    assert (found.id, found.created, found.model, found.object) == (
        REPLY["id"],
        1790000000,
        "org/m",
        "chat.completion",
    )
    assert found.usage is not None
    assert (found.usage.cached_tokens, found.usage.reasoning_tokens, found.usage.total_tokens) == (16, 5, 29)
    assert found.model_dump(exclude_unset=True) == REPLY


def test_a_message_may_have_no_content_because_all_tokens_went_into_reasoning() -> None:
    found = with_message({"role": "assistant", "reasoning_content": "hmm"}, finish_reason="length")
    assert (found.text, found.message.content, found.message.reasoning) == ("", None, "hmm")


def test_a_message_may_have_nothing_but_a_role() -> None:
    message = with_message({"role": "assistant"}).message
    assert (message.content, message.refusal, message.reasoning, message.tool_calls) == (None, None, None, [])


def test_a_finish_reason_may_be_absent_and_a_stop_reason_a_number_or_a_text() -> None:
    assert with_message({"content": "{}"}).choices[0].finish_reason is None
    assert with_message({}, stop_reason=154829).choices[0].stop_reason == 154829
    assert with_message({}, stop_reason="END").choices[0].stop_reason == "END"


def test_tool_calls_are_read_as_they_come() -> None:
    call = {"id": "functions.f:0", "type": "function", "function": {"name": "f", "arguments": '{"a": 1} '}}
    (found,) = with_message({"tool_calls": [call]}, finish_reason="tool_calls").message.tool_calls
    assert (found.id, found.function.name, found.function.arguments) == ("functions.f:0", "f", '{"a": 1} ')


@pytest.mark.parametrize(
    ("arguments", "text"),
    [(None, ""), ("", ""), ({"a": [1, None]}, '{"a":[1,null]}'), ([], "[]"), (5, "5"), ("{cut", "{cut")],
)
def test_arguments_are_text_however_they_come(arguments: object, text: str) -> None:
    assert FunctionCall.model_validate({"name": "f", "arguments": arguments}).arguments == text


def test_log_probabilities_are_read() -> None:
    top = {"token": "A", "logprob": -0.25, "bytes": [65]}
    logprobs = {"content": [{**top, "top_logprobs": [top]}, {**top, "top_logprobs": None}], "refusal": None}
    found = with_message({"content": "AA"}, logprobs=logprobs).choices[0].logprobs
    assert found is not None
    assert found.content is not None
    assert (found.content[0].top_logprobs[0].token, found.content[1].top_logprobs) == ("A", [])


NULLABLE: list[tuple[type[BaseModel], dict[str, object]]] = [
    (ChatCompletion, {"choices": [{"message": {}}]}),
    (ChatCompletionChunk, {}),
    (Choice, {"message": {}}),
    (ChunkChoice, {}),
    (ChatCompletionMessage, {}),
    (ChoiceDelta, {}),
    (ToolCall, {"id": "t1"}),
    (FunctionCall, {}),
    (Usage, {}),
    (PromptTokensDetails, {}),
]


@pytest.mark.parametrize(("model", "least"), NULLABLE, ids=lambda value: getattr(value, "__name__", ""))
def test_null_and_absent_are_alike(model: type[BaseModel], least: dict[str, object]) -> None:
    absent = model.model_validate(least)
    names = [field.alias or name for name, field in model.model_fields.items()]
    null = model.model_validate({**dict.fromkeys(names), **least})
    assert null.model_dump() == absent.model_dump()
    assert model.model_validate_json(null.model_dump_json()).model_dump() == absent.model_dump()


@pytest.mark.parametrize(("model", "least"), NULLABLE, ids=lambda value: getattr(value, "__name__", ""))
def test_unknown_fields_are_kept_and_can_be_read(model: type[BaseModel], least: dict[str, object]) -> None:
    found = model.model_validate({**least, "vendor_field": {"a": 1}, "model_config_x": 2})
    assert found.model_extra == {"vendor_field": {"a": 1}, "model_config_x": 2}
    assert getattr(found, "vendor_field") == {"a": 1}  # noqa: B009  # mypy and pyright do not know the field
    assert json.loads(found.model_dump_json())["vendor_field"] == {"a": 1}


@pytest.mark.parametrize("reason", ["stop", "length", "tool_calls", "content_filter", "something_new"])
def test_enums_are_open(reason: str) -> None:
    assert with_message({}, finish_reason=reason).choices[0].finish_reason == reason
    assert chunk({"choices": [{"finish_reason": reason}]}).choices[0].finish_reason == reason


@pytest.mark.parametrize(
    "value",
    [{}, {"choices": None}, {"choices": []}, {"choices": [{}]}, {"choices": [{"message": None}]}, [], None, "text"],
)
def test_what_has_no_choice_with_a_message_is_no_completion(value: object) -> None:
    with pytest.raises(ValidationError):
        read(value)


@pytest.mark.parametrize(
    ("message", "reasoning"),
    [
        ({"reasoning_content": "a"}, "a"),
        ({"reasoning": "a"}, "a"),
        ({"reasoning": "a", "reasoning_content": "a"}, "a"),
        ({"reasoning": "a", "reasoning_content": None}, "a"),
        ({"reasoning": "a", "reasoning_content": ""}, "a"),
        ({"reasoning": None, "reasoning_content": ""}, ""),
        ({"reasoning": {"effort": 1}}, None),
        ({}, None),
    ],
)
def test_reasoning_is_found_under_either_name(message: dict[str, object], reasoning: str | None) -> None:
    assert ChatCompletionMessage.model_validate(message).reasoning == reasoning
    assert ChoiceDelta.model_validate(message).reasoning == reasoning


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": "Hi"},
        {"role": "assistant", "content": ""},
        {"role": "assistant", "reasoning_content": "hm", "content": "Hi"},
        {"role": "assistant", "reasoning": "hm", "content": "Hi"},
        {"role": "assistant", "refusal": "No."},
        {
            "role": "assistant",
            "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "assistant", "content": "Hi", "annotations": [{"type": "url"}], "baseten": {"iterations": []}},
    ],
)
def test_a_message_goes_back_as_it_came(message: dict[str, object]) -> None:
    assert ChatCompletionMessage.model_validate(message).to_param() == message


def test_a_message_goes_back_without_its_nulls_and_with_what_servers_ask_for() -> None:
    message = ChatCompletionMessage.model_validate(
        {"content": None, "refusal": None, "tool_calls": [{"id": "t1", "function": {"name": "f"}}], "audio": None}
    )
    assert message.to_param() == {
        "role": "assistant",
        "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }
    assert ChatCompletionMessage.model_validate({"content": "x", "tool_calls": []}).to_param() == {
        "role": "assistant",
        "content": "x",
    }


JSON = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=4,
)


@given(
    st.dictionaries(st.sampled_from(["content", "refusal", "reasoning_content", "reasoning"]), st.text(max_size=3)),
    JSON,
)
def test_going_back_and_forth_changes_nothing(texts: dict[str, str], extra: object) -> None:
    message = ChatCompletionMessage.model_validate({"role": "assistant", **texts, "vendor": extra})
    again = ChatCompletionMessage.model_validate_json(json.dumps(message.to_param()))
    assert again == message
    assert again.to_param() == message.to_param() == {"role": "assistant", **texts, "vendor": extra}


@pytest.mark.parametrize(
    ("usage", "cached", "reasoning"),
    [
        (USAGE, 16, 5),
        ({}, 0, 0),
        ({"prompt_tokens_details": None, "completion_tokens_details": {}}, 0, 0),
        ({"prompt_tokens_details": {"cached_tokens": None}}, 0, 0),
    ],
)
def test_usage_tells_of_cached_and_reasoning_tokens(usage: object, cached: int, reasoning: int) -> None:
    found = Usage.model_validate(usage)
    assert (found.cached_tokens, found.reasoning_tokens) == (cached, reasoning)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"choices": [{"delta": {"content": "a"}}]}, "a"),
        ({"choices": [{"delta": {"content": None}}]}, ""),
        ({"choices": [{"delta": {}}]}, ""),
        ({"choices": [{"delta": None}]}, ""),
        ({"choices": [{"index": 1, "delta": {"content": "b"}}]}, ""),
        ({"choices": [{"index": 1, "delta": {"content": "b"}}, {"index": 0, "delta": {"content": "a"}}]}, "a"),
        ({"choices": []}, ""),
        ({"choices": None}, ""),
        ({}, ""),
    ],
)
def test_the_text_of_a_chunk_is_that_of_the_first_choice(value: object, text: str) -> None:
    assert chunk(value).text == text


def test_a_verbose_chunk_is_read() -> None:
    delta = {
        "content": None,
        "function_call": None,
        "tool_calls": None,
        "role": "assistant",
        "refusal": None,
        "reasoning_content": "Think",
    }
    found = chunk(
        {
            "id": "chatcmpl-x",
            "choices": [{"index": 0, "delta": delta}],
            "created": 1,
            "model": "org/m",
            "service_tier": None,
            "system_fingerprint": None,
            "object": "chat.completion.chunk",
            "usage": USAGE,
        }
    )
    assert found.choices[0].delta.reasoning == "Think"
    assert found.choices[0].delta.tool_calls == []
    assert found.usage is not None
    assert found.usage.total_tokens == 29


def test_the_pieces_of_a_tool_call_are_read() -> None:
    deltas = [{"index": 0, "id": None, "type": None, "function": {"name": None, "arguments": None}}, {"function": None}]
    first, second = chunk({"choices": [{"delta": {"tool_calls": deltas}}]}).choices[0].delta.tool_calls
    assert first.function is not None
    assert (first.index, first.function.name, first.function.arguments) == (0, None, "")
    assert (second.index, second.function) == (None, None)


META = Meta(200, Headers([("X-Baseten-Request-Id", "r1"), ("x-ratelimit-remaining-requests", "7")]), 2, 0.25)


def pickled(value: ChatCompletion) -> ChatCompletion:
    found: ChatCompletion = pickle.loads(pickle.dumps(value))
    return found


@pytest.mark.parametrize("copied", [pickled, copy.copy, copy.deepcopy])
def test_a_copy_keeps_the_meta_and_what_is_unknown(copied: Callable[[ChatCompletion], object]) -> None:
    completion = attach_meta(read({**REPLY, "baseten": {"iterations": [1]}}), META)
    twin = copied(completion)
    assert isinstance(twin, ChatCompletion)
    assert twin == completion
    assert twin.meta == META
    assert twin.meta.request_id == "r1"
    assert twin.model_extra == {"baseten": {"iterations": [1]}}


def test_a_reply_without_an_exchange_has_an_empty_meta() -> None:
    assert read(REPLY).meta == Meta()


def test_meta_is_no_part_of_what_is_dumped() -> None:
    assert attach_meta(read(REPLY), META).model_dump(exclude_unset=True) == REPLY


def test_a_field_of_the_service_named_like_a_property_does_not_hide_it() -> None:
    found = read({**REPLY, "text": "theirs", "meta": "theirs"})
    assert found.text == "Hello."
    assert found.meta == Meta()
    assert found.model_extra == {"text": "theirs", "meta": "theirs"}


def test_a_time_with_a_fraction_is_read() -> None:
    assert read({**REPLY, "created": 1795253076.9}).created == 1795253076
    assert read({**REPLY, "created": None}).created == 0


SPENT = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "prompt_tokens_details": {"cached_tokens": 1}}


def spent(usage: object) -> ChatCompletionChunk:
    """A chunk with a usage, read from JSON as streams are."""
    return ChatCompletionChunk.model_validate_json(json.dumps({"id": "c", "usage": usage}))


def test_the_usage_of_a_chunk_is_read_when_it_is_looked_at() -> None:
    chunk = spent({**SPENT, "beyond": {"a": 1}})
    assert chunk.raw_usage == {**SPENT, "beyond": {"a": 1}}
    assert chunk.usage is not None
    assert (chunk.usage.total_tokens, chunk.usage.cached_tokens) == (3, 1)
    assert chunk.usage.model_extra == {"beyond": {"a": 1}}
    assert chunk.usage == ChatCompletionChunk.model_validate({"usage": chunk.raw_usage}).usage


def test_the_usage_of_a_chunk_is_written_under_its_name_on_the_wire() -> None:
    chunk = spent(SPENT)
    assert chunk.to_dict() == chunk.model_dump(exclude_unset=True) == {"id": "c", "usage": SPENT}
    assert json.loads(chunk.to_json()) == {"id": "c", "usage": SPENT}
    assert ChatCompletionChunk.model_validate(chunk.model_dump()) == chunk
    assert pickle.loads(pickle.dumps(chunk)) == chunk != spent({**SPENT, "total_tokens": 4})


@pytest.mark.parametrize("usage", [None, {}])
def test_a_chunk_without_counts_has_no_usage_or_an_empty_one(usage: object) -> None:
    assert spent(usage).usage == (None if usage is None else Usage())


def test_an_odd_count_of_a_chunk_is_none_and_the_others_stay() -> None:
    usage = spent({**SPENT, "prompt_tokens": "many", "completion_tokens": 50.4, "total_tokens": None}).usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.cached_tokens) == (0, 50, 50, 1)


def test_an_event_of_a_usage_reads_it_when_it_is_looked_at() -> None:
    event = UsageUpdated(SPENT)
    assert event.usage.total_tokens == 3
    match event:
        case UsageUpdated(usage):
            assert usage == event.usage
    assert event == UsageUpdated(dict(SPENT)) != UsageUpdated({})
    assert pickle.loads(pickle.dumps(event)) == event


@pytest.mark.parametrize("sent", [{}, {"id": None}, {"id": ""}])
def test_a_call_without_an_id_is_given_one_of_its_own(sent: dict[str, object]) -> None:
    read = ToolCall.model_validate_json(json.dumps(sent))
    assert read.id
    assert read.id != ToolCall.model_validate_json(json.dumps(sent)).id
    message = ChatCompletionMessage.model_validate({"tool_calls": [sent]})
    calls = message.to_param()["tool_calls"]
    assert isinstance(calls, list)
    assert [call["id"] for call in calls] == [message.tool_calls[0].id]
