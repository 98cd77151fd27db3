"""Two readers of one stream: the second is refused, and the first reads all of it."""

from __future__ import annotations

import threading
import time
from io import StringIO

import anyio
import anyio.lowlevel
import pytest

from baseten_sdk import AsyncClient, Client, ConfigurationError, TextDelta
from baseten_sdk._core.policy.transport_choice import TransportName
from tests.asking import HELLO, MODEL
from tests.faults.scripted import PATIENCE, Action, Hold, More, ScriptedServer, event, events

CHUNK = '{"choices": [{"index": 0, "delta": {"content": "Hi"}}]}'
FINISH = '{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}'
SECOND = "Another task or thread is reading this stream"

TRANSPORTS = pytest.mark.parametrize("transport", ["direct", "httpx"])


def script(refused: threading.Event) -> list[Action]:
    return [events(CHUNK), Hold(refused), event(CHUNK), event(FINISH), event("[DONE]"), More(b"0\r\n\r\n")]


@TRANSPORTS
@pytest.mark.anyio
async def test_a_second_task_is_refused(transport: TransportName) -> None:
    async def read() -> None:
        async for chunk in stream:
            text.write(chunk.text)

    refused = threading.Event()
    text = StringIO()
    with ScriptedServer(script(refused)) as server:
        async with AsyncClient(api_key="k", base_url=server.url, transport=transport) as client:
            stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
            async with anyio.create_task_group() as group:
                group.start_soon(read)
                while not stream._body._reading or not text.getvalue():
                    await anyio.lowlevel.checkpoint()
                with pytest.raises(ConfigurationError, match=SECOND):
                    await anext(stream)
                refused.set()
    assert text.getvalue() == "HiHi"


@TRANSPORTS
@pytest.mark.anyio
async def test_a_second_task_is_refused_by_a_helper_too(transport: TransportName) -> None:
    async def read() -> None:
        async for each in stream:
            if isinstance(each, TextDelta):
                text.write(each.text)

    refused = threading.Event()
    text = StringIO()
    with ScriptedServer(script(refused)) as server:
        async with (
            AsyncClient(api_key="k", base_url=server.url, transport=transport) as client,
            client.chat.completions.stream(model=MODEL, messages=HELLO) as stream,
        ):
            async with anyio.create_task_group() as group:
                group.start_soon(read)
                while not text.getvalue():
                    await anyio.lowlevel.checkpoint()
                await anyio.wait_all_tasks_blocked()
                with pytest.raises(ConfigurationError, match=SECOND):
                    await anext(stream)
                refused.set()
            assert (await stream.get_final_completion()).text == "HiHi"
    assert text.getvalue() == "HiHi"


@TRANSPORTS
def test_a_second_thread_is_refused(transport: TransportName) -> None:
    def read() -> None:
        for chunk in stream:
            text.write(chunk.text)

    refused = threading.Event()
    text = StringIO()
    with (
        ScriptedServer(script(refused)) as server,
        Client(api_key="k", base_url=server.url, transport=transport) as client,
    ):
        stream = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        end = time.monotonic() + PATIENCE
        while not stream._body._reading or not text.getvalue():
            assert time.monotonic() < end
            time.sleep(0.0005)
        with pytest.raises(ConfigurationError, match=SECOND):
            next(stream)
        refused.set()
        reader.join(PATIENCE)
    assert text.getvalue() == "HiHi"
