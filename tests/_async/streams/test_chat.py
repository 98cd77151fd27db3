"""Streamed chats over a socket: how they arrive, how they end, and that every end gives everything back."""

from __future__ import annotations

import gc
from io import StringIO

import pytest

from baseten_sdk import (
    APIConnectionError,
    AsyncChatStream,
    AsyncClient,
    Limits,
    RateLimitError,
    StreamAPIError,
    StreamDecodeError,
    StreamInterrupted,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, IDLE, MODEL, SAID, behaving, fields, only

pytestmark = pytest.mark.anyio

BUSY = "<1 of 256 in flight, 0 waiting>"


async def opened(client: AsyncClient, spec: str = "style=a") -> AsyncChatStream:
    return await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True, extra_headers=behaving(spec))


async def read(stream: AsyncChatStream) -> str:
    return "".join([chunk.text async for chunk in stream])


async def collect(stream: AsyncChatStream, text: StringIO) -> None:
    """Read a stream to its end, which may be an error: what came before it is in `text`."""
    async for chunk in stream:
        text.write(chunk.text)


async def test_a_stream_asks_for_events_and_gives_chunks(client: AsyncClient, emu: Emulator) -> None:
    async with await opened(client) as chunks:
        assert BUSY in repr(client)
        received = [chunk async for chunk in chunks]
    assert "".join(chunk.text for chunk in received) == SAID
    assert {chunk.id for chunk in received} == {received[0].id}
    assert [choice.finish_reason for chunk in received for choice in chunk.choices if choice.finish_reason] == ["stop"]
    assert fields(only(emu)) == {"model": MODEL, "messages": HELLO, "stream": True}
    assert only(emu).headers["accept"] == "text/event-stream"
    assert chunks.meta.status_code == 200
    assert chunks.meta.attempts == 1
    assert chunks.meta.request_id == chunks.meta.headers["x-baseten-request-id"]
    assert IDLE in repr(client)


async def test_a_stream_is_iterated_without_a_with_block(client: AsyncClient) -> None:
    stream = await opened(client)
    assert await read(stream) == SAID
    assert IDLE in repr(client)
    assert await read(stream) == ""


@pytest.mark.parametrize(
    "spec",
    [
        *(f"style={style}" for style in ("a", "b", "c", "litellm", "llama-cpp")),
        *("comments", "named-events", "multi-line", "crlf", "cr", "bom", "burst", "length", "octet-stream"),
        *("pieces=1", "pieces=7, crlf", "no-done", "no-finish", "finish=early", "finish=with", "choice-pair"),
        *("no-choices=null", "no-choices=absent", "no-choices=empty", "usage=none", "usage=null", "no-usage-chunk"),
        "content-type=text/plain",
    ],
)
async def test_every_way_to_send_a_stream_says_the_same(client: AsyncClient, spec: str) -> None:
    async with await opened(client, spec) as chunks:
        assert await read(chunks) == SAID
    assert IDLE in repr(client)


@pytest.mark.parametrize("usage", ["each", "last", "mixed"])
async def test_the_last_usage_counts(client: AsyncClient, usage: str) -> None:
    plain = await client.chat.completions.create(model=MODEL, messages=HELLO)
    async with await opened(client, f"usage={usage}") as chunks:
        seen = [chunk.usage async for chunk in chunks if chunk.usage is not None]
    assert seen[-1] == plain.usage
    assert len(seen) == 1 or seen[0] != seen[-1]


@pytest.mark.parametrize("ids", ["same", "fresh", "empty", "absent"])
async def test_tool_calls_come_in_fragments(client: AsyncClient, ids: str) -> None:
    function = {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
    async with await client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "The weather in Paris?"}],
        tools=[{"type": "function", "function": function}],
        stream=True,
        extra_headers=behaving(f"tool-ids={ids}"),
    ) as chunks:
        deltas = [call async for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls]
    assert {delta.index for delta in deltas} == {0}
    assert deltas[0].id
    assert deltas[0].function is not None
    assert deltas[0].function.name == "get_weather"
    assert "".join(delta.function.arguments for delta in deltas if delta.function) == '{"city": "Paris"}'


async def test_a_gathered_stream_is_read_all_the_same(client: AsyncClient, emu: Emulator) -> None:
    stream = await client.chat.completions.create(
        model=MODEL, messages=HELLO, stream=True, extra_headers={"accept": "application/json"}
    )
    assert stream.meta.headers["content-type"] == "application/json"
    assert await read(stream) == SAID
    assert IDLE in repr(client)


async def test_after_done_the_connection_is_kept(client: AsyncClient, emu: Emulator) -> None:
    for _ in range(3):
        async with await opened(client) as chunks:
            assert await read(chunks) == SAID
    requests = emu.requests.wait_until(lambda seen: all(request.finished for request in seen))
    assert len({request.client for request in requests}) == 1
    assert not any(request.disconnected for request in requests)


@pytest.mark.parametrize("leave", ["break", "aclose"])
async def test_leaving_early_gives_connection_and_place_back(client: AsyncClient, emu: Emulator, leave: str) -> None:
    async with await opened(client, "stall=4") as chunks:
        async for chunk in chunks:
            assert chunk.id
            assert BUSY in repr(client)
            if leave == "aclose":
                await chunks.aclose()
                assert IDLE in repr(client)
                await chunks.aclose()
            break
    assert IDLE in repr(client)
    assert (await client.chat.completions.create(model=MODEL, messages=HELLO)).text == SAID
    first, second = emu.requests.wait_until(lambda seen: seen[0].disconnected)
    assert first.client != second.client


