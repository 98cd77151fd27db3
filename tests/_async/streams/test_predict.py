"""The stream of a deployment's own model, in the five ways of reading it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable

import pytest

from baseten_sdk import (
    AsyncClient,
    AsyncDeployment,
    AsyncPredictStream,
    ConfigurationError,
    Limits,
    ModelError,
    StreamDecodeError,
    StreamInterrupted,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import IDLE, behaving, only

pytestmark = pytest.mark.anyio

TEXT = "Zoë\u2028says\r\n“日本語” 🙂\nlast"
ITEMS = [{"n": 1, "é": "\u2028"}, [2], "three", None]


@pytest.fixture
def deployment(client: AsyncClient) -> AsyncDeployment:
    return client.deployments("abcd1234")


def text(spec: str = "") -> dict[str, object]:
    return {"stream": True, "text": TEXT, "emulator": spec}


def items(kind: str) -> dict[str, object]:
    return {"stream": True, "format": kind, "items": ITEMS}


async def test_bytes_come_as_they_are(deployment: AsyncDeployment, emu: Emulator, client: AsyncClient) -> None:
    async with deployment.stream_predict(text()) as stream:
        assert "<1 of 256" in repr(client)
        assert stream.meta.status_code == 200
        assert b"".join([piece async for piece in stream.bytes()]) == TEXT.encode()
    assert only(emu).headers["accept"] == "*/*"
    assert IDLE in repr(client)


@pytest.mark.parametrize("pieces", [1, 2, 5, 1000])
async def test_text_is_never_cut_inside_a_character(deployment: AsyncDeployment, pieces: int) -> None:
    async with deployment.stream_predict(text(f"pieces={pieces}")) as stream:
        received = [part async for part in stream.text()]
    assert "".join(received) == TEXT
    assert "" not in received


@pytest.mark.parametrize("pieces", [1, 2, 5, 1000])
async def test_lines_end_where_lines_end(deployment: AsyncDeployment, pieces: int) -> None:
    async with deployment.stream_predict(text(f"pieces={pieces}")) as stream:
        assert [line async for line in stream.lines()] == ["Zoë\u2028says", "“日本語” 🙂", "last"]


async def test_json_lines_are_values(deployment: AsyncDeployment) -> None:
    async with deployment.stream_predict(items("json-lines")) as stream:
        assert [value async for value in stream.json_lines()] == ITEMS


async def test_events_are_events_and_done_is_one(deployment: AsyncDeployment) -> None:
    async with deployment.stream_predict(items("sse")) as stream:
        events = [event async for event in stream.sse()]
    assert [json.loads(event.data) for event in events[:-1]] == ITEMS
    assert events[-1].data == b"[DONE]"
    assert {event.event for event in events} == {"message"}


async def test_bytes_may_be_streamed_in_and_out(deployment: AsyncDeployment, emu: Emulator) -> None:
    async with deployment.stream_predict(b"\x00\xff") as stream:
        assert b"".join([piece async for piece in stream.bytes()]) == b"\x00\xff"
    assert only(emu).headers["content-type"] == "application/octet-stream"


async def test_nothing_is_sent_before_the_stream_is_entered(deployment: AsyncDeployment, emu: Emulator) -> None:
    stream = deployment.stream_predict(text())
    with pytest.raises(ConfigurationError, match="Enter the stream first"):
        stream.bytes()
    await stream.aclose()
    assert len(emu.requests) == 0


async def test_a_stream_is_read_in_one_way_once(deployment: AsyncDeployment) -> None:
    async with deployment.stream_predict(text()) as stream:
        lines = stream.lines()
        with pytest.raises(ConfigurationError, match="one way, once"):
            stream.text()
        assert [line async for line in lines][-1] == "last"


async def test_leaving_early_gives_everything_back(
    deployment: AsyncDeployment, client: AsyncClient, emu: Emulator
) -> None:
    async with deployment.stream_predict(text("stall=2")) as stream:
        async for part in stream.text():
            assert part
            break
    assert IDLE in repr(client)
    await deployment.predict({})
    emu.requests.wait_until(lambda seen: seen[0].disconnected)


async def exhaust(stream: AsyncPredictStream, way: str) -> None:
    """Enter a stream and read it to its end in one of the five ways."""
    async with stream:
        ways: dict[str, Callable[[], AsyncIterator[object]]] = {
            "bytes": stream.bytes,
            "text": stream.text,
            "lines": stream.lines,
            "json_lines": stream.json_lines,
            "sse": stream.sse,
        }
        async for _ in ways[way]():
            pass


@pytest.mark.parametrize("spec", ["cut=3", "cut=3, reset"])
@pytest.mark.parametrize("way", ["bytes", "text", "lines", "json_lines", "sse"])
async def test_a_cut_stream_is_no_success_in_any_way(
    deployment: AsyncDeployment, client: AsyncClient, spec: str, way: str
) -> None:
    stream = deployment.stream_predict({"stream": True, "text": "12345\n" * 5, "emulator": spec})
    with pytest.raises(StreamInterrupted) as caught:
        await exhaust(stream, way)
    assert caught.value.partial is None
    assert caught.value.request_id is not None
    assert caught.value.attempts == 1
    assert IDLE in repr(client)


async def test_a_line_that_is_not_json_is_an_error(deployment: AsyncDeployment, client: AsyncClient) -> None:
    async with deployment.stream_predict({"stream": True, "text": '{"a": 1}\noops\n'}) as stream:
        values = stream.json_lines()
        assert await anext(values) == {"a": 1}
        with pytest.raises(StreamDecodeError, match="line 2"):
            await anext(values)
        assert IDLE in repr(client)


async def test_a_line_that_is_too_long_is_an_error(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(
        transport=transport, api_key=emu.api_key, endpoints=emu.endpoints, limits=Limits(event=10)
    ) as client:
        deployment = client.deployments("abcd1234")
        for way in ("lines", "sse"):
            stream = deployment.stream_predict({"stream": True, "text": "x" * 30})
            with pytest.raises(StreamDecodeError, match=r"10 bytes; see Limits\(event=...\)"):
                await exhaust(stream, way)
        assert IDLE in repr(client)


@pytest.mark.parametrize("way", ["bytes", "text", "lines", "json_lines", "sse"])
async def test_a_stream_has_a_bound_on_the_whole(emu: Emulator, transport: TransportName, way: str) -> None:
    lines = "1234\n" * 8
    async with AsyncClient(
        transport=transport, api_key=emu.api_key, endpoints=emu.endpoints, limits=Limits(stream=40)
    ) as client:
        deployment = client.deployments("abcd1234")
        await exhaust(deployment.stream_predict({"stream": True, "text": lines}), way)
        with pytest.raises(StreamDecodeError, match=r"it is larger than 40 bytes; see Limits\(stream=...\)") as caught:
            await exhaust(deployment.stream_predict({"stream": True, "text": lines + "5"}), way)
        assert caught.value.request_id is not None
        assert IDLE in repr(client)


async def test_an_error_status_is_raised_on_entering(deployment: AsyncDeployment, client: AsyncClient) -> None:
    with pytest.raises(ModelError):
        async with deployment.stream_predict({}, extra_headers=behaving("model-error"), max_retries=0):
            pytest.fail("entered")
    assert IDLE in repr(client)


async def test_a_plain_reply_is_read_as_a_stream_too(deployment: AsyncDeployment) -> None:
    async with deployment.stream_predict({"a": 1}) as stream:
        assert [value async for value in stream.json_lines()] == [{"a": 1}]
