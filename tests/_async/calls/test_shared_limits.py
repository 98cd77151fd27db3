"""Limits that clients share through a store, over real sockets."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import anyio
import pytest

from baseten_sdk import APIConnectionError, AsyncClient, DeadlineExceeded, Limits, LimitStoreError
from baseten_sdk._async.calls.call import AsyncCaller
from baseten_sdk._core.policy.lease_book import LeaseBook
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.parallel import AsyncParallel
from baseten_sdk._io.shared_rates import SharedRates
from baseten_sdk.emulator import Emulator
from baseten_sdk.limit_stores import FileLimitStore
from tests.asking import HELLO, IDLE, MODEL

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limits.db"


def sharing(
    emu: Emulator, transport: TransportName, path: Path, requests: float | None = None, tokens: float | None = None
) -> AsyncClient:
    return AsyncClient(
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        limits=Limits(requests_per_minute=requests, tokens_per_minute=tokens, shared=path),
        transport=transport,
        max_retries=0,
    )


def rates_of(client: AsyncClient) -> SharedRates:
    caller = client._service.caller
    assert isinstance(caller, AsyncCaller)
    assert caller._rate_state is not None
    assert caller._rate_state._shared is not None
    return caller._rate_state._shared


def in_use(path: Path, *clients: AsyncClient) -> tuple[str, str]:
    """What counts, once all clients have reported everything."""
    for each in clients:
        rates_of(each).leave()
    return FileLimitStore(path).change(lambda state, now: (state or b"", LeaseBook.read(state, now).in_use()))


async def test_two_clients_have_one_limit(emu: Emulator, transport: TransportName, path: Path) -> None:
    async with sharing(emu, transport, path, requests=10) as one, sharing(emu, transport, path, requests=10) as other:
        found = await AsyncParallel.run([(True, client.models.list) for client in (one, other) for _ in range(5)])
        assert [each for each in found if isinstance(each, Exception)] == []
        for client in (one, other):
            with pytest.raises(DeadlineExceeded, match="requests_per_minute") as caught:
                await client.models.list(deadline=5)
            assert caught.value.phase == "rate"
            assert IDLE in repr(client)
        assert len(emu.requests) == 10
        assert in_use(path, one, other) == ("<10 of 10 a minute>", "None")


async def test_tokens_are_held_before_and_settled_after(emu: Emulator, transport: TransportName, path: Path) -> None:
    async with sharing(emu, transport, path, tokens=3000) as one, sharing(emu, transport, path, tokens=3000) as other:
        spent = 0
        for client in (one, other, one):
            completion = await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=400)
            assert completion.usage is not None
            spent += completion.usage.total_tokens
        assert in_use(path, one, other) == ("None", f"<{spent} of 3000 a minute>")


async def test_a_stream_settles_at_its_end(emu: Emulator, transport: TransportName, path: Path) -> None:
    async with sharing(emu, transport, path, tokens=1000) as one, sharing(emu, transport, path, tokens=1000) as other:
        async with one.chat.completions.stream(model=MODEL, messages=HELLO, max_tokens=900) as stream:
            with pytest.raises(DeadlineExceeded):
                await other.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=900, deadline=0.5)
            completion = await stream.get_final_completion()
        assert completion.usage is not None
        assert in_use(path, one, other) == ("None", f"<{completion.usage.total_tokens} of 1000 a minute>")


async def test_a_call_that_was_not_sent_has_used_nothing(transport: TransportName, path: Path) -> None:
    client = AsyncClient(
        api_key="k",
        base_url="http://127.0.0.1:9/v1",
        limits=Limits(requests_per_minute=10, tokens_per_minute=3000, shared=path),
        max_retries=0,
        transport=transport,
    )
    async with client:
        with pytest.raises(APIConnectionError):
            await client.chat.completions.create(model=MODEL, messages=HELLO, max_tokens=400)
        assert in_use(path, client)[1] == "<0 of 3000 a minute>"


@pytest.fixture
def letter(path: Path) -> Path:
    """A file of somebody else at the path."""
    path.write_text("To the editor: I have read with great interest... " * 20)
    return path


async def test_without_its_store_no_call_is_sent(emu: Emulator, transport: TransportName, letter: Path) -> None:
    async with sharing(emu, transport, letter, requests=600) as client:
        for _ in range(2):
            with pytest.raises(LimitStoreError, match=r"limits\.db.*not an SQLite file"):
                await client.models.list()
        assert IDLE in repr(client)
    assert len(emu.requests) == 0


async def test_a_file_that_is_deleted_is_an_error_and_not_a_new_limit(
    emu: Emulator, transport: TransportName, path: Path
) -> None:
    async with sharing(emu, transport, path, requests=10) as client:
        await client.models.list()
        rates_of(client).leave()
        os.unlink(path)
        with pytest.raises(LimitStoreError, match=r"limits\.db.*deleted"):
            await client.models.list()
    assert len(emu.requests) == 1


async def test_a_client_is_pickled_with_its_store(emu: Emulator, transport: TransportName, path: Path) -> None:
    async with sharing(emu, transport, path, requests=10) as client:
        await client.models.list()
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("BASETEN_API_KEY", emu.api_key)
            async with pickle.loads(pickle.dumps(client)) as copy:
                await copy.models.list()
                assert in_use(path, client, copy)[0] == "<2 of 10 a minute>"


# unasync: remove
async def test_a_caller_that_is_canceled_leaves_nothing_behind(
    emu: Emulator, transport: TransportName, path: Path
) -> None:
    async with sharing(emu, transport, path, tokens=1000) as client:
        chat = client.chat.completions
        async with chat.stream(model=MODEL, messages=HELLO, max_tokens=900) as stream:
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(lambda: chat.create(model=MODEL, messages=HELLO, max_tokens=900))
                await anyio.wait_all_tasks_blocked()
                group.cancel_scope.cancel()
            completion = await stream.get_final_completion()
        assert completion.usage is not None
        assert in_use(path, client)[1] == f"<{completion.usage.total_tokens} of 1000 a minute>"


# unasync: end
