"""Requests as the wire tests make them, and what the emulator saw of them."""

from __future__ import annotations

import anyio

from baseten_sdk import MessageParam
from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.queue.records import RecordedRequest

MODEL = "openai/gpt-oss-120b"

HELLO: list[MessageParam] = [{"role": "user", "content": "Say hello to the whole wide world"}]
SAID = "hello to the whole wide world"

IDLE = "<0 of 256 in flight, 0 waiting>"
"""What the repr of a client shows when no call holds a place."""


def behaving(spec: str) -> dict[str, str]:
    """The header that asks the emulator for a behaviour."""
    return {"x-emulator": spec}


def only(emu: Emulator) -> RecordedRequest:
    """The one request that the emulator received."""
    (request,) = emu.requests
    return request


def fields(request: RecordedRequest) -> dict[str, object]:
    """The JSON object that was sent."""
    body = request.json
    assert isinstance(body, dict)
    return dict(body)


async def wait_for_good() -> str:
    """A tool that never ends, async in both flavors."""
    await anyio.sleep_forever()
    return "late"
