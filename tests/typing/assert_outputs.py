"""What the checkers make of structured outputs and typed streams. Nothing here is run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, assert_type

from pydantic import BaseModel
from typing_extensions import TypedDict

from baseten_sdk import (
    AsyncClient,
    AsyncCompletionStream,
    ChatCompletion,
    ChatCompletionChunk,
    ChunkReceived,
    Client,
    CompletionStream,
    Finished,
    Parsed,
    ParsedToolCall,
    PartialObject,
    ReasoningDelta,
    RefusalDelta,
    Schema,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    ToolCallStarted,
    Usage,
    UsageUpdated,
    schema_for,
)

MODEL = "openai/gpt-oss-120b"


class Invoice(BaseModel):
    number: str


@dataclass
class Point:
    x: int


class Film(TypedDict):
    title: str


class Colour(Enum):
    RED = "red"


def every_kind_of_type_is_parsed_as_itself(client: Client) -> None:
    parse = client.chat.completions.parse
    ask = [{"role": "user", "content": "Hi"}]
    assert_type(parse(model=MODEL, messages=ask, response_format=Invoice), Parsed[Invoice])
    assert_type(parse(model=MODEL, messages=ask, response_format=Invoice).parsed, Invoice)
    assert_type(parse(model=MODEL, messages=ask, response_format=Point).parsed, Point)
    assert_type(parse(model=MODEL, messages=ask, response_format=Film).parsed, Film)
    assert_type(parse(model=MODEL, messages=ask, response_format=list[Invoice]).parsed, list[Invoice])
    assert_type(parse(model=MODEL, messages=ask, response_format=Literal["a", "b"]).parsed, Literal["a", "b"])
    assert_type(parse(model=MODEL, messages=ask, response_format=Invoice | Point).parsed, Invoice | Point)
    assert_type(parse(model=MODEL, messages=ask, response_format=Invoice | None).parsed, Invoice | None)
    assert_type(parse(model=MODEL, messages=ask, response_format=Colour).parsed, Colour)
    assert_type(parse(model=MODEL, messages=ask, response_format=int).parsed, int)
    assert_type(parse(model=MODEL, messages=ask, response_format=dict[str, int], strict=False).parsed, dict[str, int])


def what_else_is_parsed_has_its_types(parsed: Parsed[Invoice]) -> None:
    assert_type(parsed.parsed.number, str)
    assert_type(parsed.completion, ChatCompletion)
    assert_type(parsed.attempts, tuple[ChatCompletion, ...])
    assert_type(parsed.tool_calls, tuple[ParsedToolCall, ...])
    assert_type(parsed.tool_calls[0].parsed, BaseModel | None)
    assert_type(parsed.usage, Usage)


async def parsing_is_awaited(client: AsyncClient) -> None:
    reply = await client.chat.completions.parse(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        ],
        response_format=list[Film],
        output_retries=2,
        max_tokens=100,
        temperature=0.1,
        deadline=60,
    )
    assert_type(reply.parsed, list[Film])
    deployment = client.deployments("abcd1234").chat.completions
    other = await deployment.parse(model="m", messages=[reply.message], response_format=Colour)
    assert_type(other.parsed, Colour)


def a_schema_knows_its_type() -> None:
    assert_type(schema_for(Invoice), Schema[Invoice])
    assert_type(schema_for(list[Point]), Schema[list[Point]])
    assert_type(schema_for(Literal["a"]).changes, tuple[str, ...])


async def a_stream_knows_its_type(client: AsyncClient) -> None:
    typed = client.chat.completions.stream(
        model=MODEL, messages=[{"role": "user", "content": "Hi"}], response_format=Invoice
    )
    assert_type(typed, AsyncCompletionStream[Invoice])
    async with typed as stream:
        async for partial in stream.partials():
            assert_type(partial, Invoice)
        async for text in stream.text_stream:
            assert_type(text, str)
        assert_type(await stream.get_parsed(), Parsed[Invoice])
        assert_type(await stream.get_final_completion(), ChatCompletion)
        assert_type(stream.snapshot, ChatCompletion | None)
    plain = client.chat.completions.stream(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
    assert_type(plain, AsyncCompletionStream[None])
    loose = client.chat.completions.stream(
        model=MODEL, messages=[{"role": "user", "content": "Hi"}], response_format={"type": "json_object"}
    )
    assert_type(loose, AsyncCompletionStream[None])
    listed = client.chat.completions.stream(
        model=MODEL, messages=[{"role": "user", "content": "Hi"}], response_format=list[Invoice]
    )
    assert_type(listed, AsyncCompletionStream[list[Invoice]])


def every_event_is_matched(stream: CompletionStream[Invoice]) -> None:
    for event in stream:
        match event:
            case ChunkReceived(chunk):
                assert_type(chunk, ChatCompletionChunk)
            case TextDelta(text) | ReasoningDelta(text) | RefusalDelta(text):
                assert_type(text, str)
            case ToolCallStarted(call, id, name):
                assert_type((call, id, name), tuple[int, str, str])
            case ToolCallDelta(_, arguments):
                assert_type(arguments, str)
            case ToolCallDone(_, tool_call):
                assert_type(tool_call, ParsedToolCall)
            case PartialObject(value):
                assert_type(value, Invoice)
            case UsageUpdated(usage):
                assert_type(usage, Usage)
            case Finished(finish_reason, completion):
                assert_type(finish_reason, str | None)
                assert_type(completion, ChatCompletion)


def what_is_wrong_is_found(client: Client) -> None:
    ask = [{"role": "user", "content": "Hi"}]
    parse = client.chat.completions.parse
    parse(model=MODEL, messages=ask)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    parse(model=MODEL, messages=ask, response_format={"type": "text"})  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    parse(model=MODEL, messages=ask, response_format=Invoice, temprature=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    parse(model=MODEL, messages=ask, response_format=Invoice, stream=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    parse(model=MODEL, messages=ask, response_format=Invoice).parsed.total  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
