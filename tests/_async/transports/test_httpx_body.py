# unasync: skip-file
"""Calls over httpx that are canceled while they send: nothing is left half way, which trio would warn about."""

from __future__ import annotations

import gc

import anyio
import httpx
import httpx2
import pytest

from baseten_sdk import AsyncClient
from tests._async.calling import KEY
from tests.asking import MODEL
from tests.faults.scripted import Hold, ScriptedServer

pytestmark = pytest.mark.anyio

MORE_THAN_A_SOCKET_HOLDS = "x" * 50_000_000


async def ask(client: AsyncClient) -> None:
    await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": MORE_THAN_A_SOCKET_HOLDS}])


@pytest.mark.parametrize("library", [httpx.AsyncClient, httpx2.AsyncClient])
async def test_a_canceled_body_leaves_no_generator(library: type[httpx.AsyncClient | httpx2.AsyncClient]) -> None:
    with ScriptedServer([Hold()]) as server:
        async with (
            library(trust_env=False) as http,
            AsyncClient(api_key=KEY, base_url=server.url, http_client=http, max_retries=0) as client,
            anyio.create_task_group() as group,
        ):
            group.start_soon(ask, client)
            with anyio.fail_after(60):
                while not server.connections:
                    await anyio.lowlevel.checkpoint()
                await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    gc.collect()
