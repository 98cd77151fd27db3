"""A client, and the emulator that it talks to: one for all tests, emptied before each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from baseten_sdk import AsyncClient, Retry
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests._async.fake_clock import AsyncFakeClock
from tests.emulating import emptied

QUICK = Retry(initial=0.001, maximum=0.002)


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator(webhook_interval=0.01, webhook_timeout=60) as running:
        yield running


@pytest.fixture
def emu(emulator: Emulator) -> Emulator:
    return emptied(emulator)


@pytest.fixture(params=["direct", "httpx"])
def transport(request: pytest.FixtureRequest) -> TransportName:
    """What carries the calls: every promise holds for both."""
    name: TransportName = request.param
    return name


@pytest.fixture(
    params=[
        "direct",
        # unasync: remove
        "httpx",
        # unasync: end
    ]
)
def bounded(request: pytest.FixtureRequest) -> TransportName:
    """What carries the calls whose every wait is bounded. httpx cannot be interrupted where it blocks."""
    name: TransportName = request.param
    return name


@pytest.fixture
async def client(emu: Emulator, transport: TransportName) -> AsyncIterator[AsyncClient]:
    """A client that waits a millisecond or two between attempts."""
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK, transport=transport) as client:
        yield client


@pytest.fixture
def clock(emu: Emulator, client: AsyncClient) -> AsyncFakeClock:
    """The clock of `client`, which stands still but for its sleeps; the emulator's goes along."""
    clock = AsyncFakeClock(emu.advance)
    client._service.caller.clock = clock
    return clock
