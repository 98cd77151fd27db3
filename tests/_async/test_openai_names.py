"""The names by which OpenAI's users know things, where Baseten is shaped like OpenAI."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    BadRequestError,
    ChatCompletion,
    Finished,
    OutputValidationError,
    RateLimitError,
    RefusalDelta,
    ResponseValidationError,
    TextDelta,
    ToolCallDone,
    ToolResult,
    pydantic_function_tool,
    user,
)
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, MODEL, SAID, behaving, fields, only

pytestmark = pytest.mark.anyio


class LookUp(BaseModel):
    """Look a word up."""

    word: str


class City(BaseModel):
    name: str


async def test_a_raw_response_is_the_reply_and_the_completion(client: AsyncClient, emu: Emulator) -> None:
    raw = await client.chat.completions.with_raw_response.create(
        model=MODEL, messages=HELLO, max_tokens=64, extra_headers=behaving("ratelimit=7"), tools=[LookUp]
    )
    assert (raw.status_code, raw.headers["X-RateLimit-Remaining-Requests"]) == (200, "7")
    completion = raw.parse()
    assert isinstance(completion, ChatCompletion)
    assert completion.text == SAID
    assert completion.meta == raw.meta
    assert raw.request_id == completion._request_id == raw.meta.request_id
    assert raw.text.encode() == raw.content
    assert ChatCompletion.model_validate(raw.json()).model_dump() == completion.model_dump()
    assert SAID not in repr(raw.meta)
    sent = fields(only(emu))
    assert (sent["max_tokens"], "tools" in sent) == (64, True)


async def test_a_raw_response_of_an_engine(client: AsyncClient, emu: Emulator) -> None:
    chat = client.deployments("abcd1234", environment="staging").chat
    await chat.completions.with_raw_response.create(model="served", messages=HELLO)
    assert only(emu).path == "/model/abcd1234/environments/staging/sync/v1/chat/completions"


async def test_a_raw_response_raises_what_a_plain_one_does(client: AsyncClient) -> None:
    with pytest.raises(BadRequestError):
        await client.chat.completions.with_raw_response.create(
            model=MODEL, messages=HELLO, extra_headers=behaving("status=400")
        )
    with pytest.raises(ResponseValidationError) as caught:
        await client.chat.completions.with_raw_response.create(
            model=MODEL, messages=HELLO, extra_headers=behaving("reply=html")
        )
    assert caught.value.attempts == 1


async def test_an_error_has_its_response(client: AsyncClient) -> None:
    limited = client.with_options(max_retries=0)
    with pytest.raises(RateLimitError) as caught:
        await limited.models.list(extra_headers=behaving("status=429, retry-after=7, message=slow down"))
    response = caught.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert "slow down" in response.text
    assert response.json() == caught.value.body
    assert response.meta.request_id == caught.value.request_id


async def test_what_was_in_beta_is_the_same(client: AsyncClient) -> None:
    assert client.beta.chat is client.chat
    parsed = await client.beta.chat.completions.parse(model=MODEL, messages=HELLO, response_format=City)
    assert isinstance(parsed.choices[0].message.parsed, City)
    assert (parsed.id, parsed.model) == (parsed.completion.id, MODEL)


async def test_a_model_may_be_a_tool_by_the_function_of_that_name(client: AsyncClient) -> None:
    assert pydantic_function_tool(LookUp) is LookUp
    tool = pydantic_function_tool(LookUp, name="find", description="Find a word.")
    parsed = await client.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "user", "content": "Please find something"}],
        response_format=City,
        tools=[tool],
    )
    (call,) = parsed.choices[0].message.tool_calls
    assert (tool.__name__, tool.__doc__, call.function.name) == ("find", "Find a word.", "find")
    assert isinstance(call.function.parsed_arguments, LookUp)
    assert call.function.parsed_arguments is parsed.tool_calls[0].parsed


async def test_parse_without_a_type_reads_the_calls_alone(client: AsyncClient, emu: Emulator) -> None:
    asked = user("Please look up something with LookUp")
    called = await client.chat.completions.parse(model=MODEL, messages=[asked], tools=[LookUp])
    assert isinstance(called.choices[0].message.tool_calls[0].function.parsed_arguments, LookUp)
    body = emu.requests[-1].json
    assert isinstance(body, dict)
    assert "response_format" not in body
    said = await client.chat.completions.parse(model=MODEL, messages=HELLO, tools=[LookUp])
    assert (said.choices[0].message.parsed, said.outputs, said.tool_calls) == (None, (), ())
    assert said.text
    with pytest.raises(OutputValidationError, match="No type was asked for"):
        _ = said.parsed


async def test_events_have_types_and_fields_of_the_same_names(client: AsyncClient) -> None:
    said, done = "", []
    async with client.chat.completions.stream(model="emulator/reason", messages=HELLO) as stream:
        async for event in stream:
            if event.type == "content.delta":
                said += event.delta
            elif event.type == "content.done":
                done.append(event.content)
    assert (said, done) == (SAID, [SAID])


async def test_events_of_objects_and_calls_too(client: AsyncClient) -> None:
    async with client.chat.completions.stream(model=MODEL, messages=HELLO, response_format=City) as stream:
        last = [event async for event in stream][-1]
    assert isinstance(last, Finished)
    assert isinstance(last.parsed, City)
    ask = "Please LookUp something"
    pieces = ""
    async with client.chat.completions.stream(
        model=MODEL, messages=[{"role": "user", "content": ask}], tools=[LookUp]
    ) as stream:
        async for event in stream:
            if event.type == "tool_calls.function.arguments.delta":
                pieces += event.arguments_delta
            elif event.type == "tool_calls.function.arguments.done":
                assert (event.name, event.arguments) == ("LookUp", pieces)
                assert isinstance(event.parsed_arguments, LookUp)


def test_the_type_of_an_event_is_no_field_of_it() -> None:
    assert TextDelta("Hi") == TextDelta("Hi", 0)
    assert repr(RefusalDelta("No")) == "RefusalDelta(text='No', index=0)"
    assert RefusalDelta("No").delta == "No"
    assert (ToolCallDone.type, ToolResult.type) == ("tool_calls.function.arguments.done", "tool_result")


async def test_replies_are_plain_data_on_request(client: AsyncClient) -> None:
    completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
    assert ChatCompletion.model_validate(completion.to_dict()).model_dump() == completion.model_dump()
    assert ChatCompletion.model_validate_json(completion.to_json()).model_dump() == completion.model_dump()
    assert "logprobs" not in completion.to_dict()


# unasync: remove
async def test_whatever_is_closed_may_be_closed_by_the_shorter_name(client: AsyncClient) -> None:
    chunks = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    await chunks.close()
    async with client.chat.completions.stream(model=MODEL, messages=HELLO) as events:
        await events.close()
    await client.close()
    assert "closed" in repr(client)


# unasync: end
