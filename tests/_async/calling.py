"""Calls to a server that does exactly what it is told."""

from __future__ import annotations

import time

import pytest

from baseten_sdk import (
    APIConnectionError,
    AsyncChatStream,
    AsyncClient,
    Retry,
    Timeout,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from tests.asking import HELLO, IDLE, MODEL
from tests.faults.scripted import (
    ScriptedServer,
    reply,
)

KEY = "abcd1234.0123456789abcdef"
ONCE_MORE = Retry(max_retries=1, initial=0.001)
SHORT = 0.08
LONG = 30.0
"""Seconds that no test reaches: what takes so long was not bounded."""

MODELS = reply(b'{"data": [{"id": "a/b"}]}')
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
CHUNK = '{"choices": [{"index": 0, "delta": {"content": "Hi"}}]}'


def client_of(transport: TransportName, server: ScriptedServer, **limits: float) -> AsyncClient:
    return AsyncClient(api_key=KEY, base_url=server.url, timeout=Timeout(**limits), max_retries=0, transport=transport)


async def expect(
    client: AsyncClient, kind: type[APIConnectionError], deadline: float | None = None
) -> APIConnectionError:
    """A call that must fail in this way, in time, and leave nothing behind."""
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        await client.models.list(deadline=deadline)
    assert type(caught.value) is kind
    assert time.monotonic() - began < LONG
    assert IDLE in repr(client)
    return caught.value


async def stream_of(client: AsyncClient) -> AsyncChatStream:
    return await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
