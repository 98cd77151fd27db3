"""A reply whose headers have arrived, and how to read it to its end. It must not know what the body means."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeVar

from ..._core.reply.call_record import CallRecord
from ..._core.reply.reading import Reading
from ..._core.reply.response import WholeResponse
from ..._io.limiter import AsyncPermit
from ..._io.timer import AsyncTimer
from ..transports.base import AsyncOpenResponse

ERROR_BODY = 5.0
"""Seconds to wait for the body of an error. The status is already known, so the rest is not worth a long wait."""

T_co = TypeVar("T_co", covariant=True)


class AsyncOpened(NamedTuple):
    """An open reply, and what its attempt holds until the end."""

    call: CallRecord
    exchange: AsyncOpenResponse
    permit: AsyncPermit
    timer: AsyncTimer
    reading: Reading


class AsyncReceive(Protocol[T_co]):
    """Processes a reply with a success status."""

    async def __call__(self, opened: AsyncOpened, /) -> T_co: ...


async def whole(opened: AsyncOpened) -> WholeResponse:
    """Read all of it.

    Raises:
        ResponseValidationError: It is too large.
    """
    call, exchange, permit, _, reading = opened
    body = exchange.whole()
    if body is None:
        await read_body(opened)
    else:
        reading.add(body)
    permit.settle(reading.tail if permit.rated else None)
    return reading.answer(call.redactor)


async def read_body(opened: AsyncOpened) -> None:
    """Read a body to its end, or until it is too large, and end the exchange."""
    _, exchange, _, timer, reading = opened
    if reading.failed:
        timer.shorten(ERROR_BODY)
    piece = b""
    try:
        idle = False
        while not reading.full:
            if not idle and not exchange.ready:
                timer.enter("idle")
                idle = True
            piece = await exchange.receive()
            if not piece:
                break
            if reading.add(piece):
                timer.enter("idle")
    finally:
        piece = b""  # The body may echo the key, and a traceback would show it.
        await exchange.aclose()
