"""What a process asks of shared limits, and what it gets: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Spent: TypeAlias = tuple[tuple[float, float], ...]
"""How many seconds ago something was spent, and how much."""

LEASE_SECONDS = 10.0
"""Seconds for which a process may use a lease after the last exchange with the store."""

HOLDER_TIMEOUT = 30.0
"""Seconds after which a silent process counts as dead. It reports every few seconds."""


@dataclass(frozen=True, slots=True)
class LeaseOrder:
    """What a process reports to the store, and what it wants.

    Attributes:
        holder: Who it is.
        number: The number of this order. An order that comes twice is carried out once.
        requests_limit: The requests a minute that it was given as a limit. None: it does not count requests.
        tokens_limit: The same for tokens.
        calls: How many calls it would like to begin. 0: none.
        tokens: The tokens that each of them may use.
        returned_requests: Leased requests that it does not need now.
        returned_tokens: The same for tokens.
        sent: The requests that it sent.
        freed: Tokens that were held for calls that have ended.
        used: The tokens that those calls used.
        drained: Whether the service has refused a request.
        leaving: Whether it is the last order of this holder.
        heard: How many seconds ago the store carried out an order of this holder. None: never.
    """

    holder: str
    number: int
    requests_limit: float | None
    tokens_limit: float | None
    calls: int = 0
    tokens: float = 0.0
    returned_requests: float = 0.0
    returned_tokens: float = 0.0
    sent: Spent = ()
    freed: float = 0.0
    used: Spent = ()
    drained: bool = False
    leaving: bool = False
    heard: float | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """What a process may use.

    Attributes:
        calls: How many calls may begin. 0: none yet.
        tokens: The tokens of all of them.
        wait: Seconds after which to ask again, if none may begin.
        paced: Seconds before which no call can begin, whatever others give back.
        known: Whether the store still knew the holder. If not, what it held counts as spent.
        requests_limit: The limit that holds: the lowest of all processes. None: no process has one.
        tokens_limit: The same for tokens.
    """

    calls: int = 0
    tokens: float = 0.0
    wait: float = 0.0
    paced: float = 0.0
    known: bool = True
    requests_limit: float | None = None
    tokens_limit: float | None = None


def lowest(*limits: float | None) -> float | None:
    """Return the lowest of some limits. None: there is none."""
    return min((limit for limit in limits if limit is not None), default=None)


def total(spent: Spent) -> float:
    """Return how much was spent."""
    return sum(amount for _, amount in spent)
