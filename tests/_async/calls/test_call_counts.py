"""The way of a call and of a chunk is short: how many functions of the package one of them enters.

These are bounds, not figures to be met: whoever needs more says why.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

import baseten_sdk
from baseten_sdk import AsyncClient, Target
from tests.asking import HELLO, MODEL
from tests.faults.scripted import ScriptedServer, events, reply

pytestmark = pytest.mark.anyio

PACKAGE = str(Path(baseten_sdk.__file__).parent)

CALLS_OF_A_COMPLETION = 96
CALLS_OF_A_CHUNK = 4
CALLS_OF_A_TEXT_EVENT = 10
CALLS_OF_A_POOL_OF_ONE = 6

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": MODEL,
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
HEADERS = {"X-Baseten-Request-Id": "r1", "X-Baseten-Model-Id": "m1", "X-Baseten-Model-Version-Id": "v1"}


@contextmanager
def entered(package: str = PACKAGE) -> Generator[list[FrameType]]:
    """The frames of a package that are entered meanwhile, or entered again."""
    frames: list[FrameType] = []

    def profile(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(package):
            frames.append(frame)

    sys.setprofile(profile)
    try:
        yield frames
    finally:
        sys.setprofile(None)


def client_of(server: ScriptedServer) -> AsyncClient:
    return AsyncClient(api_key="k", base_url=server.url, transport="direct")


async def test_a_completion_enters_few_functions() -> None:
    answer = reply(json.dumps(COMPLETION).encode(), headers=HEADERS)
    counted: list[set[FrameType]] = []
    with ScriptedServer([answer] * 7) as server:
        async with client_of(server) as client:
            for _ in range(2):
                await client.chat.completions.create(model=MODEL, messages=HELLO)
            for _ in range(5):
                with entered() as frames:
                    await client.chat.completions.create(model=MODEL, messages=HELLO)
                counted.append(set(frames))  # a coroutine once, however often it waits
    functions = min(counted, key=len)  # a reply may come in pieces, each of which is read
    assert 50 < len(functions) <= CALLS_OF_A_COMPLETION, sorted(frame.f_code.co_qualname for frame in functions)


# unasync: remove
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_a_call_on_trio_has_one_cancel_scope() -> None:
    import trio

    answer = reply(json.dumps(COMPLETION).encode(), headers=HEADERS)
    with ScriptedServer([answer] * 2) as server:
        async with client_of(server) as client:
            await client.chat.completions.create(model=MODEL, messages=HELLO)
            with entered(str(Path(trio.__file__).parent)) as frames:
                await client.chat.completions.create(model=MODEL, messages=HELLO)
    scopes = [frame for frame in frames if frame.f_code is trio.CancelScope.__enter__.__code__]
    assert len(scopes) == 1


# unasync: end
async def test_a_pool_of_one_enters_hardly_more() -> None:
    answer = reply(json.dumps(COMPLETION).encode(), headers=HEADERS)
    counts: dict[str, list[int]] = {"alone": [], "pooled": []}
    with ScriptedServer([answer] * 14) as server:
        async with client_of(server) as client:
            completions = client.pool([Target(model=MODEL)]).chat.completions
            for attempt in range(7):
                with entered() as frames:
                    await client.chat.completions.create(model=MODEL, messages=HELLO)
                with entered() as more:
                    await completions.create(messages=HELLO)
                if attempt >= 2:
                    counts["alone"].append(len(set(frames)))
                    counts["pooled"].append(len(set(more)))
    assert 0 < min(counts["pooled"]) - min(counts["alone"]) <= CALLS_OF_A_POOL_OF_ONE


async def test_a_chunk_enters_few_functions() -> None:
    def chunks(count: int) -> list[str]:
        return [json.dumps({"choices": [{"index": 0, "delta": {"content": f"{n} "}}]}) for n in range(count)]

    counts: list[int] = []
    for size in (100, 200):
        with ScriptedServer([events(*chunks(size), "[DONE]")]) as server:
            async with client_of(server) as client:
                stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
                await anext(stream)
                with entered() as frames:
                    assert len([chunk async for chunk in stream]) == size - 1
                counts.append(len(frames))
    few, many = counts
    assert 1 <= (many - few) / 100 <= CALLS_OF_A_CHUNK


async def test_a_text_event_enters_few_functions() -> None:
    def deltas(count: int) -> list[str]:
        delta = {"type": "content_block_delta", "index": 0}
        return [json.dumps({**delta, "delta": {"type": "text_delta", "text": f"{n} "}}) for n in range(count)]

    counts: list[int] = []
    for size in (100, 200):
        with ScriptedServer([events(*deltas(size), '{"type": "message_stop"}')]) as server:
            async with client_of(server) as client:
                async with client.messages.stream(model=MODEL, messages=HELLO, max_tokens=9) as stream:
                    await anext(stream)
                    with entered() as frames:
                        assert len([event async for event in stream if event.type == "text"]) == size
                counts.append(len(frames))
    few, many = counts
    assert 1 <= (many - few) / 100 <= CALLS_OF_A_TEXT_EVENT
