"""Chat completions over a socket: what is sent, where to, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import pytest

from baseten_sdk import (
    AsyncClient,
    BadRequestError,
    InvalidRequestError,
    ResponseValidationError,
    user,
)
from baseten_sdk.config import CallOptions
from baseten_sdk.emulator import Emulator
from baseten_sdk.types.params import ChatOptions, ToolParam
from tests.asking import HELLO, IDLE, MODEL, SAID, behaving, fields, only

pytestmark = pytest.mark.anyio

WEATHER: ToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}

EVERYTHING: ChatOptions = {
    "temperature": 0.5,
    "top_p": 0.9,
    "top_k": 40,
    "min_p": 0.1,
    "top_p_min": 0.1,
    "max_tokens": 64,
    "max_completion_tokens": 64,
    "min_tokens": 1,
    "n": 1,
    "best_of": 1,
    "stop": ["\n\n", "END"],
    "stop_token_ids": [1, 2],
    "include_stop_str_in_output": True,
    "bad": "bad",
    "bad_token_ids": [3],
    "seed": 7,
    "frequency_penalty": 0.1,
    "presence_penalty": -0.1,
    "repetition_penalty": 1.1,
    "length_penalty": 1.0,
    "early_stopping": False,
    "logit_bias": {"50256": -100},
    "logprobs": False,
    "top_logprobs": 0,
    "ignore_eos": False,
    "skip_special_tokens": True,
    "spaces_between_special_tokens": True,
    "truncate_prompt_tokens": 10,
    "echo": False,
    "add_generation_prompt": True,
    "add_special_tokens": False,
    "documents": [{"title": "a"}],
    "chat_template": "{{ messages }}",
    "chat_template_args": {"enable_thinking": True},
    "reasoning_effort": "low",
    "thinking": {"type": "enabled"},
    "reasoning": {"max_tokens": 5},
    "parallel_tool_calls": False,
    "stream_options": {"include_usage": True},
    "disaggregated_params": {"kind": "none"},
    "baseten": {"tool_settings": {"max_react_iterations": 3}},
    "user": "ada",
    "metadata": {"team": "blue"},
    "audio": {"voice": "a", "format": "wav"},
    "function_call": "none",
    "functions": [{"name": "f"}],
    "modalities": ["text"],
    "moderation": {"model": "omni"},
    "prediction": {"type": "content", "content": "x"},
    "prompt_cache_key": "k",
    "prompt_cache_options": {"mode": "implicit"},
    "prompt_cache_retention": "24h",
    "safety_identifier": "s",
    "service_tier": "flex",
    "store": False,
    "verbosity": "low",
    "web_search_options": {"search_context_size": "low"},
    "tool_choice": "auto",
    "response_format": {"type": "json_object"},
}

ONE_EACH: list[ChatOptions] = [
    {"temperature": 0},
    {"max_tokens": 1},
    {"logprobs": False},
    {"stop": "END"},
    {"baseten": {}},
    {"metadata": {}},
    {"response_format": {"type": "text"}},
]


async def test_the_answer_is_read_and_tells_of_its_exchange(client: AsyncClient, emu: Emulator) -> None:
    completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
    assert completion.text == completion.message.content == completion.choices[0].message.content == SAID
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == MODEL
    assert completion.id.startswith("chatcmpl-")
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion.meta.status_code == only(emu).status == 200
    assert completion.meta.request_id == completion.meta.headers["X-Baseten-Request-Id"]
    assert len(completion.meta.request_id or "") == 37
    assert completion.meta.model_id is not None
    assert completion.meta.deployment_id is not None
    assert completion.meta.attempts == 1
    assert 0 < completion.meta.elapsed < 5
    assert IDLE in repr(client)


async def test_nothing_is_sent_but_what_was_given(client: AsyncClient, emu: Emulator) -> None:
    await client.chat.completions.create(model=MODEL, messages=HELLO)
    request = only(emu)
    assert (request.method, request.path, request.query) == ("POST", "/v1/chat/completions", "")
    assert fields(request) == {"model": MODEL, "messages": HELLO}
    assert request.headers["authorization"] == f"Bearer {emu.api_key}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("baseten-sdk/")
    assert not [name for name in request.headers if name.startswith("x-")]


async def test_every_parameter_is_sent_as_it_was_given(client: AsyncClient, emu: Emulator) -> None:
    assert EVERYTHING.keys() == ChatOptions.__optional_keys__ - CallOptions.__optional_keys__
    await client.chat.completions.create(model=MODEL, messages=HELLO, tools=[WEATHER], **EVERYTHING)
    assert fields(only(emu)) == {"model": MODEL, "messages": HELLO, "tools": [WEATHER], **EVERYTHING}


@pytest.mark.parametrize("given", ONE_EACH, ids=lambda given: next(iter(given)))
async def test_a_parameter_brings_no_others_and_may_be_falsy(
    client: AsyncClient, emu: Emulator, given: ChatOptions
) -> None:
    await client.chat.completions.create(model=MODEL, messages=HELLO, **given)
    assert fields(only(emu)) == {"model": MODEL, "messages": HELLO, **given}


async def test_none_is_the_same_as_leaving_out(client: AsyncClient, emu: Emulator) -> None:
    await client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        stream=None,
        temperature=None,
        max_tokens=None,
        tools=None,
        tool_choice=None,
        response_format=None,
        stop=None,
        timeout=None,
        deadline=None,
        max_retries=None,
        extra_headers=None,
        extra_query=None,
        extra_body=None,
        session=None,
        request_id=None,
    )
    request = only(emu)
    assert fields(request) == {"model": MODEL, "messages": HELLO}
    assert not [name for name in request.headers if name.startswith("x-")]


async def test_stream_false_is_a_plain_call(client: AsyncClient, emu: Emulator) -> None:
    completion = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=False)
    assert completion.text == SAID
    assert "stream" not in fields(only(emu))


async def test_extras_are_added_and_win(client: AsyncClient, emu: Emulator) -> None:
    await client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        temperature=0.1,
        extra_body={"temperature": 0.9, "chat_template_kwargs": {"a": None}, "nothing": None},
        extra_headers={"X-Test": "  blanks around are dropped ", "Accept": "*/*"},
        extra_query={"a": 1, "b": ["x", "y z"], "c": True, "d": None},
    )
    request = only(emu)
    sent = fields(request)
    assert sent["temperature"] == 0.9
    assert sent["chat_template_kwargs"] == {"a": None}
    assert sent["nothing"] is None
    assert request.headers["x-test"] == "blanks around are dropped"
    assert request.headers.getlist("accept") == ["*/*"]
    assert request.query == "a=1&b=x&b=y%20z&c=true"


async def test_an_encoding_of_the_caller_is_the_only_one(client: AsyncClient, emu: Emulator) -> None:
    await client.models.list()
    await client.models.list(extra_headers={"Accept-Encoding": "identity"})
    ours, theirs = (request.headers.getlist("accept-encoding") for request in emu.requests)
    assert len(ours) == 1
    assert "gzip" in ours[0]
    assert theirs == ["identity"]


async def test_session_and_request_id_are_headers(client: AsyncClient, emu: Emulator) -> None:
    await client.chat.completions.create(model=MODEL, messages=HELLO, session="agent-7", request_id="mine-1")
    headers = only(emu).headers
    assert headers["x-session-affinity"] == "agent-7"
    assert headers["x-baseten-customer-request-id"] == "mine-1"


async def test_a_header_of_the_caller_replaces_the_key(client: AsyncClient, emu: Emulator) -> None:
    await client.chat.completions.create(
        model=MODEL, messages=HELLO, extra_headers={"Authorization": f"Api-Key {emu.api_key}"}
    )
    assert only(emu).headers.getlist("authorization") == [f"Api-Key {emu.api_key}"]


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "snow\u2603", "\x00"])
async def test_a_header_that_cannot_be_sent_is_refused(client: AsyncClient, emu: Emulator, value: str) -> None:
    with pytest.raises(InvalidRequestError, match="X-Test"):
        await client.chat.completions.create(model=MODEL, messages=HELLO, extra_headers={"X-Test": value})
    with pytest.raises(InvalidRequestError, match="session"):
        await client.chat.completions.create(model=MODEL, messages=HELLO, session=value)
    with pytest.raises(InvalidRequestError, match="request_id"):
        await client.chat.completions.create(model=MODEL, messages=HELLO, request_id=value)
    assert len(emu.requests) == 0


async def test_messages_of_a_model_go_back_as_they_came(client: AsyncClient, emu: Emulator) -> None:
    first = await client.chat.completions.create(
        model=MODEL,
        messages=[user("What is the weather in Paris?")],
        tools=[WEATHER],
        reasoning_effort="low",
        extra_headers=behaving("content=null"),
    )
    (call,) = first.message.tool_calls
    assert call.function.name == "get_weather"
    second = await client.chat.completions.create(
        model=MODEL,
        messages=[
            user("What is the weather in Paris?"),
            first.message,
            {"role": "tool", "content": "21 degrees", "tool_call_id": call.id},
        ],
    )
    assert second.text == "The tool says: 21 degrees"
    _, sent, answered = (dict(message) for message in _messages(fields(emu.requests[-1])))
    assert sent == {
        "role": "assistant",
        "tool_calls": [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": "get_weather", "arguments": call.function.arguments},
            }
        ],
        "reasoning_content": first.message.reasoning,
    }
    assert answered == {"role": "tool", "content": "21 degrees", "tool_call_id": call.id}


def _messages(sent: dict[str, object]) -> list[dict[str, object]]:
    messages = sent["messages"]
    assert isinstance(messages, list)
    return messages


async def test_parts_are_sent_as_they_are(client: AsyncClient, emu: Emulator) -> None:
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
        {"type": "input_audio", "input_audio": {"data": "AQID", "format": "wav"}},
        {"type": "something_new", "something_new": {"x": [1, None]}},
    ]
    await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": parts}])
    assert _messages(fields(only(emu))) == [{"role": "user", "content": parts}]


async def test_messages_may_come_from_any_iterable_of_mappings(client: AsyncClient, emu: Emulator) -> None:
    frozen = MappingProxyType({"role": "user", "content": "Say yes"})
    completion = await client.chat.completions.create(model=MODEL, messages=iter([frozen]))
    assert completion.text == "yes"


@dataclass
class _Note:
    role: str
    content: str


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        ([], "must not be empty"),
        ("Hello", "not a str"),
        ({"role": "user", "content": "Hello"}, "not a dict"),
        (["Hello"], r"messages\[0\]"),
        ([{"role": "user", "content": "Hello"}, _Note("user", "Hello")], r"messages\[1\]"),
        ([{"role": "user", "content": float("nan")}], r"content"),
        ([{"role": "user", "content": object()}], r"content"),
    ],
)
async def test_messages_that_are_none_are_refused_before_sending(
    client: AsyncClient, emu: Emulator, messages: list[dict[str, object]], complaint: str
) -> None:
    with pytest.raises(InvalidRequestError, match=complaint):
        await client.chat.completions.create(model=MODEL, messages=messages)
    assert len(emu.requests) == 0


async def test_an_unknown_parameter_is_a_type_error_that_names_the_nearest(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(TypeError, match=r"'temprature'.*Did you mean temperature.*extra_body"):
        await client.chat.completions.create(  # type: ignore[call-overload]  # what is tested
            model=MODEL,
            messages=HELLO,
            temprature=0.1,  # pyright: ignore[reportCallIssue]
        )
    assert len(emu.requests) == 0


async def test_the_request_id_may_be_absent_or_under_another_name(client: AsyncClient) -> None:
    absent = await client.chat.completions.create(
        model=MODEL, messages=HELLO, extra_headers=behaving("request-id=off"), request_id="mine"
    )
    assert absent.meta.request_id is None
    other = await client.chat.completions.create(model=MODEL, messages=HELLO, extra_headers=behaving("request-id=x"))
    assert other.meta.request_id == other.meta.headers["x-request-id"]


async def test_rate_limits_and_attempts_are_told(client: AsyncClient) -> None:
    completion = await client.chat.completions.create(
        model=MODEL, messages=HELLO, extra_headers=behaving("ratelimit=7, fail=1"), request_id="limits"
    )
    assert completion.meta.rate_limits["remaining-requests"] == "7"
    assert completion.meta.attempts == 2


@pytest.mark.parametrize("spec", ["content=absent", "content=null"])
async def test_no_content_is_no_text(client: AsyncClient, spec: str) -> None:
    completion = await client.chat.completions.create(
        model=MODEL, messages=HELLO, extra_headers=behaving(f"{spec}, no-finish, finish-reason=stop")
    )
    assert completion.text == ""
    assert completion.message.content is None
    assert completion.choices[0].finish_reason is None


@pytest.mark.parametrize("key", ["reasoning", "reasoning_content", "both"])
async def test_reasoning_is_read_under_either_name(client: AsyncClient, key: str) -> None:
    completion = await client.chat.completions.create(
        model=MODEL, messages=HELLO, reasoning_effort="low", extra_headers=behaving(f"reasoning={key}")
    )
    assert completion.message.reasoning is not None
    assert completion.message.reasoning.startswith("The user writes")
    assert completion.usage is not None
    assert completion.usage.reasoning_tokens > 0


async def test_an_unknown_finish_reason_and_stop_reason_are_kept(client: AsyncClient) -> None:
    completion = await client.chat.completions.create(
        model=MODEL, messages=HELLO, extra_headers=behaving("finish-reason=bored, stop-reason=154829")
    )
    assert completion.choices[0].finish_reason == "bored"
    assert completion.choices[0].stop_reason == 154829


@pytest.mark.parametrize("reply", ["html", "empty", "error", "truncated", "not-json"])
async def test_a_reply_that_is_no_completion_is_an_error_that_keeps_the_body(client: AsyncClient, reply: str) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        await client.chat.completions.create(model=MODEL, messages=HELLO, extra_headers=behaving(f"reply={reply}"))
    error = caught.value
    assert error.status_code == 200
    assert error.attempts == 1
    assert error.request_id is not None
    assert (error.body == b"") == (reply == "empty")
    if reply == "error":
        assert "the model failed" in str(error)
    assert IDLE in repr(client)


async def test_the_service_complains_of_a_bad_parameter(client: AsyncClient) -> None:
    with pytest.raises(BadRequestError, match="temperature"):
        await client.chat.completions.create(model=MODEL, messages=HELLO, temperature=5)
