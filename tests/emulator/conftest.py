"""A running emulator, and an HTTP client with its key."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx
import pytest

from baseten_sdk.emulator import Emulator

TRUSTED = ssl.create_default_context()
"""What a client of httpx would read from a file each time. The emulator speaks no TLS."""


@pytest.fixture
def emu() -> Iterator[Emulator]:
    with Emulator(webhook_interval=0.01) as running:
        yield running


@pytest.fixture
def http(emu: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=emu.url, headers={"authorization": f"Bearer {emu.api_key}"}, trust_env=False, verify=TRUSTED
    ) as client:
        yield client
