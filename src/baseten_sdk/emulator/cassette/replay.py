"""A recorded reply, made into a reply again."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio

from ..http.wire import Ending, Reply
from .interaction import ReceivedReply

ENDINGS = {"complete": Ending.COMPLETE, "cut": Ending.CUT, "left": Ending.SILENCE}


def replayed(reply: ReceivedReply) -> Reply:
    """Return the reply in the recorded pieces, as fast as it goes."""
    headers = dict(reply.headers)
    pieces = tuple(piece.data for piece in reply.pieces)
    return Reply(reply.status, headers, pieces, chunked=reply.streamed, ending=ENDINGS[reply.ending])


def paced(reply: ReceivedReply) -> Reply:
    """Return the reply in the recorded pieces, at their recorded times."""
    made = replayed(reply)
    if not reply.streamed or reply.ending == "left":
        return Reply(made.status, made.headers, made.pieces, made.chunked, made.ending, delay=reply.seconds)
    return Reply(made.status, made.headers, chunked=True, delay=reply.seconds, live=_live(reply))


async def _live(reply: ReceivedReply) -> AsyncGenerator[bytes]:
    """The pieces, each after its pause.

    Raises:
        ConnectionError: The recorded connection broke off here.
    """
    for piece in reply.pieces:
        await anyio.sleep(piece.after)
        yield piece.data
    if reply.ending == "cut":
        raise ConnectionError("the recorded connection broke off")
