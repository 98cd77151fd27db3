"""A thousand callers of a service that answers none of them: they do not make its trouble worse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import anyio
import pytest

from baseten_sdk import AsyncClient, Client, Retry, ServiceUnavailableError
from baseten_sdk.emulator import Emulator
from tests.asking import behaving

CALLERS = 1000
QUICK = Retry(initial=0.001, maximum=0.002)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_thousand_callers_send_little_more_than_a_thousand_requests(emu: Emulator) -> None:
    attempts = 0

    async def ask() -> None:
        nonlocal attempts
        with pytest.raises(ServiceUnavailableError) as caught:
            await client.models.list(extra_headers=behaving("status=503"))
        attempts += caught.value.attempts
        assert "retry budget" in caught.value.__notes__[-1] or caught.value.attempts == 3

    async with (
        AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK) as client,
        anyio.create_task_group() as group,
    ):
        for _ in range(CALLERS):
            group.start_soon(ask)
    assert attempts == len(emu.requests) < 1.2 * CALLERS


def test_threads_share_the_budget_too(emu: Emulator) -> None:
    def ask(_: int) -> None:
        with pytest.raises(ServiceUnavailableError):
            client.models.list(extra_headers=behaving("status=503"))

    retry = replace(QUICK, budget=CALLERS / 50)
    with Client(api_key=emu.api_key, endpoints=emu.endpoints, retry=retry) as client, ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(CALLERS // 5)))
    assert len(emu.requests) == CALLERS // 5 + CALLERS // 50
