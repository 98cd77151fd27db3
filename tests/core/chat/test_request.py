"""A chat call sends what the caller set, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import MappingProxyType

import pytest
from pydantic import BaseModel

from baseten_sdk._core.chat.request import PARAMETERS, chat_request, check_format, message_params
from baseten_sdk._core.request.options import OPTION_NAMES, Options
from baseten_sdk._core.request.service_urls import BaseURL
from baseten_sdk.errors import InvalidRequestError
from baseten_sdk.types.chat import ChatCompletion, ChatCompletionMessage
from baseten_sdk.types.params import Message, MessageParam

PLACE = BaseURL("https://h/v1", 600)
HELLO: list[MessageParam] = [{"role": "user", "content": "Hi"}]


def sent(
    params: dict[str, object] | None = None,
    messages: Iterable[Message] = HELLO,
    options: Options | None = None,
    *,
    stream: bool = False,
) -> dict[str, object]:
    request = chat_request(PLACE, "org/m", messages, params or {}, options or Options(), stream=stream)
    body: dict[str, object] = json.loads(request.body)
    return body


def test_the_least_call_sends_the_model_and_the_messages() -> None:
    assert sent() == {"model": "org/m", "messages": [{"role": "user", "content": "Hi"}]}


def test_a_chat_is_posted_to_the_place_of_its_model() -> None:
    request = chat_request(PLACE, "m", HELLO, {}, Options(), stream=False)
    assert (request.method, request.url, request.first_byte) == ("POST", "https://h/v1/chat/completions", 600)
    assert dict(request.headers.pairs)["accept"] == "application/json"
    assert request.safety == "repeatable"


def test_a_stream_is_asked_for_as_a_stream() -> None:
    request = chat_request(PLACE, "m", HELLO, {}, Options(), stream=True)
    assert json.loads(request.body)["stream"] is True
    assert "application/json" not in dict(request.headers.pairs)["accept"]
    assert "stream" not in sent()
    assert "stream_options" not in sent(stream=True)


def test_none_is_left_out_and_what_is_false_or_empty_is_not() -> None:
    params: dict[str, object] = {
        "temperature": 0,
        "top_p": None,
        "stop": [],
        "logprobs": False,
        "user": "",
        "seed": None,
    }
    assert sent(params) == {**sent(), "temperature": 0, "stop": [], "logprobs": False, "user": ""}


def test_extra_fields_go_over_all_others_and_none_is_null() -> None:
    options = Options(extra_body={"chat_template_kwargs": {"a": 1}, "temperature": None, "model": "other"})
    assert sent({"temperature": 1}, options=options) == {
        "model": "other",
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": None,
        "chat_template_kwargs": {"a": 1},
    }


def test_messages_of_every_kind_go_together() -> None:
    reply = ChatCompletion.model_validate({"choices": [{"message": {"role": "assistant", "content": "Hello"}}]})
    parts = [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]
    messages: list[Message] = [
        {"role": "system", "content": "Be brief."},
        reply.message,
        {"role": "user", "content": parts},
    ]
    assert sent(messages=messages)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": parts},
    ]


def test_messages_may_come_from_a_generator_and_are_left_alone() -> None:
    mine = {"role": "user", "content": "Hi", "vendor": None}
    assert message_params(message for message in [mine]) == [mine]
    assert mine == {"role": "user", "content": "Hi", "vendor": None}


def test_a_message_that_a_model_sent_goes_back_with_what_it_had() -> None:
    message = ChatCompletionMessage.model_validate(
        {
            "role": "assistant",
            "content": None,
            "refusal": None,
            "reasoning_content": "Hm.",
            "tool_calls": [{"id": "t1", "function": {"name": "f", "arguments": None}, "vendor": 1}],
            "signature": "abc",
        }
    )
    assert message_params([message]) == [
        {
            "role": "assistant",
            "reasoning_content": "Hm.",
            "tool_calls": [{"id": "t1", "type": "function", "vendor": 1, "function": {"name": "f", "arguments": "{}"}}],
            "signature": "abc",
        }
    ]


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ("Hi", "not a str"),
        (b"Hi", "not a bytes"),
        ({"role": "user"}, "not a dict"),
        ([], "messages must not be empty"),
        (iter(()), "messages must not be empty"),
        ([{"role": "user"}, "Hi"], r"messages\[1\] must be a dict or a message of a reply, not a str"),
        ([None], r"messages\[0\] must be a dict"),
        (None, "not a NoneType"),
        (5, "not a int"),
    ],
)
def test_what_are_no_messages_is_refused(messages: Iterable[Message], problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        sent(messages=messages)


def test_a_value_without_a_json_form_is_refused_with_the_path_to_it() -> None:
    with pytest.raises(InvalidRequestError, match=r"\$\.messages\[0\]\.content: bytes"):
        sent(messages=[{"role": "user", "content": b"Hi"}])
    with pytest.raises(InvalidRequestError, match=r"\$\.temperature: nan"):
        sent({"temperature": float("nan")})


def test_parameters_are_parted_from_the_options_of_the_call() -> None:
    body, options = PARAMETERS.split(
        {"temperature": 0.5, "deadline": 5, "extra_body": {"a": 1}, "seed": None, "timeout": 3}
    )
    assert body == {"temperature": 0.5, "seed": None}
    assert options == {"deadline": 5, "extra_body": {"a": 1}, "timeout": 3}


def test_every_parameter_has_a_place() -> None:
    body, options = PARAMETERS.split(dict.fromkeys(PARAMETERS.names))
    assert options.keys() == OPTION_NAMES
    assert body.keys() == PARAMETERS.names - OPTION_NAMES


@pytest.mark.parametrize(
    "name",
    [
        "frequency_penalty",
        "presence_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
        "max_tokens",
        "max_completion_tokens",
        "n",
        "response_format",
        "seed",
        "stop",
        "stream_options",
        "temperature",
        "top_p",
        "tool_choice",
        "parallel_tool_calls",
        "user",
        "top_k",
        "min_p",
        "top_p_min",
        "repetition_penalty",
        "length_penalty",
        "early_stopping",
        "best_of",
        "bad",
        "bad_token_ids",
        "stop_token_ids",
        "include_stop_str_in_output",
        "ignore_eos",
        "min_tokens",
        "skip_special_tokens",
        "spaces_between_special_tokens",
        "truncate_prompt_tokens",
        "echo",
        "add_generation_prompt",
        "add_special_tokens",
        "documents",
        "chat_template",
        "chat_template_args",
        "disaggregated_params",
        "reasoning_effort",
        "thinking",
        "reasoning",
        "baseten",
    ],
)
def test_everything_that_the_service_takes_has_a_parameter(name: str) -> None:
    assert name in PARAMETERS.names


@pytest.mark.parametrize(
    ("name", "hint"),
    [("temprature", "Did you mean temperature?"), ("max_token", "Did you mean max_tokens?"), ("zzz", "extra_body")],
)
def test_a_parameter_that_does_not_exist_is_a_type_error_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(TypeError) as caught:
        PARAMETERS.split({name: 1})
    assert repr(name) in str(caught.value)
    assert hint in str(caught.value)
    assert "extra_body" in str(caught.value)


SAVED = ChatCompletionMessage.model_validate({"role": "assistant", "content": "Hello"})


@pytest.mark.parametrize("saved", [SAVED.model_dump(), SAVED.to_dict(), json.loads(SAVED.model_dump_json()), SAVED])
def test_a_saved_message_goes_back_without_an_empty_list_of_calls(saved: Message) -> None:
    (plain,) = message_params([saved])
    assert "tool_calls" not in plain
    assert (plain["role"], plain["content"]) == ("assistant", "Hello")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ('{"a": 1}', '{"a": 1}'),
        (' {"a": {}} ', ' {"a": {}} '),
        ("", "{}"),
        ("null", "{}"),
        ('{"a', '{"raw_arguments":"{\\"a"}'),
        ("[1]", '{"raw_arguments":"[1]"}'),
        ("{'a': 1}", '{"raw_arguments":"{\'a\': 1}"}'),
    ],
)
def test_arguments_go_back_as_objects_whatever_the_message_is_held_in(arguments: str, wanted: str) -> None:
    call = {"id": "t1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    message = ChatCompletionMessage.model_validate({"role": "assistant", "tool_calls": [call]})
    held: list[Message] = [
        message,
        message.model_dump(),
        {"role": "assistant", "tool_calls": message.tool_calls},
        MappingProxyType({"role": "assistant", "tool_calls": [call]}),
    ]
    for plain in message_params(held):
        calls = plain["tool_calls"]
        assert isinstance(calls, list)
        assert calls[0] == {**call, "function": {"name": "f", "arguments": wanted}}
    assert message.tool_calls[0].function.arguments == arguments


class TheirFunction(BaseModel):
    name: str
    arguments: str
    parsed_arguments: object = None


class TheirCall(BaseModel):
    id: str
    function: TheirFunction
    type: str = "function"


class TheirMessage(BaseModel):
    """A message as the openai package has it."""

    role: str = "assistant"
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[TheirCall] | None = None
    parsed: object = None


def test_messages_of_the_openai_package_are_taken() -> None:
    function = TheirFunction(name="f", arguments='{"a":1}', parsed_arguments={"a": 1})
    called = TheirMessage(tool_calls=[TheirCall(id="t1", function=function)])
    assert message_params([TheirMessage(content="Hi", parsed=[1]), called]) == [
        {"role": "assistant", "content": "Hi"},
        {
            "role": "assistant",
            "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
        },
    ]


def test_a_model_that_is_no_message_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="not a TheirFunction"):
        message_params([TheirFunction(name="f", arguments="")])


class Answer(BaseModel):
    text: str


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (Answer, "For an answer of the type Answer, use parse(response_format=Answer)."),
        (list[Answer], "For an answer of the type list[Answer], use parse(response_format=list[Answer])."),
        (Answer(text="a"), "not Answer. For an answer of a type, use parse(response_format=...) with the class."),
        ("json_object", 'must be a dict such as {"type": "json_object"}, not str.'),
    ],
)
def test_a_response_format_is_a_dict(given: object, told: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        check_format(given)
    assert told in str(caught.value)


def test_a_dict_or_nothing_is_a_response_format() -> None:
    check_format(None)
    check_format({"type": "json_object"})
    check_format(MappingProxyType({"type": "text"}))
