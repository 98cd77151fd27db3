"""Messages over a socket: by the Model APIs, by a deployment and by a pool."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    BadRequestError,
    CallEnded,
    CallObserver,
    CallStarted,
    ConfigurationError,
    ContentBlockStopEvent,
    InputJsonEvent,
    InvalidRequestError,
    LengthLimitError,
    MaxTurnsError,
    MessageStopEvent,
    NotFoundError,
    Observer,
    OutputValidationError,
    OverloadedError,
    ParsedMessage,
    StreamAPIError,
    StreamInterrupted,
    Target,
    TextEvent,
    ToolResult,
    ToolUseBlock,
)
from baseten_sdk.emulator import Emulator
from baseten_sdk.types.message_params import MessageTurn
from baseten_sdk.types.messages import Message
from tests.asking import IDLE, MODEL, SAID, behaving, fields, only

# unasync: remove
pytestmark = pytest.mark.anyio
# unasync: end

HELLO: list[MessageTurn] = [{"role": "user", "content": "Say hello to the whole wide world"}]
WEATHER: list[MessageTurn] = [{"role": "user", "content": "get_weather in Paris, please"}]


class Order(BaseModel):
    item: str
    count: int
    size: Literal["small", "large"]


def get_weather(city: str) -> str:
    """The weather at the moment."""
    return f"sunny in {city}"


async def test_a_message_is_asked_for_and_read(client: AsyncClient, emu: Emulator) -> None:
    message = await client.messages.create(model=MODEL, max_tokens=64, messages=HELLO, system="Be brief.", top_k=5)
    assert only(emu).path == "/v1/messages"
    assert fields(only(emu)) == {
        "model": MODEL,
        "messages": HELLO,
        "max_tokens": 64,
        "system": "Be brief.",
        "top_k": 5,
    }
    assert (message.text, message.stop_reason, message.role, message.model) == (SAID, "end_turn", "assistant", MODEL)
    assert message.usage.prompt_tokens == message.usage.input_tokens > 0
    assert (message.meta.status_code, message.meta.attempts) == (200, 1)
    assert message.meta.request_id


async def test_events_come_under_the_names_that_they_have_at_anthropic(client: AsyncClient, emu: Emulator) -> None:
    events = [
        event.type
        async for event in await client.messages.create(model=MODEL, max_tokens=64, messages=HELLO, stream=True)
    ]
    assert (events[:2], events[-3:]) == (
        ["message_start", "content_block_start"],
        ["content_block_stop", "message_delta", "message_stop"],
    )
    assert set(events[2:-3]) == {"content_block_delta"}
    assert only(emu).headers["accept"].startswith("text/event-stream")
    assert IDLE in repr(client)


async def test_a_stream_gives_text_and_the_whole_message(client: AsyncClient) -> None:
    async with client.messages.stream(model=MODEL, max_tokens=64, messages=HELLO) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        assert text == SAID
        message = await stream.get_final_message()
    assert message == stream.snapshot == stream.current_message_snapshot
    assert (message.text, await stream.get_final_text(), message.stop_reason) == (SAID, SAID, "end_turn")
    assert message.meta.request_id == stream.meta.request_id
    assert message.usage.completion_tokens > 0


@pytest.mark.parametrize(
    "spec",
    [
        *("style=a", "crlf", "comments", "pieces=1", "burst", "plain-events", "no-stream", "bom"),
        *("message-done", "opening-text", "other-block", "other-event"),
    ],
)
async def test_a_stream_is_read_however_it_is_sent(client: AsyncClient, spec: str) -> None:
    async with client.messages.stream(
        model=MODEL, max_tokens=64, messages=HELLO, extra_headers=behaving(spec)
    ) as stream:
        pieces = [piece async for piece in stream.text_stream]
        assert ("".join(pieces), await stream.get_final_text()) == (SAID, SAID)


async def test_a_block_of_an_unknown_type_is_whole_in_a_stream_too(client: AsyncClient) -> None:
    headers = behaving("other-block")
    whole = await client.messages.create(model=MODEL, max_tokens=64, messages=HELLO, extra_headers=headers)
    async with client.messages.stream(model=MODEL, max_tokens=64, messages=HELLO, extra_headers=headers) as stream:
        message = await stream.get_final_message()
    assert [block.to_dict() for block in message.content] == [block.to_dict() for block in whole.content]
    assert message.content[-1].to_dict()["layers"] == "red green blue"


@pytest.mark.parametrize("spec", ["cut", "end", "no-done", "cut=6, reset"])
async def test_a_stream_that_was_cut_leaves_what_had_come(client: AsyncClient, spec: str) -> None:
    stream = client.messages.stream(model=MODEL, max_tokens=64, messages=HELLO, extra_headers=behaving(spec))
    with pytest.raises(StreamInterrupted) as caught:
        async with stream:
            await stream.until_done()
    partial = caught.value.partial
    assert isinstance(partial, Message)
    assert partial.text
    assert SAID.startswith(partial.text)
    assert stream.snapshot == partial
    with pytest.raises(StreamInterrupted):
        await stream.get_final_message()
    assert IDLE in repr(client)


async def test_an_error_inside_a_stream_has_its_type(client: AsyncClient) -> None:
    spec = "stream-error=event, code=overloaded_error, message=Overloaded"
    events = await client.messages.create(
        model=MODEL, max_tokens=64, messages=HELLO, stream=True, extra_headers=behaving(spec)
    )
    with pytest.raises(StreamAPIError, match="Overloaded") as caught:
        async for _ in events:
            pass
    assert (caught.value.type, caught.value.transient) == ("overloaded_error", True)
    assert isinstance(caught.value.partial, Message)


async def test_leaving_early_gives_the_connection_back(client: AsyncClient, emu: Emulator) -> None:
    async with client.messages.stream(
        model=MODEL, max_tokens=64, messages=HELLO, extra_headers=behaving("stall=4")
    ) as stream:
        async for event in stream:
            if isinstance(event, TextEvent):
                break
    assert IDLE in repr(client)
    emu.requests.wait_until(lambda seen: seen[0].disconnected)


async def test_the_envelope_of_errors_is_read(client: AsyncClient) -> None:
    with pytest.raises(BadRequestError, match="temperature: must be between 0 and 1") as refused:
        await client.messages.create(model=MODEL, max_tokens=64, messages=HELLO, temperature=1.5)
    assert refused.value.type == "invalid_request_error"
    assert refused.value.request_id
    with pytest.raises(NotFoundError, match="does not support messages") as missing:
        await client.messages.create(
            model=MODEL, max_tokens=64, messages=HELLO, extra_headers=behaving("no-messages, request-id=off")
        )
    assert missing.value.type == "not_found_error"
    assert missing.value.request_id
    image: MessageTurn = {
        "role": "user",
        "content": [{"type": "image", "source": {"type": "url", "url": "https://x/y"}}],
    }
    with pytest.raises(BadRequestError, match="does not support multimodal"):
        await client.messages.create(model=MODEL, max_tokens=64, messages=[image], extra_headers=behaving("no-images"))
    with pytest.raises(OverloadedError) as overloaded:
        await client.messages.create(
            model=MODEL, max_tokens=64, messages=HELLO, extra_headers=behaving("529"), max_retries=0
        )
    assert overloaded.value.type == "overloaded_error"


async def test_a_call_that_may_succeed_later_is_made_again(client: AsyncClient, emu: Emulator) -> None:
    message = await client.messages.create(
        model=MODEL, max_tokens=64, messages=HELLO, extra_headers=behaving("fail=2, status=529")
    )
    assert (message.text, message.meta.attempts, len(emu.requests)) == (SAID, 3, 3)


@pytest.mark.parametrize("usage", ["inclusive", "exclusive", "llama-cpp", "early"])
@pytest.mark.parametrize("counts", ["", ", string-counts"])
async def test_usage_means_the_same_whoever_counts(client: AsyncClient, usage: str, counts: str) -> None:
    told: list[tuple[int, int]] = []
    long: list[MessageTurn] = [{"role": "user", "content": "Say " + "hello " * 100}]
    headers = behaving(f"message-usage={usage}{counts}")
    message = await client.messages.create(model=MODEL, max_tokens=200, messages=long, extra_headers=headers)
    async with client.messages.stream(model=MODEL, max_tokens=200, messages=long, extra_headers=headers) as stream:
        streamed = await stream.get_final_message()
    for each in (message.usage, streamed.usage):
        assert 0 < each.cached_tokens <= each.prompt_tokens
        told.append((each.prompt_tokens, each.completion_tokens))
    assert told[0] == told[1]
    plain = await client.messages.create(model=MODEL, max_tokens=200, messages=long)
    assert told[0] == (plain.usage.prompt_tokens, plain.usage.completion_tokens)


@pytest.mark.parametrize(
    "spec",
    ["style=a", "early-done=cut", "early-done=empty", "one-index", "no-input", "plain-events", "no-stream"],
)
async def test_the_arguments_of_a_call_are_held_until_they_are_whole(client: AsyncClient, spec: str) -> None:
    ends: list[ToolUseBlock] = []
    pieces = ""
    async with client.messages.stream(
        model=MODEL, max_tokens=64, messages=WEATHER, tools=[get_weather], extra_headers=behaving(spec)
    ) as stream:
        async for event in stream:
            if isinstance(event, InputJsonEvent):
                pieces += event.partial_json
            if isinstance(event, ContentBlockStopEvent) and isinstance(event.content_block, ToolUseBlock):
                ends.append(event.content_block)
        message = await stream.get_final_message()
    assert [block.input for block in ends] == [{"city": "Paris"}]
    assert message.tool_uses == ends
    assert message.stop_reason == "tool_use"
    assert ends[0].arguments.replace(" ", "") == pieces.replace(" ", "")


async def test_blocks_that_share_an_index_stay_apart(client: AsyncClient, emu: Emulator) -> None:
    async with client.messages.stream(
        model=MODEL,
        max_tokens=200,
        messages=HELLO,
        thinking={"type": "enabled"},
        extra_headers=behaving("one-index"),
    ) as stream:
        message = await stream.get_final_message()
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.text == SAID
    assert message.thinking


async def test_thinking_comes_as_a_block_of_its_own(client: AsyncClient, emu: Emulator) -> None:
    message = await client.messages.create(
        model=MODEL, max_tokens=200, messages=HELLO, thinking={"type": "adaptive", "budget_tokens": 9}
    )
    assert fields(only(emu))["thinking"] == {"type": "enabled", "budget_tokens": 9}
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.thinking
    assert message.text == SAID
    again = await client.messages.create(model=MODEL, max_tokens=64, messages=[*HELLO, message, *HELLO])
    assert again.text == SAID


async def test_an_object_of_a_type_is_given_as_the_arguments_of_a_tool(client: AsyncClient, emu: Emulator) -> None:
    parsed = await client.messages.parse(model=MODEL, max_tokens=200, messages=HELLO, output_format=Order)
    assert isinstance(parsed.parsed, Order)
    assert parsed.parsed_output == parsed.parsed == parsed.message.parsed_output
    sent = fields(only(emu))
    assert sent["tool_choice"] == {"type": "tool", "name": "final_answer"}
    numbers = await client.messages.parse(model=MODEL, max_tokens=200, messages=HELLO, output_format=list[int])
    assert all(isinstance(each, int) for each in numbers.parsed)
    async with client.messages.stream(model=MODEL, max_tokens=200, messages=HELLO, output_format=Order) as stream:
        assert (await stream.get_parsed()).parsed == parsed.parsed
        assert (await stream.get_final_message()).parsed_output == parsed.parsed


async def test_tools_beside_a_type_may_be_called_instead(client: AsyncClient) -> None:
    parsed: ParsedMessage[Order] = await client.messages.parse(
        model=MODEL, max_tokens=200, messages=WEATHER, output_format=Order, tools=[get_weather]
    )
    (call,) = parsed.tool_calls
    assert (call.name, call.parsed is not None and call.parsed.model_dump()) == ("get_weather", {"city": "Paris"})
    with pytest.raises(OutputValidationError, match="called tools instead"):
        _ = parsed.parsed


async def test_an_answer_that_is_cut_or_wrong_says_so(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(OutputValidationError) as wrong:
        await client.messages.parse(
            model=MODEL,
            max_tokens=200,
            messages=HELLO,
            output_format=Order,
            output_retries=1,
            tool_choice={"type": "none"},
            extra_headers=behaving("text=no object"),
            extra_body={"tool_choice": {"type": "none"}},
        )
    assert (len(wrong.value.attempts), wrong.value.answer) == (2, "no object")
    assert len(emu.requests) == 2
    messages = fields(emu.requests[1])["messages"]
    assert isinstance(messages, list)
    assert [turn["role"] for turn in messages] == ["user", "assistant", "user"]
    with pytest.raises(LengthLimitError) as cut:
        await client.messages.parse(
            model=MODEL,
            max_tokens=3,
            messages=HELLO,
            output_format=Order,
            extra_headers=behaving("text=one two three four five"),
            extra_body={"tool_choice": {"type": "none"}},
        )
    assert cut.value.request_id


@pytest.mark.parametrize("stream", [False, True])
async def test_tools_are_run_until_the_model_has_its_answer(client: AsyncClient, emu: Emulator, stream: bool) -> None:
    run = client.messages.run_tools(
        model=MODEL, max_tokens=64, messages=WEATHER, tools=[get_weather], stream=stream, system="Be brief."
    )
    events = [event async for event in run]
    message = await run.until_done()
    assert message.text == "The tool says: sunny in Paris"
    assert [event.content for event in events if isinstance(event, ToolResult)] == ["sunny in Paris"]
    assert [event.message for event in events if isinstance(event, MessageStopEvent)] == run.replies
    assert run.usage.total_tokens == sum(each.usage.total_tokens for each in run.replies)
    sent = fields(emu.requests[1])["messages"]
    assert isinstance(sent, list)
    sessions = {request.headers["x-session-affinity"] for request in emu.requests}
    assert len(sessions) == 1
    (call,) = run.replies[0].tool_uses
    assert sent[-1]["content"] == [{"type": "tool_result", "tool_use_id": call.id, "content": "sunny in Paris"}]


async def test_all_results_of_a_turn_are_blocks_of_one_turn_and_errors_are_marked(
    client: AsyncClient, emu: Emulator
) -> None:
    def get_weather(city: str) -> str:
        if city == "Berlin":
            raise ValueError("no forecast")
        return "sunny"

    question: list[MessageTurn] = [{"role": "user", "content": "get_weather in Paris and Berlin, please"}]
    run = client.messages.run_tools(model=MODEL, max_tokens=64, messages=question, tools=[get_weather])
    await run.until_done()
    sent = fields(emu.requests[1])["messages"]
    assert isinstance(sent, list)
    assert [(block["content"], block.get("is_error")) for block in sent[-1]["content"]] == [
        ("sunny", None),
        ("Error: ValueError: no forecast", True),
    ]


async def test_pictures_that_a_tool_returns_are_blocks_of_its_result(client: AsyncClient, emu: Emulator) -> None:
    picture: dict[str, object] = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
    }

    def get_weather(city: str) -> list[dict[str, object]]:
        return [{"type": "text", "text": f"The sky over {city}"}, picture]

    run = client.messages.run_tools(model=MODEL, max_tokens=64, messages=WEATHER, tools=[get_weather])
    assert (await run.until_done()).stop_reason == "end_turn"
    sent = fields(emu.requests[1])["messages"]
    assert isinstance(sent, list)
    assert sent[-1]["content"][0]["content"] == [{"type": "text", "text": "The sky over Paris"}, picture]
    await client.messages.create(model=MODEL, max_tokens=64, messages=run.messages)


async def test_a_run_that_ends_too_late_can_be_gone_on_with(client: AsyncClient) -> None:
    run = client.messages.run_tools(
        model=MODEL,
        max_tokens=64,
        messages=WEATHER,
        tools=[get_weather],
        max_turns=1,
        extra_headers=behaving("tool-call"),
    )
    with pytest.raises(MaxTurnsError):
        await run.until_done()
    assert (await client.messages.create(model=MODEL, max_tokens=64, messages=run.messages)).text


async def test_tokens_are_estimated_without_a_call(client: AsyncClient, emu: Emulator) -> None:
    count = await client.messages.count_tokens(model=MODEL, messages=HELLO, system="Be brief.", tools=[get_weather])
    assert count.estimated
    assert 20 < count.input_tokens < 80
    assert list(emu.requests) == []


async def test_what_is_wrong_is_refused_before_it_is_sent(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(InvalidRequestError, match="max_tokens"):
        await client.messages.create(model=MODEL, max_tokens=0, messages=HELLO)
    with pytest.raises(InvalidRequestError, match="needs output_format= or tools="):
        await client.messages.parse(model=MODEL, max_tokens=9, messages=HELLO, tools=[])
    with pytest.raises(InvalidRequestError, match="final_answer"):
        client.messages.stream(
            model=MODEL,
            max_tokens=9,
            messages=HELLO,
            output_format=Order,
            tools=[{"name": "final_answer", "input_schema": {}}],
        )
    with pytest.raises(InvalidRequestError, match="max_turns"):
        client.messages.run_tools(model=MODEL, max_tokens=9, messages=HELLO, tools=[get_weather], max_turns=0)
    assert list(emu.requests) == []


async def test_a_deployment_and_a_model_by_its_id_have_messages(client: AsyncClient, emu: Emulator) -> None:
    deployment = client.deployments("abcd1234", environment="staging")
    message = await deployment.messages.create(model="served", max_tokens=64, messages=HELLO)
    assert (message.text, message.model) == (SAID, "served")
    async with client.messages.stream(model="abcd1234", max_tokens=64, messages=HELLO) as stream:
        assert await stream.get_final_text() == SAID
    assert [request.path for request in emu.requests] == [
        "/model/abcd1234/environments/staging/sync/v1/messages",
        "/model/abcd1234/environments/production/sync/v1/messages",
    ]


async def test_a_pool_asks_another_member_until_the_first_event_has_come(client: AsyncClient, emu: Emulator) -> None:
    pool = client.pool([Target("abcd1234", model="llama"), Target(model=MODEL)])
    message = await pool.messages.create(max_tokens=64, messages=HELLO)
    assert message.text == SAID
    assert message.meta.served_by in pool.members
    run = pool.messages.run_tools(max_tokens=64, messages=WEATHER, tools=[get_weather])
    assert (await run.until_done()).text == "The tool says: sunny in Paris"
    parsed = await pool.messages.parse(max_tokens=99, messages=HELLO, output_format=Order)
    assert parsed.parsed.item
    assert (await pool.messages.count_tokens(messages=HELLO)).estimated
    emu.requests.clear()
    only_bad = client.pool([Target("emulator-end-0"), Target(model=MODEL)], seed=3)
    for _ in range(4):
        async with only_bad.messages.stream(max_tokens=64, messages=HELLO) as stream:
            assert await stream.get_final_text() == SAID
    assert {request.path.split("/")[1] for request in emu.requests} == {"model", "v1"}


class Watching(Observer, CallObserver):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.chunks: list[object] = []
        self.ends: list[CallEnded] = []

    def started(self, call: CallStarted) -> CallObserver:
        return self

    def chunk(self, chunk: object) -> None:
        self.chunks.append(chunk)

    def ended(self, end: CallEnded) -> None:
        self.ends.append(end)


async def test_observers_are_told_of_each_event_and_of_the_message(emu: Emulator) -> None:
    watching = Watching()
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, hooks=[watching]) as client:
        message = await client.messages.create(model=MODEL, max_tokens=64, messages=HELLO)
        async with client.messages.stream(model=MODEL, max_tokens=64, messages=HELLO) as stream:
            await stream.until_done()
    assert [getattr(chunk, "type", None) for chunk in watching.chunks][-1] == "message_stop"
    first, second = (end.result for end in watching.ends)
    assert first == message
    assert isinstance(second, Message)
    assert (second.text, watching.ends[1].complete) == (SAID, True)


async def test_the_reply_is_there_as_it_came(client: AsyncClient, emu: Emulator) -> None:
    raw = await client.messages.with_raw_response.create(
        model=MODEL, max_tokens=64, messages=HELLO, system="Be brief.", tools=[get_weather]
    )
    assert (raw.status_code, raw.headers["content-type"]) == (200, "application/json")
    assert raw.parse().text == SAID in raw.text
    assert raw.request_id == raw.parse().meta.request_id is not None
    assert {*fields(only(emu))} == {"model", "messages", "max_tokens", "system", "tools"}


async def test_an_object_is_watched_while_it_grows(client: AsyncClient) -> None:
    async with client.messages.stream(model=MODEL, max_tokens=200, messages=HELLO, output_format=Order) as stream:
        partials = stream.partials()
        grown = [(partial, partials.missing) async for partial in partials]
        whole = await stream.get_parsed()
    assert len(grown) > 1
    assert "size" in grown[0][1]
    assert grown[-1] == (whole.parsed, ())
    assert all(isinstance(partial, Order) for partial, _ in grown)
    async with client.messages.stream(model=MODEL, max_tokens=64, messages=HELLO) as plain:
        with pytest.raises(ConfigurationError, match="output_format="):
            plain.partials()


@pytest.mark.parametrize("begun", [0, 9])
async def test_an_object_that_is_written_as_text_grows_too(client: AsyncClient, begun: int) -> None:
    text = '{"item": "a hat with a feather", "count": 3, "size": "large"}'
    async with client.messages.stream(
        model=MODEL,
        max_tokens=200,
        messages=HELLO,
        output_format=Order,
        extra_body={"tool_choice": {"type": "none"}, "emulator": {"text": text}},
    ) as stream:
        for _ in range(begun):
            await anext(stream)
        items = [partial.item async for partial in stream.partials()]
        assert (await stream.get_parsed()).parsed == Order(item="a hat with a feather", count=3, size="large")
    grown = [item for item in items if item]
    assert len(grown) > 2
    assert all("a hat with a feather".startswith(item) for item in grown)
    assert sorted(grown, key=len) == grown
    assert grown[-1] == "a hat with a feather"
