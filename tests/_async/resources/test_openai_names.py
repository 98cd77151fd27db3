"""The names by which OpenAI's users know things, where Baseten is shaped like OpenAI."""

from __future__ import annotations

import httpx
import pytest
from pydantic import BaseModel

import baseten_sdk
from baseten_sdk import (
    NOT_GIVEN,
    APIConnectionError,
    APIError,
    AsyncClient,
    AsyncStream,
    BadRequestError,
    ChatCompletion,
    ConfigurationError,
    ContentFilterFinishReasonError,
    Finished,
    LengthFinishReasonError,
    NotFoundError,
    OutputValidationError,
    RateLimitError,
    RefusalDelta,
    ResponseValidationError,
    StreamAPIError,
    TextDelta,
    ToolCallDone,
    ToolResult,
    omit,
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
    tool = pydantic_function_tool(LookUp, name="find", description="Find a word.")
    parsed = await client.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "user", "content": "Please find something"}],
        response_format=City,
        tools=[tool],
    )
    (call,) = parsed.choices[0].message.tool_calls
    assert call.function.name == "find"
    assert call.function.parsed_arguments == LookUp(word="word")
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


async def test_one_model_is_looked_up_in_the_list(client: AsyncClient, emu: Emulator) -> None:
    model = await client.models.retrieve(MODEL)
    assert (model.id, model.context_length) == (MODEL, 128_072)
    assert (only(emu).method, only(emu).path) == ("GET", "/v1/models")
    engine = client.deployments("abcd1234")
    assert (await engine.models.retrieve("abcd1234")).owned_by == "baseten"


async def test_a_model_that_is_not_in_the_list_is_not_found(client: AsyncClient) -> None:
    with pytest.raises(NotFoundError, match="'org/none' is not among the 7 models") as caught:
        await client.models.retrieve("org/none")
    error = caught.value
    assert (error.status_code, error.method, error.attempts) == (404, "GET", 1)
    assert error.url is not None
    assert error.url.endswith("/v1/models")
    assert error.request_id


async def test_marks_of_what_was_not_given_are_not_sent(client: AsyncClient, emu: Emulator) -> None:
    completion = await client.chat.completions.create(
        model=MODEL,
        messages=HELLO,
        temperature=NOT_GIVEN,
        stop=omit,
        tools=NOT_GIVEN,
        stream=NOT_GIVEN,
        response_format=omit,
        timeout=NOT_GIVEN,
        extra_headers=omit,
    )
    assert completion.text == SAID
    assert set(fields(only(emu))) == {"model", "messages"}
    assert isinstance(NOT_GIVEN, baseten_sdk.NotGiven)
    assert isinstance(omit, baseten_sdk.Omit)
    assert not isinstance(0.5, baseten_sdk.NotGiven)


@pytest.mark.parametrize(
    ("reason", "kind"), [("length", LengthFinishReasonError), ("content_filter", ContentFilterFinishReasonError)]
)
async def test_what_ended_an_answer_is_caught_by_either_name(
    client: AsyncClient, reason: str, kind: type[LengthFinishReasonError] | type[ContentFilterFinishReasonError]
) -> None:
    with pytest.raises(kind) as caught:
        await client.chat.completions.parse(
            model=MODEL, messages=HELLO, response_format=City, extra_headers=behaving(f"finish-reason={reason}")
        )
    assert caught.value.completion.choices[0].finish_reason == reason


async def test_every_error_of_a_call_has_a_code_a_type_a_param_and_a_body(client: AsyncClient) -> None:
    async def fail(spec: str) -> APIError:
        quick = client.with_options(max_retries=0)
        with pytest.raises(APIError) as caught:
            async for _ in await quick.chat.completions.create(
                model=MODEL, messages=HELLO, stream=True, extra_headers=behaving(spec)
            ):
                pass
        return caught.value

    refused = await fail("status=400, shape=3, code=bad_thing")
    assert (refused.code, refused.type, refused.param) == ("bad_thing", "Bad Request", None)
    assert refused.body
    broken = await fail("drop")
    assert isinstance(broken, APIConnectionError)
    assert (broken.code, broken.type, broken.param, broken.body) == (None, None, None, None)
    inside = await fail("stream-error=object, code=7")
    assert isinstance(inside, StreamAPIError)
    assert (inside.code, inside.type, inside.param) == ("7", "server_error", None)


@pytest.mark.parametrize("body", [{"error": {"param": "top_k"}}, {"param": "top_k"}])
def test_the_parameter_that_is_wrong_is_told(body: object) -> None:
    assert BadRequestError("No.", status_code=400, body=body).param == "top_k"
    assert BadRequestError("No.", status_code=400, body={"error": "top_k"}).param is None
    assert BadRequestError("No.", status_code=400, body="top_k").param is None


async def test_a_stream_is_one_for_annotations_and_for_isinstance(client: AsyncClient) -> None:
    chunks = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    assert isinstance(chunks, AsyncStream)
    assert "".join([chunk.text async for chunk in chunks]) == SAID
    completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
    assert not isinstance(completion, AsyncStream)


async def test_a_stream_that_is_done_is_itself_and_its_snapshot_the_completion(client: AsyncClient) -> None:
    async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
        with pytest.raises(ConfigurationError, match="Nothing has arrived"):
            _ = stream.current_completion_snapshot
        done = await stream.until_done()
        assert done is stream
        assert done.current_completion_snapshot is await stream.get_final_completion()


async def test_a_copy_has_other_defaults_and_the_same_connections(client: AsyncClient, emu: Emulator) -> None:
    copy = client.copy(extra_headers={"x-team": "search"}, max_retries=0)
    await copy.models.list()
    await client.models.list()
    assert [request.headers.get("x-team") for request in emu.requests] == ["search", None]
    assert copy._service.caller is client._service.caller


async def test_a_timeout_of_httpx_bounds_the_phases(client: AsyncClient) -> None:
    with pytest.raises(baseten_sdk.FirstByteTimeout) as caught:
        await client.models.list(timeout=httpx.Timeout(60, read=0.05), extra_headers=behaving("hang"))
    assert caught.value.limit == 0.05


# unasync: remove
async def test_whatever_is_closed_may_be_closed_by_the_shorter_name(client: AsyncClient) -> None:
    chunks = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    await chunks.close()
    async with client.chat.completions.stream(model=MODEL, messages=HELLO) as events:
        await events.close()
    await client.close()
    assert "closed" in repr(client)


# unasync: end
