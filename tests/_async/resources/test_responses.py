"""Responses: by the Model APIs and by a deployment."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    BadRequestError,
    InvalidRequestError,
    LengthLimitError,
    NotFoundError,
    OutputValidationError,
    RefusalError,
    ResponseFunctionToolCall,
    ResponseValidationError,
    ToolArgumentError,
    UnprocessableEntityError,
    tool,
)
from baseten_sdk.emulator import Emulator
from tests.asking import IDLE, MODEL, behaving, fields, only

pytestmark = pytest.mark.anyio

HELLO = "Say hello to the whole wide world"
SAID = "hello to the whole wide world"


class City(BaseModel):
    name: str
    people: int


class get_weather(BaseModel):  # named as the tool is
    """The weather."""

    city: str


@tool
def get_time(city: str) -> str:
    """The time."""
    return f"noon in {city}"


async def test_a_text_is_answered(client: AsyncClient, emu: Emulator) -> None:
    response = await client.responses.create(model=MODEL, input=HELLO, instructions="Be brief.", max_output_tokens=64)
    sent = {"model": MODEL, "input": HELLO, "instructions": "Be brief.", "max_output_tokens": 64, "stream": False}
    assert (only(emu).path, fields(only(emu))) == ("/v1/responses", sent)
    assert (response.output_text, response.status, response.model) == (SAID, "completed", MODEL)
    assert (response.meta.status_code, response.meta.attempts) == (200, 1)
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.prompt_tokens + response.usage.completion_tokens


async def test_a_conversation_goes_on_with_the_items_of_the_response(client: AsyncClient, emu: Emulator) -> None:
    first = await client.responses.create(model=MODEL, input="The weather in Paris?", tools=[get_weather, get_time])
    (call,) = first.function_calls
    assert (call.name, call.arguments) == ("get_weather", '{"city": "Paris"}')
    assert fields(emu.requests[0])["tools"] == [
        {
            "type": "function",
            "name": "get_weather",
            "description": "The weather.",
            "parameters": {"properties": {"city": {"type": "string"}}, "required": ["city"], "type": "object"},
        },
        {
            "type": "function",
            "name": "get_time",
            "description": "The time.",
            "parameters": {
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "type": "object",
                "additionalProperties": False,
            },
        },
    ]
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}
    then = await client.responses.create(
        model=MODEL, input=[{"role": "user", "content": "The weather in Paris?"}, *first.output, output]
    )
    assert then.output_text == "The tool says: rain"


async def test_a_tool_may_have_either_form(client: AsyncClient, emu: Emulator) -> None:
    own = {"type": "function", "name": "f", "parameters": {"type": "object"}}
    chat = {"type": "function", "function": {"name": "g", "parameters": {"type": "object"}}}
    await client.responses.create(model=MODEL, input="f", tools=[own, chat])
    assert fields(only(emu))["tools"] == [own, {"type": "function", "name": "g", "parameters": {"type": "object"}}]


async def test_a_deployment_responds_too(client: AsyncClient, emu: Emulator) -> None:
    response = await client.deployments("abcd1234").responses.create(model="llama", input=HELLO)
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/responses"
    assert response.output_text == SAID


async def test_a_container_on_this_machine_responds_too(client: AsyncClient, emu: Emulator) -> None:
    response = await client.deployments.local(emu.container_url).responses.create(model="llama", input=HELLO)
    assert (response.output_text, only(emu).headers.get("authorization")) == (SAID, None)


async def test_a_model_by_its_id_is_asked_at_its_deployment(client: AsyncClient, emu: Emulator) -> None:
    await client.responses.create(model="abcd1234", input=HELLO)
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/responses"


async def test_what_a_service_without_memory_cannot_do_is_refused_before_sending(
    client: AsyncClient, emu: Emulator
) -> None:
    with pytest.raises(InvalidRequestError, match="Put the earlier items into input"):
        await client.responses.create(model=MODEL, input="Hi", previous_response_id="resp_1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    assert not emu.requests


@pytest.mark.parametrize("spec", ["", "response-style=llama-cpp", "response-style=transformers", "duplicate-calls"])
async def test_the_replies_of_other_servers_are_read(client: AsyncClient, spec: str) -> None:
    response = await client.responses.create(
        model=MODEL, input="The weather in Paris?", tools=[get_weather], extra_headers=behaving(spec)
    )
    assert [call.arguments for call in response.function_calls] == ['{"city": "Paris"}']


async def test_a_server_that_refuses_unknown_fields_takes_what_is_sent(client: AsyncClient) -> None:
    strict = behaving("strict-fields")
    await client.responses.create(model=MODEL, input=HELLO, store=False, extra_headers=strict)
    with pytest.raises(UnprocessableEntityError, match="unknown field `top_k`"):
        await client.responses.create(model=MODEL, input=HELLO, extra_body={"top_k": 1}, extra_headers=strict)


@pytest.mark.parametrize("kind", ["tool_search", "web_search_preview"])
async def test_tools_that_the_service_does_not_have_are_its_error(client: AsyncClient, kind: str) -> None:
    with pytest.raises(BadRequestError, match="unknown tool type"):
        await client.responses.create(model=MODEL, input=HELLO, tools=[{"type": kind}])


@pytest.mark.parametrize("shape", ["3", "4"])
async def test_errors_have_their_message_in_either_shape(client: AsyncClient, shape: str) -> None:
    spec = f"status=404, shape={shape}, message=no such model"
    with pytest.raises(NotFoundError, match="no such model"):
        await client.responses.create(model=MODEL, input=HELLO, extra_headers=behaving(spec))


async def test_a_refusal_of_the_service_is_tried_again(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=503", "status=529", ""])
    response = await client.responses.create(model=MODEL, input=HELLO)
    assert (response.output_text, response.meta.attempts) == (SAID, 3)


async def test_a_response_that_failed_is_an_error(client: AsyncClient) -> None:
    with pytest.raises(ResponseValidationError, match="the response failed: no luck") as caught:
        await client.responses.create(
            model=MODEL, input=HELLO, extra_headers=behaving("ending=failed, message=no luck")
        )
    assert b'"failed"' in caught.value.body
    assert IDLE in repr(client)


async def test_a_reply_of_another_kind_is_an_error(client: AsyncClient) -> None:
    with pytest.raises(ResponseValidationError):
        await client.responses.create(model=MODEL, input=HELLO, extra_headers=behaving("reply=error"))


async def test_an_answer_that_was_cut_says_so(client: AsyncClient) -> None:
    response = await client.responses.create(model=MODEL, input=HELLO, max_output_tokens=2)
    assert (response.status, response.output_text) == ("incomplete", "hello to")
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"


async def test_thoughts_are_items_of_their_own(client: AsyncClient, emu: Emulator) -> None:
    response = await client.responses.create(model=MODEL, input=HELLO, reasoning={"effort": "low"})
    assert "The user writes" in response.reasoning_text
    assert response.output_text == SAID
    await client.responses.create(model=MODEL, input=[*response.output, {"role": "user", "content": HELLO}])


async def test_an_object_is_parsed(client: AsyncClient, emu: Emulator) -> None:
    parsed = await client.responses.parse(model=MODEL, input="A city", text_format=City)
    sent = fields(only(emu))["text"]
    assert isinstance(sent, dict)
    assert sent["format"]["type"] == "json_schema"
    assert (sent["format"]["name"], sent["format"]["strict"]) == ("City", True)
    assert isinstance(parsed.parsed, City)
    assert parsed.parsed == parsed.output_parsed == parsed.response.output_parsed
    assert (await client.responses.parse(model=MODEL, input="x", text_format=Literal["a", "b"])).parsed == "a"


async def test_calls_are_parsed(client: AsyncClient) -> None:
    parsed = await client.responses.parse(model=MODEL, input="The weather in Paris?", tools=[get_weather])
    (call,) = parsed.tool_calls
    assert call.parsed == get_weather(city="Paris")
    (item,) = parsed.output
    assert isinstance(item, ResponseFunctionToolCall)
    assert item.parsed_arguments == get_weather(city="Paris")
    assert parsed.output_parsed is None
    with pytest.raises(OutputValidationError, match="called tools instead"):
        _ = parsed.parsed


async def test_an_invalid_answer_goes_back_with_its_problems(client: AsyncClient, emu: Emulator) -> None:
    emu.script([{"text": "no JSON"}, {"text": '{"name": "Paris", "people": 2}'}])
    parsed = await client.responses.parse(model=MODEL, input="A city", text_format=City, output_retries=1)
    assert parsed.parsed == City(name="Paris", people=2)
    assert len(parsed.attempts) == 2
    assert parsed.usage.output_tokens == sum(each.usage.output_tokens for each in parsed.attempts if each.usage)
    again = fields(emu.requests[1])["input"]
    assert isinstance(again, list)
    assert again[:2] == [{"role": "user", "content": "A city"}, {"role": "assistant", "content": "no JSON"}]


@pytest.mark.parametrize(
    ("spec", "error"),
    [("refusal", RefusalError), ("text=no JSON", OutputValidationError), ("finish-reason=length", LengthLimitError)],
)
async def test_an_answer_that_is_none_is_an_error_with_the_reply(
    client: AsyncClient, spec: str, error: type[OutputValidationError]
) -> None:
    with pytest.raises(error) as caught:
        await client.responses.parse(model=MODEL, input="A city", text_format=City, extra_headers=behaving(spec))
    assert caught.value.request_id
    assert caught.value.usage.total_tokens


async def test_arguments_that_do_not_validate_are_an_error(client: AsyncClient) -> None:
    class get_weather(BaseModel):
        city: int

    shown = {"type": "object", "properties": {"city": {"type": "string"}}}
    with pytest.raises(ToolArgumentError, match=r"get_weather .*city"):
        await client.responses.parse(
            model=MODEL,
            input="The weather in Paris?",
            tools=[get_weather],
            extra_body={"tools": [{"type": "function", "name": "get_weather", "parameters": shown}]},
        )


async def test_parse_needs_something_to_parse(client: AsyncClient) -> None:
    with pytest.raises(InvalidRequestError, match="parse needs text_format= or tools="):
        await client.responses.parse(model=MODEL, input="x", tools=[])
    with pytest.raises(InvalidRequestError, match="text has a format already"):
        await client.responses.parse(model=MODEL, input="x", text_format=City, text={"format": {"type": "text"}})


async def test_the_reply_is_there_as_it_came(client: AsyncClient, emu: Emulator) -> None:
    raw = await client.responses.with_raw_response.create(model=MODEL, input=HELLO, tools=[get_time])
    assert (raw.status_code, raw.headers["content-type"]) == (200, "application/json")
    assert raw.parse().output_text == SAID in raw.text
    assert raw.request_id == raw.parse().meta.request_id is not None
    assert fields(only(emu))["tools"]
    with pytest.raises(ResponseValidationError, match="failed"):
        await client.responses.with_raw_response.create(
            model=MODEL, input=HELLO, extra_headers=behaving("ending=failed")
        )
