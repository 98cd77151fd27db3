"""What is compared: the rows of the table, who takes part in each, for how long, and what is to be reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from .peers.base import OURS

Loop: TypeAlias = Literal["asyncio", "trio", "none"]

Measure: TypeAlias = Literal[
    "chat",
    "predict",
    "flight",
    "chunks",
    "events",
    "snapshots",
    "growth",
    "paced",
    "startup",
    "respond",
    "response",
    "message",
    "message-event",
    "message-stream",
    "embed",
    "decide",
]

UNITS = {
    "cpu": "µs CPU",
    "rate": "calls/s",
    "memory": "MB",
    "first": "ms",
    "growth": "",
    "wall": "µs",
    "above": "x the array",
    "decision": "",
    "import": "ms CPU",
    "made": "ms CPU",
    "client": "ms CPU",
    "second": "ms CPU",
}

METRICS = {
    "cpu": "CPU",
    "rate": "calls a second",
    "memory": "peak memory",
    "first": "time to the first chunk",
    "growth": "10,000 chunks against 1,000",
    "wall": "time",
    "above": "peak memory above the start",
    "decision": "one decision against one chat",
    "import": "import",
    "made": "import and a client",
    "client": "a client",
    "second": "a second client",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached.

    Attributes:
        metric: The number.
        against: The peer that it is divided by; None where the number itself counts.
        direct: The bound for the direct transport; None where there is none.
        httpx: The same for the transport on httpx.
        at_least: Whether the bound is a lower one.
        below: The same for openai on this package's connections.
    """

    metric: str
    against: str | None
    direct: float | None
    httpx: float | None = None
    at_least: bool = False
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    Attributes:
        key: Its short name.
        title: What a table calls it.
        measure: What is done.
        answer: What the server is to answer; see `server`.
        peers: Who takes part.
        goals: What is to be reached.
        full: Seconds for each peer and round.
        quick: The same of a quick run.
        rounds: How often in a full run.
        quick_rounds: The same of a quick run; 0 leaves the row out.
        width: Calls in flight.
        chunks: Chunks of a stream.
        texts: Texts of a call for embeddings.
        hedged: Whether a slow request gets a second one beside it.
        loop: The event loop.
    """

    key: str
    title: str
    measure: Measure
    answer: str
    peers: tuple[str, ...]
    goals: tuple[Goal, ...] = ()
    full: float = 0.5
    quick: float = 0.2
    rounds: int = 7
    quick_rounds: int = 3
    width: int = 1
    chunks: int = 0
    texts: int = 0
    hedged: bool = False
    loop: Loop = "asyncio"

    @property
    def contenders(self) -> tuple[str, ...]:
        """Those of the peers that a goal speaks of: a quick run does with them."""
        against = {goal.against for goal in self.goals}
        return tuple(peer for peer in self.peers if peer in OURS or peer in against)


CALL = ("socket", "direct", "ours-httpx", "openai", "openai-aiohttp", "litellm", "httpx", "httpx2", "aiohttp")
WIDE = ("direct", "openai", "ours-httpx", "openai-aiohttp", "litellm", "httpx", "aiohttp")
PLAIN = "chat-0"
SLOW = "chat-20"
STREAM = "stream-1000-0"

FLIGHT = Row("", "", "flight", SLOW, WIDE, full=1.0, quick=0.5, rounds=3, quick_rounds=0)

ROWS = {
    row.key: row
    for row in (
        Row("call", "one chat call, async", "chat", PLAIN, CALL,
            (Goal("cpu", "openai", 0.10, 0.5), Goal("cpu", "httpx", 0.22, 1.0))),
        Row("call-sync", "one chat call, sync", "chat", PLAIN,
            ("socket", "direct", "ours-httpx", "openai", "litellm", "httpx", "httpx2"),
            (Goal("cpu", "openai", 0.09, 0.4),), loop="none"),
        Row("call-trio", "one chat call on trio", "chat", PLAIN,
            ("socket", "direct", "ours-httpx", "openai", "httpx", "httpx2"),
            (Goal("cpu", "openai", 0.10),), loop="trio"),
        Row("predict", "`predict`", "predict", "predict-0", ("direct", "ours-httpx", "baseten"),
            (Goal("cpu", "baseten", 0.2),)),
        Row("below", "one chat call of openai, on our connections and on its own", "chat", PLAIN,
            ("direct", "openai-ours", "openai"), (Goal("cpu", "openai", None, below=0.6),)),
        replace(FLIGHT, key="below-256", title="256 in flight, 20 ms server: openai on our connections and on its own",
                width=256, quick_rounds=2, peers=("direct", "openai-ours", "openai"),
                goals=(Goal("rate", "openai", None, at_least=True, below=3),)),
        replace(FLIGHT, key="flight-1", title="1 in flight, 20 ms server", width=1),
        replace(FLIGHT, key="flight-16", title="16 in flight, 20 ms server", width=16),
        replace(FLIGHT, key="flight-64", title="64 in flight, 20 ms server", width=64),
        replace(FLIGHT, key="flight-256", title="256 in flight, 20 ms server", width=256, quick_rounds=2,
                full=1.5, peers=("socket", *WIDE, "httpx2"), goals=(Goal("rate", "openai", 15, 1, at_least=True),)),
        replace(FLIGHT, key="flight-1000", title="1000 in flight, 20 ms server", width=1000, rounds=2, quick_rounds=1,
                goals=(Goal("rate", "openai", 20, 1, at_least=True), Goal("memory", "openai", 0.6))),
        Row("chunk", "a chunk of `create(stream=True)`", "chunks", STREAM, CALL,
            (Goal("cpu", "openai", 0.045, 0.18),), chunks=1000),
        Row("full", "the same, of chunks with null fields and details of the usage", "chunks", "full-1000", CALL,
            (Goal("cpu", "openai", 0.055, 0.18),), chunks=1000),
        Row("event", "a chunk of `.stream()`: events, a snapshot at the end", "events", STREAM,
            ("direct", "ours-httpx", "openai", "openai-aiohttp"), (Goal("cpu", "openai", 0.05),), chunks=1000),
        Row("snapshot", "a chunk of `.stream()`: the snapshot read at every event", "snapshots", STREAM,
            ("direct", "ours-httpx", "openai", "openai-aiohttp"), (Goal("cpu", "openai", 0.05),),
            rounds=5, chunks=1000),
        Row("respond", "one call of `responses`", "respond", "response-0", ("direct", "ours-httpx", "openai"),
            (Goal("cpu", "openai", 0.10, 0.5),)),
        Row("response", "an event of `responses.create(stream=True)`", "response", "responses-1000",
            ("direct", "ours-httpx", "openai"), (Goal("cpu", "openai", 0.08),), chunks=1000),
        Row("message", "one call of `messages`", "message", "message-0", ("direct", "ours-httpx", "anthropic"),
            (Goal("cpu", "anthropic", 0.10, 0.5),)),
        Row("message-event", "an event of `messages.create(stream=True)`", "message-event", "messages-1000",
            ("direct", "ours-httpx", "anthropic"), (Goal("cpu", "anthropic", 0.08),), chunks=1000),
        Row("message-stream", "a text event of `messages.stream()`, the message at the end", "message-stream",
            "messages-1000", ("direct", "ours-httpx", "anthropic"), (Goal("cpu", "anthropic", 0.08),), chunks=1000),
        Row("paced", "64 streams, an event each 10 ms", "paced", "stream-100-10", CALL,
            (Goal("cpu", "openai", 0.35), Goal("first", "openai", 0.35)), rounds=5, width=64,
            chunks=100),
        Row("decision", "a decision", "decide", PLAIN, ("direct", "ours-httpx"),
            (Goal("decision", None, 1.1, 1.1),)),
        Row("embeddings", "10,240 texts as one array, 80 requests, per text", "embed", "embed-0-0",
            ("direct", "ours-httpx", "perf", "openai"),
            (Goal("cpu", "perf", 0.5), Goal("cpu", "openai", 0.2)), width=32, texts=10_240),
        Row("embeddings-memory", "102,400 texts as one array", "embed", "embed-0-0", ("direct", "perf"),
            (Goal("memory", "perf", 0.4), Goal("above", None, 1.3)), rounds=1, quick_rounds=1, width=32,
            texts=102_400),
        Row("embeddings-hedged", "51,200 texts, 2 % slow replies, hedged, per text", "embed", "embed-5-50",
            ("direct", "perf"), (Goal("wall", "perf", 1.0),), rounds=5, width=32, texts=51_200, hedged=True),
        Row("startup", "the start", "startup", PLAIN,
            ("direct", "ours-httpx", "openai", "litellm", "baseten", "httpx", "httpx2", "aiohttp"),
            (Goal("import", "openai", 0.2), Goal("made", "openai", 0.25), Goal("client", None, 30),
             Goal("second", None, 0.3))),
        Row("growth", "10,000 chunks against 1,000, per chunk", "growth", STREAM, ("direct", "ours-httpx", "openai"),
            (Goal("growth", None, 1.1, 1.1),), full=1.0, rounds=5, chunks=1000),
    )
}  # fmt: skip
"""All rows, in the order in which they are run and shown."""
