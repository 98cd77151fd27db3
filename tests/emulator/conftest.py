"""A running emulator, and an HTTP client with its key."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from baseten_sdk.emulator import Emulator


@pytest.fixture
def emu() -> Iterator[Emulator]:
    with Emulator(webhook_interval=0.01) as running:
        yield running


@pytest.fixture
def http(emu: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=emu.url, headers={"authorization": f"Bearer {emu.api_key}"}, trust_env=False) as client:
        yield client
