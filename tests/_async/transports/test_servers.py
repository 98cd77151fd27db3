"""What real servers taught: the model runtime, engines and proxies behave so, and users would have noticed first."""

from __future__ import annotations

import pytest

from baseten_sdk import AsyncClient, InvalidRequestError
from baseten_sdk.emulator import Emulator
from tests._async.fake_clock import AsyncFakeClock

pytestmark = pytest.mark.anyio


class Unreadable:
    """No type that pydantic can validate."""


async def test_no_model_runs_for_a_reply_that_could_not_be_read(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(InvalidRequestError, match="Unreadable"):
        await client.deployments("abcd1234").predict({"a": 1}, response_model=Unreadable)
    with pytest.raises(InvalidRequestError, match="Unreadable"):
        await client.request("GET", "models", response_model=Unreadable)
    assert len(emu.requests) == 0


async def test_a_python_models_server_is_awake_when_its_model_has_loaded(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    emu.script([None, "status=404, shape=5, message=Not Found", "not-ready", "not-ready"])
    await client.deployments("abcd1234").wake(wait=True, deadline=60)
    assert [request.path.rpartition("/production/")[2] for request in emu.requests] == [
        "wake",
        "sync/health",
        "sync/v1/models/model",
        "sync/v1/models/model",
        "sync/v1/models/model",
    ]
    assert len(clock.sleeps) == 2
