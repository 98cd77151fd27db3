"""`stream` over a socket: typed events, partial objects, tool calls, and the completion at the end."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterable
from typing import TypeVar

import anyio
import pytest
from pydantic import BaseModel, Field

from baseten_sdk import (
    AsyncClient,
    AsyncCompletionStream,
    ChunkReceived,
    ConfigurationError,
    Finished,
    InvalidRequestError,
    LengthLimitError,
    OutputValidationError,
    PartialObject,
    RateLimitError,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolArgumentError,
    ToolCallDelta,
    ToolCallDone,
    ToolCallStarted,
    UsageUpdated,
    schema_for,
    tool,
)
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, IDLE, MODEL, SAID, behaving, fields, only

# unasync: remove
pytestmark = pytest.mark.anyio
# unasync: end

T = TypeVar("T")

BUSY = "<1 of 256 in flight, 0 waiting>"


class Line(BaseModel):
    text: str
    price: float = Field(ge=0)


class Invoice(BaseModel):
    number: str
    note: str
    lines: list[Line]


@tool
def get_weather(city: str, unit: str = "C") -> str:
    """The weather in a city."""
    return f"{city} {unit}"


def hello(client: AsyncClient, spec: str = "style=a") -> AsyncCompletionStream[None]:
    return client.chat.completions.stream(model=MODEL, messages=HELLO, extra_headers=behaving(spec))


def invoice(client: AsyncClient, text: str | None = None, **more: str) -> AsyncCompletionStream[Invoice]:
    plan = {**more, **({} if text is None else {"text": text})}
    return client.chat.completions.stream(
        model=MODEL, messages=HELLO, response_format=Invoice, extra_body={"emulator": plan}
    )


async def collect(source: AsyncIterable[T], into: list[T]) -> None:
    async for each in source:
        into.append(each)  # noqa: PERF401  # what came before an error is kept


WHOLE = '{"number": "A-12", "note": "three pens, one of them red", "lines": [{"text": "pen", "price": 2.5}]}'
INVOICE = Invoice(number="A-12", note="three pens, one of them red", lines=[Line(text="pen", price=2.5)])


async def test_a_stream_is_read_as_events(client: AsyncClient, emu: Emulator) -> None:
    text = reasoning = ""
    usages = chunks = 0
    finished: Finished | None = None
    async with client.chat.completions.stream(model=MODEL, messages=HELLO, reasoning_effort="low") as stream:
        assert BUSY in repr(client)
        async for event in stream:
            match event:
                case TextDelta(more):
                    text += more
                case ReasoningDelta(more):
                    reasoning += more
                case UsageUpdated():
                    usages += 1
                case ChunkReceived(chunk):
                    chunks += chunk.model == MODEL
                case Finished():
                    finished = event
                case _:
                    pytest.fail(f"{event} came")
    assert IDLE in repr(client)
    assert finished is not None
    assert finished.finish_reason == "stop"
    assert (finished.completion.text, finished.completion.message.reasoning) == (text, reasoning)
    assert text == SAID
    assert reasoning
    assert 1 < usages < chunks
    assert stream.snapshot is finished.completion
    assert await stream.get_final_completion() is finished.completion
    assert finished.completion.meta.request_id == stream.meta.request_id
    assert fields(only(emu)) == {"model": MODEL, "messages": HELLO, "stream": True, "reasoning_effort": "low"}
    assert only(emu).headers["accept"] == "text/event-stream"


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # of httpx, on trio
async def test_forgotten_events_give_their_place_back_at_once(client: AsyncClient) -> None:
    forgotten = [await hello(client, "stall=4").__aenter__()]
    assert isinstance(await anext(forgotten[0]), ChunkReceived)
    assert BUSY in repr(client)
    gc.disable()
    try:
        with pytest.warns(ResourceWarning, match="stream was not closed"):
            forgotten.clear()
        assert IDLE in repr(client)
    finally:
        gc.enable()
    gc.collect()  # The iterators of httpx inside are a cycle.


@pytest.mark.parametrize("spelling", ["reasoning_content", "reasoning", "both"])
async def test_reasoning_is_told_once_in_either_spelling(client: AsyncClient, spelling: str) -> None:
    async with client.chat.completions.stream(
        model=MODEL, messages=HELLO, reasoning_effort="low", extra_headers=behaving(f"reasoning={spelling}")
    ) as stream:
        told = "".join([event.text async for event in stream if isinstance(event, ReasoningDelta)])
        completion = await stream.get_final_completion()
    assert told
    assert told == completion.message.reasoning


@pytest.mark.parametrize(
    "spec",
    [
        *("style=b", "style=c", "style=litellm", "style=llama-cpp", "finish=early", "no-done", "no-finish", "burst"),
        *("no-choices=null", "choice-pair", "usage=none", "pieces=1, crlf", "octet-stream", "length", "multi-line"),
    ],
)
async def test_every_way_to_send_a_stream_gives_the_same_completion(client: AsyncClient, spec: str) -> None:
    async with hello(client, spec) as stream:
        texts = "".join([text async for text in stream.text_stream])
        completion = await stream.get_final_completion()
    assert texts == completion.text == SAID
    assert IDLE in repr(client)


async def test_several_choices_are_told_apart(client: AsyncClient) -> None:
    texts = {0: "", 1: ""}
    async with hello(client, "count=2") as stream:
        async for event in stream:
            if isinstance(event, TextDelta):
                texts[event.index] += event.text
        completion = await stream.get_final_completion()
    assert texts == {0: SAID, 1: SAID}
    assert [choice.message.content for choice in completion.choices] == [SAID, SAID]
    async with hello(client, "count=2") as stream:
        assert "".join([text async for text in stream.text_stream]) == SAID


async def test_a_refusal_is_told(client: AsyncClient) -> None:
    async with hello(client, "refusal") as stream:
        told = "".join([event.text async for event in stream if isinstance(event, RefusalDelta)])
        completion = await stream.get_final_completion()
    assert told == completion.message.refusal == "I cannot help with that."


async def test_the_completion_is_there_without_iterating(client: AsyncClient) -> None:
    async with hello(client) as stream:
        assert stream.snapshot is None
        assert (await stream.get_final_completion()).text == SAID
    assert IDLE in repr(client)


async def test_after_a_few_events_the_rest_is_read_by_the_completion(client: AsyncClient) -> None:
    async with hello(client) as stream:
        first = await anext(stream.text_stream)
        snapshot = stream.snapshot
        assert snapshot is not None
        assert snapshot.text.startswith(first)
        assert (await stream.get_final_completion()).text == SAID
        await stream.until_done()
        assert [event async for event in stream] == []


async def test_after_done_the_connection_serves_the_next_stream(client: AsyncClient, emu: Emulator) -> None:
    for _ in range(3):
        async with hello(client) as stream:
            await stream.until_done()
    requests = emu.requests.wait_until(lambda seen: all(request.finished for request in seen))
    assert len({request.client for request in requests}) == 1


async def test_partial_objects_grow_until_they_are_whole(client: AsyncClient, emu: Emulator) -> None:
    async with invoice(client, WHOLE) as stream:
        notes: list[str | None] = [partial.note async for partial in stream.partials()]
        parsed = await stream.get_parsed()
    grown = [note for note in notes if note is not None]
    assert len(notes) > 3
    assert all(INVOICE.note.startswith(note) for note in grown)
    assert sorted(grown, key=len) == grown
    assert grown[-1] == INVOICE.note
    assert parsed.parsed == INVOICE
    assert parsed.completion is stream.snapshot
    assert parsed.message.parsed == INVOICE
    assert parsed.meta.request_id == stream.meta.request_id
    assert fields(only(emu))["response_format"] == schema_for(Invoice).response_format()


async def test_the_last_partial_object_is_the_object(client: AsyncClient) -> None:
    async with invoice(client, WHOLE) as stream:
        values = [event.value async for event in stream if isinstance(event, PartialObject)]
    assert values[-1] == INVOICE


async def test_partial_objects_say_what_has_not_come(client: AsyncClient) -> None:
    async with invoice(client, WHOLE) as stream:
        partials = stream.partials()
        missing = [partials.missing async for _ in partials]
    assert missing[0] == ("number", "note", "lines")
    assert missing[-1] == ()
    assert sorted(missing, key=len, reverse=True) == missing
    async with invoice(client, WHOLE) as stream:
        assert missing == [event.missing async for event in stream if isinstance(event, PartialObject)]


async def test_a_list_is_streamed_too(client: AsyncClient) -> None:
    async with client.chat.completions.stream(model=MODEL, messages=HELLO, response_format=list[Line]) as stream:
        partials = [partial async for partial in stream.partials()]
        parsed = (await stream.get_parsed()).parsed
    assert partials[-1] == parsed
    assert isinstance(parsed[0], Line)


async def test_an_answer_that_does_not_validate_is_told_by_get_parsed_alone(client: AsyncClient) -> None:
    async with invoice(client, '{"number": 3}') as stream:
        completion = await stream.get_final_completion()
        assert completion.message.parsed is None
        with pytest.raises(OutputValidationError, match="number") as caught:
            await stream.get_parsed()
    assert caught.value.completion is completion
    assert IDLE in repr(client)


async def test_an_answer_cut_at_the_limit_keeps_its_partial_object(client: AsyncClient) -> None:
    plan = {"finish-reason": "length"}
    async with invoice(client, WHOLE[:40], **plan) as stream:
        with pytest.raises(LengthLimitError) as caught:
            await stream.get_parsed()
    assert isinstance(caught.value.partial, Invoice)
    assert caught.value.partial.number == "A-12"


async def test_without_a_type_there_are_no_objects(client: AsyncClient) -> None:
    plain = {"type": "json_object"}
    async with client.chat.completions.stream(model=MODEL, messages=HELLO, response_format=plain) as stream:
        with pytest.raises(ConfigurationError, match="response_format"):
            stream.partials()
        assert (await stream.get_final_completion()).text.startswith("{")
        with pytest.raises(ConfigurationError, match="response_format"):
            await stream.get_parsed()


@pytest.mark.parametrize("spec", ["", "tool-ids=fresh", "tool-interleave", "tool-join", "tool-pair, null-arguments"])
async def test_calls_are_told_with_their_validated_arguments(client: AsyncClient, spec: str) -> None:
    started: list[str] = []
    arguments: dict[int, str] = {}
    done: dict[int, ToolCallDone] = {}
    async with client.chat.completions.stream(
        model=MODEL,
        messages=[{"role": "user", "content": "The weather in Paris and in Rome?"}],
        tools=[get_weather],
        extra_headers=behaving(spec),
    ) as stream:
        async for event in stream:
            match event:
                case ToolCallStarted(call, _, name):
                    started.append(name)
                    arguments[call] = ""
                case ToolCallDelta(call, more):
                    arguments[call] += more
                case ToolCallDone(call):
                    done[call] = event
                case _:
                    pass
        completion = await stream.get_final_completion()
    assert started == ["get_weather", "get_weather"]
    calls = completion.message.tool_calls
    assert [call.function.arguments for call in calls] == [arguments[0], arguments[1]]
    assert [done[key].tool_call.id for key in (0, 1)] == [call.id for call in calls]
    cities = [getattr(done[key].tool_call.parsed, "city", None) for key in (0, 1)]
    assert cities == ["Paris", "Rome"]


class Number(BaseModel):
    city: int


async def test_bad_arguments_are_raised_when_all_else_was_told(client: AsyncClient) -> None:
    loose = {"type": "object", "properties": {"city": {"type": "string"}}}
    stream = client.chat.completions.stream(
        model=MODEL,
        messages=[{"role": "user", "content": "The number of Paris?"}],
        tools=[Number],
        tool_choice="required",
        extra_body={"tools": [{"type": "function", "function": {"name": "Number", "parameters": loose}}]},
    )
    told: list[object] = []
    async with stream:
        with pytest.raises(ToolArgumentError) as caught:
            await collect(stream, told)
        assert IDLE in repr(client)
        with pytest.raises(ToolArgumentError):
            await stream.get_final_completion()
    seen = [type(event) for event in told]
    assert ToolCallStarted in seen
    assert ToolCallDone not in seen
    assert Finished not in seen
    assert caught.value.arguments == '{"city": "Paris"}'
    assert caught.value.completion.usage is not None
    assert [event async for event in stream] == []


async def test_a_stream_that_was_not_entered_says_so(client: AsyncClient, emu: Emulator) -> None:
    stream = hello(client)
    with pytest.raises(ConfigurationError, match="with client"):
        await anext(stream)
    with pytest.raises(ConfigurationError, match="with client"):
        await stream.get_final_completion()
    await stream.aclose()
    assert not emu.requests
    async with stream:
        assert (await stream.get_final_completion()).text == SAID


async def test_a_stream_is_entered_once(client: AsyncClient) -> None:
    async with hello(client) as stream:
        with pytest.raises(ConfigurationError, match="once"):
            await stream.__aenter__()
        await stream.until_done()
    assert IDLE in repr(client)


async def test_a_request_that_cannot_be_made_is_refused_at_once(client: AsyncClient) -> None:
    with pytest.raises(InvalidRequestError, match="messages"):
        client.chat.completions.stream(model=MODEL, messages=[])
    with pytest.raises(InvalidRequestError, match="cannot express"):
        client.chat.completions.stream(model=MODEL, messages=HELLO, response_format=dict[str, int])


async def test_an_error_before_the_stream_is_raised_on_entering(client: AsyncClient) -> None:
    stream = hello(client, "status=429")
    with pytest.raises(RateLimitError):
        await stream.__aenter__()
    assert IDLE in repr(client)


async def test_the_engine_inside_a_deployment_streams_too(client: AsyncClient, emu: Emulator) -> None:
    completions = client.deployments("abcd1234").chat.completions
    async with completions.stream(model="served", messages=HELLO, response_format=Invoice) as stream:
        assert isinstance((await stream.get_parsed()).parsed, Invoice)
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/chat/completions"


# unasync: remove
async def test_streams_are_read_side_by_side(client: AsyncClient) -> None:
    texts: list[str] = []

    async def one() -> None:
        async with hello(client) as stream:
            texts.append((await stream.get_final_completion()).text)

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(one)
    assert texts == [SAID] * 8


# unasync: end
