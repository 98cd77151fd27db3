"""The two pictures of a run: calls a second with a thousand in flight, and CPU a chunk."""

from __future__ import annotations

from collections.abc import Iterable

from scripts.svg import Ink, bars

from .peers.base import OURS, PEERS
from .results import Results
from .rows import ROWS

CROWD = "flight-1000"


def flight(results: Results) -> str:
    """Calls a second with a thousand in flight, the most on top."""
    return bars(
        f"Calls a second, with {ROWS[CROWD].width:,} calls in flight",
        sorted(_numbers(results, CROWD, "rate"), key=lambda row: -row[1]),
        "More is better. The server takes 20 ms for each.",
    )


def chunk(results: Results) -> str:
    """CPU for a streamed chunk, the least on top."""
    return bars(
        "CPU for a streamed chunk, in microseconds",
        sorted(_numbers(results, "chunk", "cpu"), key=lambda row: row[1]),
        "Less is better. A bare socket does not read what arrives.",
    )


def _numbers(results: Results, row: str, metric: str) -> Iterable[tuple[str, float, Ink]]:
    for peer in ROWS[row].peers:
        if (spread := results.spread(row, peer, metric)) is not None:
            yield PEERS[peer].title, spread.middle, "ours" if peer in OURS else "other"
