"""Requests as the wire tests make them, and what the emulator saw of them."""

from __future__ import annotations

import time

import anyio

from baseten_sdk import MessageParam
from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.queue.records import RecordedRequest

MODEL = "openai/gpt-oss-120b"

HELLO: list[MessageParam] = [{"role": "user", "content": "Say hello to the whole wide world"}]
SAID = "hello to the whole wide world"

IDLE = "<0 of 256 in flight, 0 waiting>"
"""What the repr of a client shows when no call holds a place."""


def is_idle(client: object) -> bool:
    """Whether no call holds a place. The threads of a race of the sync client have a moment to end.

    It blocks, so that the tasks of an async client have none: they must have ended before.
    """
    end = time.monotonic() + 10
    while IDLE not in repr(client):
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


def behaving(spec: str) -> dict[str, str]:
    """The header that asks the emulator for a behavior."""
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