async def test_a_closed_stream_gives_no_more_than_had_arrived(client: AsyncClient) -> None:
    stream = await opened(client, "burst")
    assert (await anext(stream)).id
    await stream.aclose()
    assert await read(stream) == SAID
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_an_exception_in_the_block_gives_everything_back(client: AsyncClient) -> None:
    async def fail_at_once() -> None:
        async with await opened(client, "stall=4") as chunks:
            async for _ in chunks:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_at_once()
    assert IDLE in repr(client)
    assert (await client.chat.completions.create(model=MODEL, messages=HELLO)).text == SAID


async def test_a_forgotten_stream_warns_and_gives_its_place_back(client: AsyncClient) -> None:
    forgotten = [await opened(client, "stall=4")]
    assert BUSY in repr(client)
    with pytest.warns(ResourceWarning, match="stream was not closed"):
        forgotten.clear()
    assert IDLE in repr(client)
    # The iterators of httpx inside are a cycle, which is to be found here and not in another test.
    gc.collect()


@pytest.mark.parametrize("spec", ["cut=4", "cut=4, reset", "end=4", "cut=4, length"])
async def test_a_cut_stream_is_not_success_and_keeps_what_had_come(client: AsyncClient, spec: str) -> None:
    stream = await opened(client, spec)
    received = StringIO()
    with pytest.raises(StreamInterrupted) as caught:
        await collect(stream, received)
    error = caught.value
    # What a reset discards on its way does not arrive.
    assert received.getvalue() or "reset" in spec
    assert SAID.startswith(received.getvalue())
    assert (error.partial.text if error.partial else "") == received.getvalue()
    assert error.request_id == stream.meta.request_id
    assert error.attempts == 1
    assert error.url is not None
    assert error.url.endswith("/v1/chat/completions")
    assert isinstance(error.__cause__, APIConnectionError) == ("cut" in spec)
    assert IDLE in repr(client)
    assert (await client.chat.completions.create(model=MODEL, messages=HELLO)).text == SAID


async def test_neither_finish_reason_nor_done_is_no_end(client: AsyncClient) -> None:
    stream = await opened(client, "no-end")
    with pytest.raises(StreamInterrupted, match=r"neither a finish_reason nor \[DONE\]") as caught:
        await read(stream)
    assert caught.value.partial is not None
    assert caught.value.partial.text == SAID


@pytest.mark.parametrize("spec", ["lone-done", "reply=empty", "cut=0", "end=0"])
async def test_a_stream_of_nothing_is_no_success(client: AsyncClient, spec: str) -> None:
    stream = await opened(client, spec)
    with pytest.raises(StreamInterrupted) as caught:
        await read(stream)
    assert caught.value.partial is None
    assert IDLE in repr(client)


async def test_a_text_in_the_place_of_a_stream_is_shown(client: AsyncClient) -> None:
    stream = await opened(client, "reply=not-json")
    with pytest.raises(StreamDecodeError, match="is not a stream: 'upstream says hello'"):
        await read(stream)
    assert IDLE in repr(client)


@pytest.mark.parametrize("kind", ["string", "object", "object-error", "event"])
async def test_an_error_inside_a_stream_is_raised_after_what_came_before(client: AsyncClient, kind: str) -> None:
    stream = await opened(client, f"stream-error={kind}, message=out of memory, code=oom, no-done")
    received = StringIO()
    with pytest.raises(StreamAPIError, match="out of memory") as caught:
        await collect(stream, received)
    error = caught.value
    assert received.getvalue()
    assert SAID.startswith(received.getvalue())
    assert error.partial is not None
    assert error.partial.text == received.getvalue()
    assert error.body is not None
    assert error.code == (None if kind == "string" else "oom")
    assert error.request_id == stream.meta.request_id
    assert IDLE in repr(client)


async def test_an_error_instead_of_a_stream_is_the_services_error(client: AsyncClient) -> None:
    stream = await opened(client, "reply=error, message=no such luck")
    with pytest.raises(StreamAPIError, match="no such luck"):
        await read(stream)
    assert IDLE in repr(client)


async def test_a_page_instead_of_a_stream_cannot_be_read(client: AsyncClient) -> None:
    stream = await opened(client, "reply=html")
    with pytest.raises(StreamDecodeError, match="502 Bad Gateway"):
        await read(stream)
    assert IDLE in repr(client)


async def test_an_event_that_is_too_large_is_refused(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(
        transport=transport, api_key=emu.api_key, endpoints=emu.endpoints, limits=Limits(event=100)
    ) as client:
        stream = await opened(client)
        with pytest.raises(StreamDecodeError, match="event"):
            await read(stream)
        assert IDLE in repr(client)


async def test_an_error_before_the_stream_is_raised_by_the_call(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(RateLimitError) as caught:
        await opened(client, "status=429")
    assert caught.value.attempts == len(emu.requests) == 3
    assert IDLE in repr(client)


async def test_a_stream_that_failed_to_begin_is_tried_again(client: AsyncClient, emu: Emulator) -> None:
    stream = await client.chat.completions.create(
        model=MODEL, messages=HELLO, stream=True, extra_headers=behaving("fail=2"), request_id="again"
    )
    assert stream.meta.attempts == len(emu.requests) == 3
    assert await read(stream) == SAID


async def test_a_stream_that_was_cut_is_not_tried_again(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(StreamInterrupted):
        await read(await opened(client, "cut=2"))
    assert len(emu.requests) == 1


async def test_two_streams_are_read_in_turns(client: AsyncClient) -> None:
    async with await opened(client, "style=a") as one, await opened(client, "style=c") as other:
        texts = ["", ""]
        async for chunk in one:
            texts[0] += chunk.text
            chunk = await anext(other, chunk)
            texts[1] += chunk.text
        texts[1] += await read(other)
    assert texts[0] == SAID
    assert SAID in texts[1]
    assert IDLE in repr(client)
