"""What type checkers make of responses. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from typing import Literal, Never, assert_type

from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncDeployment,
    AsyncModelResponseStream,
    AsyncResponseEvents,
    AsyncResponseRun,
    Client,
    ModelResponse,
    ModelResponseStream,
    ParsedResponse,
    ParsedToolCall,
    ResponseCompletedEvent,
    ResponseErrorEvent,
    ResponseEvents,
    ResponseFunctionToolCall,
    ResponseInputItem,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseUnknownItem,
    ResponseUsage,
    Target,
    batch,
    user,
)
from baseten_sdk.histories import to_chat, to_responses
from baseten_sdk.types.responses import Response, ResponseTextDoneEvent


class City(BaseModel):
    name: str


async def a_response_has_its_type(client: AsyncClient, twin: Client, deployment: AsyncDeployment) -> None:
    response = await client.responses.create(model="a/b", input="Hi", temperature=0.5, reasoning={"effort": "low"})
    assert_type(response, ModelResponse)
    assert_type(response.output_text, str)
    assert_type(response.output, list[ResponseOutputItem])
    assert_type(response.usage, ResponseUsage | None)
    assert response.usage
    assert_type(response.usage.input_tokens_details.cached_tokens, int)
    assert_type(response.usage.output_tokens_details.reasoning_tokens, int)
    assert_type(response.function_calls, list[ResponseFunctionToolCall])
    assert_type(twin.responses.create(model="a/b", input=[*response.output]), Response)
    assert_type(await deployment.responses.create(model="m", input=[{"role": "user", "content": "Hi"}]), ModelResponse)
    items: list[ResponseInputItem] = [{"role": "user", "content": "Hi"}, *response.output]
    assert_type(await client.responses.create(model="a/b", input=items, stream=False), ModelResponse)
    for item in response.output:
        if item.type == "message":
            assert_type(item, ResponseOutputMessage)
        elif item.type == "mcp_call":
            assert_type(item, ResponseUnknownItem)


async def a_stream_has_its_events(client: AsyncClient, twin: Client) -> None:
    events = await client.responses.create(model="a/b", input="Hi", stream=True)
    assert_type(events, AsyncResponseEvents)
    assert_type(twin.responses.create(model="a/b", input="Hi", stream=True), ResponseEvents)
    async for event in events:
        assert_type(event, ResponseStreamEvent)
        if event.type == "response.output_text.delta":
            assert_type(event, ResponseTextDeltaEvent)
        if event.type == "error":
            assert_type(event, ResponseErrorEvent)
        match event:
            case ResponseTextDeltaEvent(delta=text):
                assert_type(text, str)
            case ResponseCompletedEvent(response=whole):
                assert_type(whole, ModelResponse)
            case ResponseTextDoneEvent(parsed=parsed):
                assert_type(parsed, object)
            case _:
                pass
    assert_type(twin.responses.stream(model="a/b", input="Hi"), ModelResponseStream[None])
    async with client.responses.stream(model="a/b", input="Hi", text_format=City) as stream:
        assert_type(stream, AsyncModelResponseStream[City])
        assert_type(await stream.get_final_response(), ModelResponse)
        async for partial in stream.partials():
            assert_type(partial, City)
        assert_type(await stream.get_parsed(), ParsedResponse[City])
    raw = await client.responses.with_raw_response.create(model="a/b", input="Hi")
    assert_type(raw.parse().output_text, str)


async def an_object_has_the_type_that_was_asked_for(client: AsyncClient) -> None:
    parsed = await client.responses.parse(model="a/b", input="Hi", text_format=City)
    assert_type(parsed.parsed, City)
    assert_type(parsed.output_parsed, City | None)
    assert_type(parsed.tool_calls, tuple[ParsedToolCall, ...])
    either = await client.responses.parse(model="a/b", input="Hi", text_format=Literal["x", "y"])
    assert_type(either.parsed, Literal["x", "y"])
    assert_type(await client.responses.parse(model="a/b", input="Hi", tools=[City]), ParsedResponse[Never])


async def a_run_has_its_replies(client: AsyncClient) -> None:
    run = client.responses.run_tools(model="a/b", input="Hi", tools=[City], max_turns=2)
    assert_type(run, AsyncResponseRun)
    assert_type(await run.until_done(), ModelResponse)
    assert_type(run.messages, list[ResponseInputItem])
    assert_type(await client.pool([Target("abcd1234")]).responses.create(input="Hi"), ModelResponse)
    assert_type(batch.responses(model="a/b", input="Hi"), batch.Call[ModelResponse])
    assert_type(to_chat(to_responses([user("Hi")])), list[dict[str, object]])


async def what_must_fail(client: AsyncClient) -> None:
    await client.responses.create(model="a/b")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await client.responses.create(model="a/b", input=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    await client.responses.create(model="a/b", input="Hi", store=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    await client.responses.create(model="a/b", input="Hi", previous_response_id="r")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    await client.responses.create(model="a/b", input="Hi", max_tokens=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await client.responses.parse(model="a/b", input="Hi")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
