"""What tests inside other libraries share: the service, and where `Client()` and its like find it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from baseten_sdk.emulator import Emulator

# Nothing is frozen here: hypothesis asks the collector who holds a generator of trio's.
from tests.collecting import pytest_collection as pytest_collection

# LiteLLM reads this when it is imported: its table of prices comes from its own wheel, not from the network.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

SECRET = "whsec_integrations"


@pytest.fixture(scope="session")
def emu() -> Iterator[Emulator]:
    with Emulator(webhook_secrets=[SECRET]) as emu:
        yield emu


@pytest.fixture
def at_home(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The emulator at the default endpoints: where everything goes when nothing is set but a key."""
    endpoints = emu.endpoints
    monkeypatch.setattr("baseten_sdk._core.request.routing.Endpoints", lambda: endpoints)
    monkeypatch.setenv("NO_PROXY", emu.host)
    monkeypatch.setenv("no_proxy", emu.host)
    monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
    monkeypatch.delenv("BASETEN_BASE_URL", raising=False)
    monkeypatch.delenv("BASETEN_EMULATOR", raising=False)
    return emu
