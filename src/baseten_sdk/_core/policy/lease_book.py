"""The state of limits that several processes share: what was spent in the last minute, and who holds a lease.

Theory of operation. A process leases what a quarter of a second allows, at most. A lease counts until its holder
reports it as spent, and then for one more minute, from the moment at which it was spent. So no minute has more than
the limit, whichever processes make the calls. A holder that was not heard of for `HOLDER_TIMEOUT` seconds is dead, and
what it had counts as spent.

A holder that has to wait has a claim. Whoever asks later gets nothing before it, so a large call is not overtaken
forever. A claim ends soon after the moment at which its holder was told to ask again.

The state is JSON, so that a store need only keep bytes. Each change of it is one call of `lease`, which a store makes
in a transaction, with a clock that all processes share. If that clock was set back, no time has passed. If a store has
lost the state, the limits of the last minute count as used up. This module must not know any store.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from math import inf
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from .allowance import MINUTE, SLACK, Allowance, AllowanceRecord
from .lease import HOLDER_TIMEOUT, Lease, LeaseOrder, Spent, lowest, total
from .lease_account import Account
from .lease_demand import LeaseDemand

BLOCK_SECONDS = 0.25
"""A lease is at most what the limits allow in this time, and at least one call."""

LEAST_SECONDS = 0.1
"""A holder that has to wait gets at least what the limits allow in this time."""

UNKNOWN_WAIT = 0.2
"""Seconds after which to ask again if it is unknown when something will be given back."""

CLOCK_TOLERANCE = 1.0
"""Seconds by which the clocks of two processes may differ. More is a clock that was set back."""


class LimitStateError(Exception):
    """What a store holds is not the state of shared limits."""


def lease(order: LeaseOrder, state: bytes | None, now: float) -> tuple[bytes, Lease]:
    """Carry out an order.

    Args:
        state: What the store holds. None: nothing yet.
        now: The time of the store's clock.

    Returns:
        What the store is to hold, and what the holder gets.

    Raises:
        LimitStateError: The store holds something else.
    """
    book = LeaseBook.read(state, now)
    given = book.lease(order, lost=state is None and order.heard is not None and order.heard < MINUTE + SLACK)
    return book.dump(), given


@dataclass(slots=True)
class BookRecord:
    """The state as it is stored."""

    version: Literal[1]
    at: float
    requests: AllowanceRecord | None
    tokens: AllowanceRecord | None
    holders: dict[str, Account] = field(default_factory=dict[str, Account])


@cache
def _adapter() -> TypeAdapter[BookRecord]:
    return TypeAdapter(BookRecord)


class LeaseBook:
    """Who holds which part of the limits, at one moment."""

    def __init__(self, record: BookRecord, now: float) -> None:
        later = now - record.at if now < record.at - CLOCK_TOLERANCE else 0.0
        self._now = now if later else max(now, record.at)
        self._holders = record.holders
        if later:
            for each in self._holders.values():
                each.heard, each.until = each.heard + later, each.until + later
                each.since = None if each.since is None else each.since + later
        held = sum(each.requests for each in self._holders.values())
        self._requests = None if record.requests is None else Allowance.restore(record.requests, held, later=later)
        held = sum(each.tokens for each in self._holders.values())
        self._tokens = None if record.tokens is None else Allowance.restore(record.tokens, held, later=later)
        self._expire()

    @classmethod
    def read(cls, state: bytes | None, now: float) -> LeaseBook:
        """Read the state.

        Raises:
            LimitStateError: It is something else.
        """
        if state is None:
            return cls(BookRecord(1, now, None, None), now)
        try:
            return cls(_adapter().validate_json(state), now)
        except ValidationError:
            problem = _problem(state)
        raise LimitStateError(problem)

    def dump(self) -> bytes:
        """Return the state as a store keeps it."""
        requests, tokens = (None if each is None else each.record() for each in (self._requests, self._tokens))
        return _adapter().dump_json(BookRecord(1, self._now, requests, tokens, self._holders))

    def lease(self, order: LeaseOrder, *, lost: bool = False) -> Lease:
        """Carry out an order. `lost`: the state of the last minute was lost."""
        account = self._holders.get(order.holder)
        if account is not None and account.number == order.number:
            return self._lease(account.calls, account.granted)
        known = account is not None
        if account is None:
            account = self._holders[order.holder] = Account(self._now)
        account.heard, account.number = self._now, order.number
        account.requests_limit, account.tokens_limit = order.requests_limit, order.tokens_limit
        self._requests = self._limited(self._requests, [each.requests_limit for each in self._holders.values()])
        self._tokens = self._limited(self._tokens, [each.tokens_limit for each in self._holders.values()])
        if lost:
            self._use_up()
        else:
            self._settle(account, order)
        account.calls, account.granted = 0, 0.0
        if order.leaving:
            del self._holders[order.holder]
        if not order.calls or order.leaving:
            account.since = None
            return self._lease(known=known)
        return self._grant(account, order, known=known)

    def in_use(self) -> tuple[str, str]:
        """Describe what counts at the moment: requests and tokens."""
        for each in (self._requests, self._tokens):
            if each is not None:
                each.available(self._now)
        return repr(self._requests), repr(self._tokens)

    def _grant(self, account: Account, order: LeaseOrder, *, known: bool) -> Lease:
        requests = self._requests if account.requests_limit is not None else None
        tokens = self._tokens if account.tokens_limit is not None and order.tokens else None
        demand = LeaseDemand(requests, tokens, 0.0 if tokens is None else tokens.fitted(order.tokens), self._now)
        older = [other.wanted for other in self._holders.values() if other.is_before(account, self._now)]
        most = min(order.calls, demand.allowed_in(BLOCK_SECONDS))
        least = min(most, demand.allowed_in(LEAST_SECONDS))
        calls = 0 if older else min(most, demand.available())
        if calls >= least:
            demand.hold(calls)
            account.since = None
            account.calls, account.granted = calls, calls * demand.each
            account.requests += 0 if requests is None else calls
            account.tokens += account.granted
            return self._lease(calls, account.granted, known=known)
        opens = max(demand.opens(1), demand.opens_after(older)) if older else demand.opens(least)
        wait = UNKNOWN_WAIT if opens == inf else max(opens - self._now, LEAST_SECONDS if older else 0.0)
        account.claim(wait, demand.each, self._now)
        paced = 0.0 if requests is None else requests.soonest(1.0, self._now) - self._now
        return self._lease(wait=wait, paced=paced, known=known)

    def _lease(
        self, calls: int = 0, tokens: float = 0.0, *, wait: float = 0.0, paced: float = 0.0, known: bool = True
    ) -> Lease:
        requests_limit, tokens_limit = (None if each is None else each.limit for each in (self._requests, self._tokens))
        return Lease(calls, tokens, wait, paced, known, requests_limit, tokens_limit)

    def _use_up(self) -> None:
        for allowance in (self._requests, self._tokens):
            if allowance is not None:
                allowance.replace(0.0, ((0.0, allowance.limit),), self._now)

    def _settle(self, account: Account, order: LeaseOrder) -> None:
        if self._requests is not None and account.requests_limit is not None:
            held = min(order.returned_requests + total(order.sent), account.requests)
            account.requests -= held
            self._replace(self._requests, held, order.sent, drained=order.drained)
        if self._tokens is not None and account.tokens_limit is not None:
            held = min(order.returned_tokens + order.freed, account.tokens)
            account.tokens -= held
            self._replace(self._tokens, held, order.used, drained=order.drained)

    def _replace(self, allowance: Allowance, held: float, spent: Spent, *, drained: bool) -> None:
        allowance.replace(held, spent, self._now)
        if drained:
            allowance.drain(self._now)

    def _limited(self, allowance: Allowance | None, limits: list[float | None]) -> Allowance | None:
        limit = lowest(*limits)
        if limit is None:
            return allowance
        if allowance is None:
            allowance = Allowance(limit)
            allowance.available(self._now)  # its time begins
        elif allowance.limit != limit:
            allowance.available(self._now)
            allowance.restrict(limit)
        return allowance

    def _expire(self) -> None:
        """What dead holders had counts as spent."""
        for holder in [each for each, account in self._holders.items() if self._now - account.heard > HOLDER_TIMEOUT]:
            account = self._holders.pop(holder)
            for allowance, held in ((self._requests, account.requests), (self._tokens, account.tokens)):
                if allowance is not None:
                    allowance.replace(held, ((0.0, held),), self._now)


def _problem(state: bytes) -> str:
    try:
        version = json.loads(state)["version"]
    except (ValueError, TypeError, KeyError):
        return "it holds something else"
    if version == 1:
        return "what it holds is damaged"
    return "it was written by another version of baseten-sdk. Use a new one, or the same version in all processes"
