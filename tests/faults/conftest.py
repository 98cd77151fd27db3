"""An emulator for what only many tasks at once, or their cancellation, can show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.emulating import emptied


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def emu(emulator: Emulator) -> Emulator:
    return emptied(emulator)


@pytest.fixture(params=["direct", "httpx"])
def transport(request: pytest.FixtureRequest) -> TransportName:
    """What carries the calls: every promise holds for both."""
    name: TransportName = request.param
    return name
