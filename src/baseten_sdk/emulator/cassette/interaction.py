"""What a cassette holds: a request that was sent, and the reply that came. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ..http.jsonvalue import JSON

ReplyEnding = Literal["complete", "cut", "left"]
"""How a reply ended: as it should, by a broken connection, or because the caller left."""


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request without its headers, which may hold secrets and never decide the answer.

    Attributes:
        path: The path in the emulator's form, the same whatever the host was.
        query: The query parameters in the order of their names.
        body: JSON, or the bytes of anything else.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: JSON | bytes


class TimedPiece(NamedTuple):
    """Bytes that arrived together.

    Attributes:
        after: Seconds since the piece before, or since the head.
    """

    after: float
    data: bytes


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """A recorded reply.

    Attributes:
        seconds: From the request to the head of the reply.
        streamed: It came without a length.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    pieces: tuple[TimedPiece, ...] = ()
    streamed: bool = False
    ending: ReplyEnding = "complete"


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and its reply."""

    request: SentRequest
    reply: ReceivedReply
