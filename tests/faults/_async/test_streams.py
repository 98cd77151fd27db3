"""Streams that are none, end badly, or tell of an error: typed, with the server's words and what had arrived."""

from __future__ import annotations

import time

import pytest

from baseten_sdk import (
    APIError,
    AsyncChatStream,
    AsyncClient,
    AsyncCompletionStream,
    ChunkReceived,
    FirstByteTimeout,
    Limits,
    StreamAPIError,
    StreamDecodeError,
    StreamError,
    StreamInterrupted,
    TextDelta,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from tests._async.calling import CHUNK, KEY, LONG, client_of, stream_of
from tests.asking import HELLO, IDLE, MODEL
from tests.faults.scripted import Action, Hold, More, Read, Reset, ScriptedServer, Send, event, events, reply
from tests.patience import growing

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
FINISH = '{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}'
DEEP = "[" * 10_000 + "]" * 10_000
DIGITS = "9" * 6_000


def sse(*data: str) -> bytes:
    return b"".join(f"data: {each}\n\n".encode() for each in data)


WITHOUT_CONTENT: dict[str, tuple[bytes, type[StreamError], str]] = {
    "nothing": (b"", StreamInterrupted, "before anything"),
    "lone-done": (sse("[DONE]"), StreamInterrupted, "before anything"),
    "pings": (b": ping\n\n" * 3, StreamInterrupted, "before anything"),
    "page": (b"<html>502 Bad Gateway</html>", StreamDecodeError, "502 Bad Gateway"),
    "text": (b"Internal Server Error", StreamDecodeError, "Internal Server Error"),
    "json-error": (b'{"error": {"message": "no luck", "code": "x1"}}', StreamAPIError, "no luck"),
    "json-text": (b'{"error": "no luck"}', StreamAPIError, "no luck"),
    "json-detail": (b'{"detail": "no luck"}', StreamAPIError, "no luck"),
    "error-first": (sse('{"error": {"message": "no luck"}}'), StreamAPIError, "no luck"),
    "cut-json": (b'{"choices": [{"mess', StreamDecodeError, "mess"),
}

AFTER_A_CHUNK: dict[str, tuple[bytes, type[StreamError], str]] = {
    "neither-end": (b"", StreamInterrupted, "neither"),
    "half-an-event": (b'data: {"choices": [{"ind', StreamInterrupted, "neither"),
    "event-json": (b'event: error\ndata: {"message": "no luck"}\n\n', StreamAPIError, "no luck"),
    "event-text": (b"event: error\ndata: no luck\n\n", StreamAPIError, "no luck"),
    "event-empty": (b"event: error\ndata:\n\n", StreamAPIError, "does not say"),
    "object-error": (sse('{"object": "error", "message": "no luck", "code": 400}'), StreamAPIError, "no luck"),
    "error-object": (sse('{"error": {"message": "no luck"}}'), StreamAPIError, "no luck"),
    "error-text": (sse('{"error": "no luck"}'), StreamAPIError, "no luck"),
    "error-and-choices": (sse('{"error": {"message": "no luck"}, "choices": []}'), StreamAPIError, "no luck"),
    "message-and-code": (sse('{"message": "no luck", "code": 500}'), StreamAPIError, "no luck"),
    "detail": (sse('{"detail": "no luck"}'), StreamAPIError, "no luck"),
    "error-digits": (sse('{"error": ' + DIGITS + "}"), StreamAPIError, "999"),
    "error-deep": (sse('{"error": ' + DEEP + "}"), StreamAPIError, "error"),
    "error-after-the-finish": (sse(FINISH, '{"error": "no luck"}', "[DONE]"), StreamAPIError, "no luck"),
    "garbage": (sse("not json"), StreamDecodeError, "not json"),
    "a number": (sse("7", "[DONE]"), StreamDecodeError, "7"),
    "list": (sse("[]", "[DONE]"), StreamDecodeError, "not a chunk"),
    "choices-text": (sse('{"choices": "x"}'), StreamDecodeError, "choices"),
    "deep": (sse('{"x": ' + DEEP + "}"), StreamDecodeError, "recursion"),
    "digits": (sse('{"choices": [{"delta": {"content": ' + DIGITS + "}}]}"), StreamDecodeError, "number"),
    "invalid-utf8": (
        b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n',
        StreamDecodeError,
        "unicode",
    ),
}


async def read(stream: AsyncChatStream, received: list[str]) -> None:
    while True:
        received.append((await anext(stream)).text)


async def failed(client: AsyncClient, received: list[str]) -> StreamError:
    stream = await stream_of(client)
    with pytest.raises(StreamError) as caught:
        await read(stream, received)
    assert IDLE in repr(client)
    error = caught.value
    assert error.method == "POST"
    assert error.url is not None
    assert error.url in str(error)
    assert (error.attempts, error.elapsed is not None) == (1, True)
    return error


@pytest.mark.parametrize(("body", "kind", "says"), WITHOUT_CONTENT.values(), ids=WITHOUT_CONTENT)
async def test_a_stream_that_is_none_is_a_typed_error(
    body: bytes, kind: type[StreamError], says: str, transport: TransportName
) -> None:
    with ScriptedServer([Send(HEAD + body)]) as server:
        async with client_of(transport, server) as client:
            received: list[str] = []
            error = await failed(client, received)
    assert type(error) is kind
    assert says in str(error)
    assert (received, error.partial) == ([], None)


@pytest.mark.parametrize(("rest", "kind", "says"), AFTER_A_CHUNK.values(), ids=AFTER_A_CHUNK)
async def test_a_stream_that_ends_badly_hands_out_what_was_good(
    rest: bytes, kind: type[StreamError], says: str, transport: TransportName
) -> None:
    with ScriptedServer([Send(HEAD + sse(CHUNK) + rest)]) as server:
        async with client_of(transport, server) as client:
            received: list[str] = []
            error = await failed(client, received)
    assert type(error) is kind
    assert says in str(error)
    assert received[0] == "Hi"
    assert error.partial is not None
    assert error.partial.text == "Hi"
    assert len(str(error)) < 6000


@pytest.mark.parametrize("rest", [[Reset()], [], [Hold()]], ids=["reset", "cut", "stalled"])
async def test_a_stream_that_breaks_keeps_what_had_arrived(rest: list[Action], transport: TransportName) -> None:
    for limit in growing(0.3):  # httpx without await waits for an event as long as for the first byte
        with ScriptedServer([events(CHUNK, CHUNK), *rest]) as server:
            async with client_of(transport, server, idle=limit, first_byte=limit) as client:
                stream = client.chat.completions.stream(model=MODEL, messages=HELLO)
                with pytest.raises(APIError) as caught:
                    await until_done(stream)
                with pytest.raises(APIError):
                    await stream.get_final_completion()
                assert IDLE in repr(client)
        if not isinstance(caught.value, FirstByteTimeout):
            partial = getattr(caught.value, "partial", None)
            assert partial is not None
            assert partial.text == "HiHi"
            assert stream.snapshot is not None
            assert stream.snapshot.text == "HiHi"
            return


async def until_done(stream: AsyncCompletionStream[None]) -> None:
    async with stream:
        await stream.until_done()


@pytest.mark.parametrize("end", [(FINISH,), ("[DONE]",), (FINISH, "[DONE]")], ids=["finish", "done", "both"])
async def test_either_end_is_success(end: tuple[str, ...], transport: TransportName) -> None:
    with ScriptedServer([Send(HEAD + sse(CHUNK, *end))]) as server:
        async with client_of(transport, server) as client:
            stream = await stream_of(client)
            assert "".join([chunk.text async for chunk in stream]) == "Hi"


@pytest.mark.parametrize("opening", [b"data: ", b": ", b"event: ", b'data: {"choices": [{"delta": {"content": "'])
async def test_an_event_without_an_end_is_bounded(opening: bytes, transport: TransportName) -> None:
    endless: list[Action] = [Read(), More(HEAD + opening), *[More(b"x" * 1_000_000)] * 100]
    with ScriptedServer(endless, [events(CHUNK, "[DONE]", end=True)]) as server:
        async with client_of(transport, server) as client:
            began = time.monotonic()
            stream = await stream_of(client)
            with pytest.raises(StreamDecodeError, match=r"Limits\(event=...\)"):
                await anext(stream)
            assert time.monotonic() - began < LONG
            assert [chunk.text async for chunk in await stream_of(client)] == ["Hi"]


async def test_pings_for_ever_are_no_events(transport: TransportName) -> None:
    endless: list[Action] = [Read(), More(HEAD), *[More(b": ping\n\n" * 10_000)] * 200]
    for limit in growing(0.1):
        with ScriptedServer(endless) as server:
            async with client_of(transport, server, first_byte=limit) as client:
                with pytest.raises(FirstByteTimeout) as caught:
                    await anext(await stream_of(client))
                assert IDLE in repr(client)
        if caught.value.status_code == 200:  # its head had come in time
            break


async def test_the_time_for_an_event_is_linear_in_its_size(transport: TransportName) -> None:
    text = "x" * 4_000_000
    chunk = f'{{"choices": [{{"index": 0, "delta": {{"content": "{text}"}}}}]}}'
    pieces = [More(chunk[at : at + 4096].encode()) for at in range(0, len(chunk), 4096)]
    with ScriptedServer([Read(), More(HEAD + b"data: "), *pieces, More(b"\n\n" + sse("[DONE]"))]) as server:
        async with client_of(transport, server) as client:
            began = time.monotonic()
            assert [len(chunk.text) async for chunk in await stream_of(client)] == [len(text)]
            assert time.monotonic() - began < LONG


async def fail_inside(client: AsyncClient) -> None:
    async with await stream_of(client) as chunks:
        async for _ in chunks:
            raise ZeroDivisionError


async def test_a_stream_that_is_left_gives_everything_back(transport: TransportName) -> None:
    script: list[Action] = [events(CHUNK, CHUNK), Hold()]
    with ScriptedServer(script, script, script, [reply(b'{"data": []}'), Hold()]) as server:
        async with AsyncClient(
            transport=transport, api_key=KEY, base_url=server.url, limits=Limits(concurrency=1)
        ) as client:
            async for _ in (stream := await stream_of(client)):
                break
            await stream.aclose()
            async with client.chat.completions.stream(model=MODEL, messages=HELLO) as typed:
                assert isinstance(await anext(typed), ChunkReceived)
                assert isinstance(await anext(typed), TextDelta)
            with pytest.raises(ZeroDivisionError):
                await fail_inside(client)
            assert len(await client.models.list()) == 0
            for number in range(3):
                assert server.wait_until_left(number)


async def test_a_stream_that_is_forgotten_gives_its_place_back() -> None:
    with ScriptedServer([events(CHUNK), Hold()], [reply(b'{"data": []}'), Hold()]) as server:
        async with AsyncClient(
            transport="direct", api_key=KEY, base_url=server.url, limits=Limits(concurrency=1)
        ) as client:
            streams = [await stream_of(client)]
            assert (await anext(streams[0])).text == "Hi"
            with pytest.warns(ResourceWarning, match="A stream was not closed"):
                streams.clear()
            assert len(await client.models.list(deadline=LONG)) == 0
            assert server.wait_until_left(0)


async def test_a_stream_that_was_left_early_is_no_whole_message(transport: TransportName) -> None:
    with ScriptedServer([events(CHUNK), event(FINISH), Hold()]) as server:
        async with client_of(transport, server) as client:
            async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
                await anext(stream)
            with pytest.raises(StreamInterrupted) as caught:
                await stream.get_final_completion()
    assert caught.value.partial is not None


async def test_an_integer_of_thousands_of_digits_costs_no_chunk(transport: TransportName) -> None:
    beside = CHUNK.replace("{", '{"x": ' + DIGITS + ', "created": ' + DIGITS + ", ", 1)
    with ScriptedServer([Send(HEAD + sse(beside, CHUNK, FINISH, "[DONE]"))]) as server:
        async with client_of(transport, server) as client:
            stream = await stream_of(client)
            assert [chunk.text async for chunk in stream][:2] == ["Hi", "Hi"]
