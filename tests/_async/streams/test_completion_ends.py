"""How a typed stream ends over a socket: left, cut, failed or cancelled; each gives everything back."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TypeVar

import anyio
import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncCompletionStream,
    StreamAPIError,
    StreamInterrupted,
    TextDelta,
)
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, IDLE, MODEL, SAID, behaving

# unasync: remove
pytestmark = pytest.mark.anyio
# unasync: end

T = TypeVar("T")

BUSY = "<1 of 256 in flight, 0 waiting>"


class Invoice(BaseModel):
    number: str
    note: str


def hello(client: AsyncClient, spec: str = "style=a") -> AsyncCompletionStream[None]:
    return client.chat.completions.stream(model=MODEL, messages=HELLO, extra_headers=behaving(spec))


async def collect(source: AsyncIterable[T], into: list[T]) -> None:
    async for each in source:
        into.append(each)  # noqa: PERF401  # what came before an error is kept


async def fail_within(stream: AsyncCompletionStream[None]) -> None:
    async with stream:
        async for _ in stream:
            raise ZeroDivisionError


async def test_leaving_early_gives_connection_and_place_back(client: AsyncClient, emu: Emulator) -> None:
    async with hello(client, "stall=4") as stream:
        async for event in stream:
            if isinstance(event, TextDelta):
                break
        assert BUSY in repr(client)
    assert IDLE in repr(client)
    snapshot = stream.snapshot
    assert snapshot is not None
    assert snapshot.text
    assert SAID.startswith(snapshot.text)
    with pytest.raises(StreamInterrupted, match="left before its end") as caught:
        await stream.get_final_completion()
    assert caught.value.partial is not None
    assert SAID.startswith(caught.value.partial.text)
    emu.requests.wait_until(lambda seen: seen[0].disconnected)


async def test_what_had_arrived_whole_is_still_whole_after_leaving(client: AsyncClient) -> None:
    async with hello(client, "burst, length") as stream:
        await anext(stream)
    completion = await stream.get_final_completion()
    assert completion.text == SAID
    assert IDLE in repr(client)


async def test_an_exception_in_the_block_gives_everything_back(client: AsyncClient) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail_within(hello(client, "stall=4"))
    assert IDLE in repr(client)
    async with hello(client) as stream:
        assert (await stream.get_final_completion()).text == SAID


@pytest.mark.parametrize("spec", ["cut=5", "end=5", "cut=5, length"])
async def test_a_cut_stream_is_not_success(client: AsyncClient, spec: str) -> None:
    told: list[object] = []
    async with hello(client, spec) as stream:
        with pytest.raises(StreamInterrupted) as caught:
            await collect(stream, told)
        assert IDLE in repr(client)
        error = caught.value
        text = "".join([event.text for event in told if isinstance(event, TextDelta)])
        assert error.partial is not None
        assert error.partial.text == text
        assert text
        assert error.request_id == stream.meta.request_id
        with pytest.raises(StreamInterrupted) as again:
            await stream.get_final_completion()
        assert again.value is error
    assert stream.snapshot is not None
    assert stream.snapshot.text == text


async def test_an_error_inside_the_stream_keeps_what_came_before(client: AsyncClient) -> None:
    async with hello(client, "stream-error=object, message=out of memory, code=oom") as stream:
        with pytest.raises(StreamAPIError, match="out of memory") as caught:
            await stream.get_final_completion()
        with pytest.raises(StreamAPIError):
            await stream.get_final_completion()
    assert caught.value.partial is not None
    assert caught.value.partial.text
    assert caught.value.partial == stream.snapshot


async def test_a_cut_stream_of_an_object_ends_its_partials_with_the_error(client: AsyncClient) -> None:
    partials: list[Invoice] = []
    text = '{"number": "A-12", "note": "three pens, one of them red"}'
    stream = client.chat.completions.stream(
        model=MODEL,
        messages=HELLO,
        response_format=Invoice,
        extra_body={"emulator": {"text": text, "cut": 8}},
    )
    async with stream:
        with pytest.raises(StreamInterrupted):
            await collect(stream.partials(), partials)
        with pytest.raises(StreamInterrupted):
            await stream.get_parsed()
    assert "A-12".startswith(partials[-1].number)


# unasync: remove
async def test_cancelling_gives_connection_and_place_back_and_keeps_what_came(client: AsyncClient) -> None:
    stream = hello(client, "stall=5")
    with anyio.CancelScope() as scope:
        async with stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    scope.cancel()
    assert scope.cancelled_caught
    assert IDLE in repr(client)
    assert stream.snapshot is not None
    assert stream.snapshot.text
    with pytest.raises(StreamInterrupted):
        await stream.get_final_completion()


# unasync: end
