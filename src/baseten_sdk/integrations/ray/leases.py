"""The limits of a cluster, in requests and tokens a minute, leased in blocks to the actors that make the calls.

A holder asks for a block before it runs out, and reports what it spent of the last one. A leased block counts until it
is reported as spent, and then for one more minute, so no minute exceeds the limit wherever the calls are made. A holder
that has not reported for `SILENCE` seconds is taken for dead, and everything that it held counts as spent.

If the service refuses one holder, a gate closes for all of them. It is the gate that every client has; see `rates`.

This file must not know who the holders are or how they reach it. Times are passed in.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf

from ...rates import MINUTE, Allowance, BackoffGate

BLOCK_SECONDS = 0.5
"""A block is what the limits allow in this time, and at least one call."""

SILENCE = 120.0
"""Seconds after which a holder that does not report is taken for dead; it reports at least every few seconds."""

SOON = 0.2
"""Seconds after which to ask again if it is unknown when something will be given back."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What became of a lease since the last report.

    Attributes:
        requests: requests that were sent.
        freed: tokens that were held for calls that have ended.
        used: tokens that those calls have really used.
        refusals: calls that ended because the service refused them.
        closed_for: seconds that it asked to wait, at the most.
    """

    requests: float = 0.0
    freed: float = 0.0
    used: float = 0.0
    refusals: int = 0
    closed_for: float = 0.0


@dataclass(frozen=True, slots=True)
class RayLease:
    """What may be used; or, where that is nothing, the seconds after which to ask again."""

    requests: float = 0.0
    tokens: float = 0.0
    wait: float = 0.0


@dataclass(slots=True)
class _Account:
    requests: float = 0.0
    tokens: float = 0.0
    heard: float = field(default=-inf)


class Leases:
    """Who holds which part of the limits.

    Args:
        requests_per_minute: requests of all holders together; None for no limit.
        tokens_per_minute: tokens of all holders together; None for no limit.
        minute: how long a minute is; tests have shorter ones.
    """

    def __init__(
        self, requests_per_minute: float | None, tokens_per_minute: float | None, minute: float = MINUTE
    ) -> None:
        self._requests = None if requests_per_minute is None else Allowance(requests_per_minute, minute)
        self._tokens = None if tokens_per_minute is None else Allowance(tokens_per_minute, minute)
        self._minute = minute
        self._accounts: dict[str, _Account] = {}
        self._gate = BackoffGate(0.0)

    def lease(self, holder: str, each: float, spent: Spent, now: float) -> RayLease:
        """RayLease a block.

        Args:
            holder: who asks.
            each: tokens that one call may use.
            spent: what became of what the holder had.
            now: when.
        """
        with self._account(holder, spent, now) as account:
            opens = self._gate.opens(now)
            if opens > now:
                return RayLease(wait=opens - now)
            for calls in sorted({self._block(each), 1.0}, reverse=True):
                opens = self._opens(calls, each, now)
                if opens <= now:
                    return self._grant(account, calls, each, now)
        return RayLease(wait=SOON if opens == inf else opens - now)

    def give_back(self, holder: str, requests: float, tokens: float, spent: Spent, now: float) -> None:
        """Take back what a holder does not need."""
        with self._account(holder, spent, now) as account:
            self._settle(account, requests, 0.0, tokens, 0.0, now)

    def in_use(self, now: float) -> tuple[str, str]:
        """Requests and tokens of the last minute and of leases, in words."""
        self._bury(now)
        return repr(self._requests), repr(self._tokens)

    @contextmanager
    def _account(self, holder: str, spent: Spent, now: float) -> Generator[_Account]:
        self._bury(now)
        account = self._accounts.setdefault(holder, _Account())
        # What a holder reports was sent after its last report, as far as anybody knows.
        for _ in range(spent.refusals):
            self._gate.refused(account.heard, spent.closed_for, now)
        for _ in range(int(spent.requests) - spent.refusals):
            self._gate.succeeded(account.heard, now)
        account.heard = now
        self._settle(account, spent.requests, spent.requests, spent.freed, spent.used, now)
        yield account

    def _block(self, each: float) -> float:
        """How many calls a block is for."""
        calls = inf
        part = BLOCK_SECONDS / MINUTE
        if self._requests is not None:
            calls = self._requests.limit * part
        if self._tokens is not None and each > 0:
            calls = min(calls, self._tokens.limit * part / each)
        return max(1.0, float(int(min(calls, 1000.0))))

    def _opens(self, calls: float, each: float, now: float) -> float:
        opens = now
        if self._requests is not None:
            opens = self._requests.opens(calls, now)
        if self._tokens is not None:
            opens = max(opens, self._tokens.opens(calls * each, now))
        return opens

    def _grant(self, account: _Account, calls: float, each: float, now: float) -> RayLease:
        tokens = calls * each
        for _ in range(int(calls)):
            self._gate.passed(now)
        if self._requests is not None:
            self._requests.hold(calls, now)
            account.requests += calls
        if self._tokens is not None:
            tokens = max(self._tokens.fitted(tokens), each)
            self._tokens.hold(tokens, now)
            account.tokens += tokens
        return RayLease(calls if self._requests is not None else inf, tokens if self._tokens is not None else inf)

    def _settle(self, account: _Account, requests: float, sent: float, freed: float, used: float, now: float) -> None:
        if self._requests is not None and requests:
            self._requests.settle(min(requests, account.requests), sent, now)
            account.requests = max(account.requests - requests, 0.0)
        if self._tokens is not None and (freed or used):
            self._tokens.settle(min(freed, account.tokens), used, now)
            account.tokens = max(account.tokens - freed, 0.0)

    def _bury(self, now: float) -> None:
        """What dead holders had counts as spent."""
        for holder in [each for each, account in self._accounts.items() if now - account.heard > SILENCE]:
            account = self._accounts.pop(holder)
            self._settle(account, account.requests, account.requests, account.tokens, account.tokens, now)
