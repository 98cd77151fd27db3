"""A process that holds one client and measures it when told to: a line in is a round, a line out its numbers.

A client to a process: imports, memory and background threads of one are not those of another.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import assert_never

import anyio

from . import measures
from .measures import Numbers
from .peers.base import PEERS, AsyncPeer, Peer, Place
from .rows import ROWS, Row

LONGER = 10
"""How much longer the long streams of a row about growth are."""


def work(row: Row, peer: Peer, port: int, quick: bool) -> None:
    """Measure as often as somebody says so."""
    place = Place(port, row.answer, row.width, row.hedged)
    seconds = row.quick if quick else row.full
    match row.loop:
        case "none":
            _work_blocking(peer, place, seconds)
        case "asyncio":
            with asyncio.Runner() as runner:
                runner.run(_work(row, peer, place, seconds))
        case "trio":
            anyio.run(_work, row, peer, place, seconds, backend="trio")
        case _:
            assert_never(row.loop)


async def _work(row: Row, peer: Peer, place: Place, seconds: float) -> None:
    client = peer.open_async(place)
    other = {"growth": f"stream-{row.chunks * LONGER}-0", "decide": "decide-0"}.get(row.measure)
    long = peer.open_async(Place(place.port, other, 1)) if other is not None else None
    measure = _measure(row, client, long or client, seconds)
    _say({})
    for _ in sys.stdin:
        _say(await measure())
    await client.aclose()
    if long is not None:
        await long.aclose()


def _measure(row: Row, client: AsyncPeer, long: AsyncPeer, seconds: float) -> Callable[[], Awaitable[Numbers]]:
    match row.measure:
        case "chat":
            return lambda: measures.calls(client.chat, seconds)
        case "predict":
            return lambda: measures.calls(client.predict, seconds)
        case "flight":
            return lambda: measures.flight(client, row.width, seconds)
        case "chunks":
            return lambda: measures.stream(lambda: client.chunks(measures.unheard), seconds)
        case "events":
            return lambda: measures.stream(client.events, seconds)
        case "snapshots":
            return lambda: measures.stream(client.snapshots, seconds)
        case "respond":
            return lambda: measures.calls(client.respond, seconds)
        case "response":
            return lambda: measures.stream(client.response_events, seconds)
        case "message":
            return lambda: measures.calls(client.message, seconds)
        case "message-event":
            return lambda: measures.stream(client.message_events, seconds)
        case "message-stream":
            return lambda: measures.stream(client.message_stream, seconds)
        case "growth":
            return lambda: measures.growth(
                lambda: client.chunks(measures.unheard), lambda: long.chunks(measures.unheard), seconds
            )
        case "paced":
            return lambda: measures.paced(client, row.width)
        case "decide":
            return lambda: measures.decision(client, long, seconds)
        case "embed":
            return lambda: measures.embed(client, row.texts)
        case "startup":
            raise ValueError("a start is measured in a fresh process, not here")
        case _:
            assert_never(row.measure)


def _work_blocking(peer: Peer, place: Place, seconds: float) -> None:
    client = peer.open_sync(place)
    _say({})
    for _ in sys.stdin:
        _say(measures.blocking_calls(client, seconds))
    client.close()


def _say(numbers: Numbers) -> None:
    print(json.dumps(numbers), flush=True)


if __name__ == "__main__":
    _, row_key, peer_key, port, mode = sys.argv
    work(ROWS[row_key], PEERS[peer_key], int(port), mode == "quick")
