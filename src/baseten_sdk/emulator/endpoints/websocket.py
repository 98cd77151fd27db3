"""`{target}/websocket`: a model or chain that sends back what it receives.

It owns the conversation and its faults. It must not know how the connection was made.
"""

from __future__ import annotations

import asyncio

from ..behaviors.plan import Plan
from ..behaviors.table import HALF
from ..http.websocket_session import WebSocketSession
from ..http.wire import Ending
from .transcription import parameters, transcribe

REASONS = {1003: "WebSocket is not implemented on this deployment.", 1011: "Internal Server Error (in model/chainlet)."}


async def converse(session: WebSocketSession, plan: Plan) -> None:
    """Echo until the caller leaves, or the plan ends it."""
    if plan.on("no-close"):
        session.turn_deaf()
    count = 0
    while not await ended(session, plan, count):
        message = await session.receive()
        if not count and isinstance(message, str) and (first := parameters(message)) is not None:
            return await transcribe(session, first, plan, ended)
        if plan.on("pause"):
            await asyncio.sleep(plan.seconds("pause"))
        await session.send(message)
        count += 1


async def ended(session: WebSocketSession, plan: Plan, count: int) -> bool:
    """End the conversation if the plan wants it after this many messages of the model."""
    if (code := plan.number("close")) is not None and count >= (plan.number("close-after") or 0):
        await session.close(code, REASONS.get(code, ""))
        return True
    for name, ending in (("cut", Ending.CUT), ("stall", Ending.SILENCE)):
        keep = plan.number(name)
        if keep is not None and count >= (0 if keep == HALF else keep):
            await session.finish(Ending.RESET if ending is Ending.CUT and plan.on("reset") else ending)
    keep = plan.number("end")
    if keep is not None and count >= (0 if keep == HALF else keep):
        await session.close(1000)
        return True
    return False
