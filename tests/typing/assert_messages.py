"""What type checkers make of messages. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from typing import Never, assert_type

from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncDeployment,
    AsyncMessageStream,
    AsyncStream,
    Client,
    ContentBlock,
    ContentBlockDeltaEvent,
    ContentBlockStopEvent,
    MessageStopEvent,
    MessageTokensCount,
    MessageUsage,
    ParsedMessage,
    RawMessageStreamEvent,
    RawResponse,
    Target,
    TextBlock,
    TextCompletion,
    TextCompletionChunk,
    TextEvent,
    ToolUseBlock,
    Usage,
    batch,
)
from baseten_sdk.types.anthropic import Message, MessageParam
from baseten_sdk.types.reply import Details

HI: list[MessageParam] = [{"role": "user", "content": "Hi"}]


class Order(BaseModel):
    item: str


async def a_call_gives_a_message_or_its_events(client: AsyncClient, twin: Client, deployment: AsyncDeployment) -> None:
    message = await client.messages.create(model="a/b", max_tokens=9, messages=HI)
    assert_type(message, Message)
    assert_type(message.usage, MessageUsage)
    assert_type(message.usage.as_usage(), Usage)
    assert_type(message.content, list[ContentBlock])
    events = await client.messages.create(model="a/b", max_tokens=9, messages=HI, stream=True)
    named: AsyncStream[RawMessageStreamEvent] = events
    async for event in named:
        if event.type == "content_block_delta":
            assert_type(event, ContentBlockDeltaEvent)
            assert_type(event.delta.text, str)
            assert_type(event.delta.citation, Details)
        elif event.type == "message_start":
            assert_type(event.message, Message)
    assert_type(twin.messages.create(model="a/b", max_tokens=9, messages=[*HI, message]), Message)
    assert_type(await deployment.messages.create(model="x", max_tokens=9, messages=HI, deadline=3.0), Message)


async def a_block_is_narrowed_by_its_type_or_its_class(message: Message) -> None:
    for block in message.content:
        if block.type == "text":
            assert_type(block, TextBlock)
        elif block.type == "tool_use":
            assert_type(block.input, dict[str, object])
        match block:
            case ToolUseBlock(name=name):
                assert_type(name, str)
            case _:
                pass


async def a_stream_gives_typed_events(client: AsyncClient) -> None:
    async with client.messages.stream(model="a/b", max_tokens=9, messages=HI) as stream:
        assert_type(stream, AsyncMessageStream[Never])
        async for event in stream:
            match event:
                case TextEvent(text):
                    assert_type(text, str)
                case ContentBlockStopEvent(block, index):
                    assert_type(block, ContentBlock)
                    assert_type(index, int)
                case MessageStopEvent(message):
                    assert_type(message, Message)
                case _:
                    pass
        assert_type(await stream.get_final_message(), Message)
    async with client.messages.stream(model="a/b", max_tokens=9, messages=HI, output_format=Order) as typed:
        async for partial in typed.partials():
            assert_type(partial, Order)
        assert_type(await typed.get_parsed(), ParsedMessage[Order])
    raw = await client.messages.with_raw_response.create(model="a/b", max_tokens=9, messages=HI)
    assert_type(raw, RawResponse[Message])
    assert_type(raw.parse(), Message)


async def an_answer_has_the_type_that_was_asked_for(client: AsyncClient, twin: Client, target: Target) -> None:
    pool = client.pool([target])
    parsed = await client.messages.parse(model="a/b", max_tokens=9, messages=HI, output_format=list[Order])
    assert_type(parsed.parsed, list[Order])
    assert_type(parsed.parsed_output, list[Order] | None)
    assert_type(parsed.usage, Usage)
    assert_type(twin.messages.parse(model="a/b", max_tokens=9, messages=HI, output_format=Order).parsed, Order)
    assert_type((await pool.messages.parse(max_tokens=9, messages=HI, output_format=Order)).parsed, Order)
    run = client.messages.run_tools(model="a/b", max_tokens=9, messages=HI, tools=[Order])
    assert_type(await run.until_done(), Message)
    assert_type(run.replies, list[Message])
    assert_type(await client.messages.count_tokens(messages=HI), MessageTokensCount)


async def what_must_fail(client: AsyncClient, target: Target) -> None:
    pool = client.pool([target])
    await client.messages.create(model="a/b", messages=HI)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await client.messages.create(model="a/b", max_tokens="9", messages=HI)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    await client.messages.create(model="a/b", max_tokens=9, messages=HI, stop="x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await pool.messages.create(messages=HI)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    message = await client.messages.create(model="a/b", max_tokens=9, messages=HI)
    assert message.content[0].text  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]


async def completions_give_text_or_its_chunks(deployment: AsyncDeployment, twin: Client) -> None:
    completion = await deployment.completions.create(model="base", prompt="Once")
    assert_type(completion, TextCompletion)
    assert_type(completion.text, str)
    chunks: AsyncStream[TextCompletionChunk] = await deployment.completions.create(
        model="base", prompt=[[1, 2], [3]], stream=True
    )
    async for chunk in chunks:
        assert_type(chunk.choices[0].text, str)
    assert_type(twin.completions.create(model="abcd1234", prompt=["a"], n=2), TextCompletion)
    raw = twin.completions.with_raw_response.create(model="abcd1234", prompt="Once")
    assert_type(raw.parse().choices[0].text, str)
    assert_type(batch.completions(model="abcd1234", prompt="Once"), batch.Call[TextCompletion])
    await deployment.completions.create(model="base")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
