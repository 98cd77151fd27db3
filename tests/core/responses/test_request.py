"""A call of `responses` as it is sent, and what is refused before that."""

from __future__ import annotations

import json

import pytest

from baseten_sdk import ChatCompletionMessage, InvalidRequestError, ModelResponse, ResponseFunctionToolCall
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.service_urls import BaseURL
from baseten_sdk._core.responses.request import PARAMETERS, response_request, text_param
from baseten_sdk._core.responses.tools import flat, nested
from baseten_sdk.types.response_params import ResponseInput

PLACE = BaseURL("https://a.test/v1", 600.0)


def body(given: ResponseInput = "Hi", *, stream: bool = False, **params: object) -> dict[str, object]:
    request = response_request(PLACE, "a/b", given, params, Options(), stream=stream)
    value = json.loads(request.body)
    assert isinstance(value, dict)
    return value


def test_only_what_was_set_is_sent_and_whether_to_stream() -> None:
    assert body(temperature=None) == {"model": "a/b", "input": "Hi", "stream": False}
    assert body(stream=True, max_output_tokens=3) == {
        "model": "a/b",
        "input": "Hi",
        "max_output_tokens": 3,
        "stream": True,
    }


@pytest.mark.parametrize(
    ("param", "value", "instead"),
    [
        ("previous_response_id", "resp_1", r"input=\[\*earlier, \*response.output"),
        ("previous_response_id", "", "previous_response_id"),
        ("conversation", "conv_1", "Put its items into input"),
        ("store", True, "keep response.output yourself"),
        ("background", True, "async_predict"),
    ],
)
def test_what_needs_a_service_that_keeps_responses_is_refused_with_what_to_do(
    param: str, value: object, instead: str
) -> None:
    with pytest.raises(InvalidRequestError, match=instead) as caught:
        response_request(PLACE, "a/b", "Hi", {param: value}, Options(), stream=False)
    assert caught.value.message.startswith(param)


def test_saying_that_nothing_is_kept_is_not_sent() -> None:
    assert "store" not in body(store=False, background=False, previous_response_id=None)


def test_a_text_without_a_format_is_completed() -> None:
    assert body(text={"verbosity": "low"})["text"] == {"format": {"type": "text"}, "verbosity": "low"}
    assert body(text={"format": {"type": "json_object"}})["text"] == {"format": {"type": "json_object"}}


def test_items_of_a_response_go_back_as_they_came() -> None:
    sent = {"id": "fc_1", "type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}", "secret": 7}
    response = ModelResponse.model_validate(
        {
            "output": [
                sent,
                {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "xyz", "content": None},
                {"id": "m_1", "type": "mcp_call", "name": "search", "output": "found"},
                {
                    "id": "msg_1",
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "a"}],
                },
            ]
        }
    )
    assert body([{"role": "user", "content": "Hi"}, *response.output])["input"] == [
        {"role": "user", "content": "Hi"},
        sent,
        {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "xyz"},
        {"id": "m_1", "type": "mcp_call", "name": "search", "output": "found"},
        {"id": "msg_1", "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
    ]


def test_a_call_that_came_without_an_id_goes_back_with_the_one_that_its_output_names() -> None:
    call = ResponseFunctionToolCall.model_validate({"type": "function_call", "name": "f", "arguments": "{}"})
    assert body([call])["input"] == [{**call.to_dict(), "call_id": call.call_id}]
    assert call.call_id


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("", "input must not be empty"),
        ([], "input must not be empty"),
        ({"role": "user"}, "input must be a text, or a list of items"),
        (b"Hi", "not a bytes"),
        (7, "not a int"),
        (ModelResponse(), "Pass response.output"),
        (["Hi"], r"input\[0\] must be a dict or an item of a response, not a str"),
        ([{"role": "user"}, ModelResponse()], r"input\[1\] .* Pass \*response.output"),
        ([{"role": "user", "content": {1, 2}}], r"input\[0\].content"),
    ],
)
def test_what_is_no_input_is_refused_with_its_path(given: ResponseInput, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        body(given)


def test_a_message_of_a_chat_is_no_item() -> None:
    with pytest.raises(InvalidRequestError, match=r"input\[0\] is a message of a chat: .*to_responses"):
        body([ChatCompletionMessage(content="a")])


def test_tools_have_two_forms() -> None:
    chat = {"type": "function", "function": {"name": "f", "parameters": {}, "strict": True}}
    own = {"type": "function", "name": "f", "parameters": {}, "strict": True}
    assert (flat(chat), flat(own), nested(own), nested(chat)) == (own, own, chat, chat)
    hosted = {"type": "baseten__web_search"}
    assert (flat(hosted), nested(hosted)) == (hosted, hosted)
    assert body(tool_choice={"type": "function", "function": {"name": "f"}})["tool_choice"] == {
        "type": "function",
        "name": "f",
    }


def test_a_format_is_given_once() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}
    flat_form = {"type": "json_schema", "name": "n", "schema": {}}
    assert text_param({"verbosity": "low"}, form) == {"verbosity": "low", "format": flat_form}
    with pytest.raises(InvalidRequestError, match="text has a format already"):
        text_param({"format": {"type": "text"}}, form)


def test_an_unknown_parameter_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(TypeError, match=r"responses has no parameter 'max_tokens'"):
        PARAMETERS.split({"max_tokens": 3})
    with pytest.raises(TypeError, match=r"Did you mean instructions\?"):
        PARAMETERS.split({"instruction": "x"})


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ("", "{}"),
        ("null", "{}"),
        ('{"a', '{"raw_arguments":"{\\"a"}'),
        ("[1]", '{"raw_arguments":"[1]"}'),
        (r'{"a":"\ud83d"}', r'{"a":"\ufffd"}'),
    ],
)
def test_arguments_of_earlier_calls_are_always_an_object(written: str, sent: str) -> None:
    given = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": written}
    item = ResponseFunctionToolCall.model_validate(given)
    assert body([given])["input"] == [{**given, "arguments": sent}]
    assert body([item])["input"] == [{**given, "arguments": sent}]
    assert item.arguments == written


def test_arguments_of_other_items_are_sent_as_they_are() -> None:
    item = {"type": "mcp_call", "name": "f", "arguments": "{cut"}
    assert body([item])["input"] == [item]
