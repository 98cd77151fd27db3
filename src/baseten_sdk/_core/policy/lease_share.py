"""What one process holds of limits that it shares: its lease, and what it has yet to report.

Theory of operation. Calls take from the lease. When it does not suffice, the share wants another one: the next order
gives back what is left and asks for more, so that no process keeps what others wait for. Orders also report
what was spent, and give back what was not needed for a while. A share that holds something sends orders as a sign of
life. A lease that was not confirmed for `LEASE_SECONDS` seconds is not used, because the store may count it as spent.

Times are passed in. This module never waits, and must not know what carries the orders.
"""

from __future__ import annotations

from math import inf

from .allowance import MINUTE
from .lease import HOLDER_TIMEOUT, LEASE_SECONDS, Lease, LeaseOrder
from .rate_limit import Reservation

REPORT_INTERVAL = 0.25
"""Seconds after which to report what was spent."""

IDLE_TIMEOUT = 0.5
"""Seconds after which to give back what is not needed."""

POLL_INTERVAL = 0.5
"""The most seconds until a process that waits asks again, because others may give something back."""

POLL_AFTER_RETURN = 0.05
"""The same after a call of its own has given something back."""

HEARTBEAT = 3.0
"""Seconds between two signs of life."""

RETRY_INTERVAL = 1.0
"""Seconds after which to try again, if the store could not be reached."""

ROUNDING = 1e-6
"""Tokens that are no more than an error of rounding."""

MERGE_SECONDS = 0.05
"""Requests that are sent within this many seconds are reported as one entry."""


class LeaseShare:
    """The share of one process. It is used as a `RateLimit` is.

    Args:
        holder: The name of the process, different from all others.
        requests: Requests a minute. None: no limit.
        tokens: Tokens a minute. None: no limit.
    """

    def __init__(self, holder: str, requests: float | None, tokens: float | None) -> None:
        self._holder = holder
        self._own = (requests, tokens)
        self._limits = (requests, tokens)
        self._number = 0
        self._pending: LeaseOrder | None = None
        self._requests = 0.0
        self._tokens = 0.0
        self._valid_until = -inf
        self._wanted: float | None = None
        self._not_before = -inf
        self._ask_at = -inf
        self._paced = -inf
        self._taken = 0
        self._used_at = -inf
        self._heard = -inf
        self._again = -inf
        self._unsent = 0
        self._held = 0.0
        self._freed = 0.0
        self._sent: list[tuple[float, float]] = []
        self._used: list[tuple[float, float]] = []
        self._drained = False

    def opens(self, tokens: float, now: float) -> float:
        """Return the moment at which a request with this estimate can be sent. `inf`: it is not known yet."""
        tokens = self._fitted(tokens)
        calls = 0 if self._own[0] is None else 1
        if not calls and not tokens:
            return now
        if self._requests >= calls and self._tokens >= tokens and now < self._valid_until:
            return now
        self._wanted = tokens
        return self._not_before if self._not_before > now else inf

    def soonest(self, ahead: int, now: float) -> float:
        """Return a lower bound for the turn of a call that has `ahead` others before it."""
        limit = self._limits[0]
        if limit is None or self._requests or self._paced <= now:
            return now
        return self._paced + ahead * MINUTE / limit

    def hold(self, tokens: float, now: float, reservation: Reservation | None = None) -> Reservation:
        """Hold what an attempt may use, in a reservation that holds nothing yet."""
        reservation = reservation or Reservation()
        tokens = self._fitted(tokens)
        left = _less(self._tokens, tokens)
        # No call from here on, so an interrupt finds all of it or nothing.
        if self._own[0] is not None:
            self._requests -= 1
            self._unsent += 1
            reservation.requests = 1.0
        self._tokens = left
        self._held += tokens
        reservation.tokens = tokens
        self._taken += 1
        self._used_at = now
        self._wanted = None
        return reservation

    def sent(self, reservation: Reservation, now: float) -> None:
        """Spend the request of an attempt, because it is sent now."""
        if reservation.requests:
            _add(self._sent, 1.0, now)
            self._unsent -= 1
            reservation.requests = 0.0

    def settle(self, reservation: Reservation, used: float, now: float) -> None:
        """Replace the estimate of an attempt by the tokens that it used. Safe to call twice."""
        if reservation.requests:
            self._unsent -= 1
            self._requests += 1
            reservation.requests = 0.0
        if self._own[1] is not None and reservation.tokens:
            if used > 0:
                _add(self._used, used, now)
            left = _less(self._held, reservation.tokens)
            ask_at = min(self._ask_at, self._heard + POLL_AFTER_RETURN)
            # No call from here on, as in `hold`.
            self._held = left
            self._freed += reservation.tokens
            self._ask_at = ask_at
            reservation.tokens = 0.0

    def restrict(self, requests: float | None, tokens: float | None) -> None:
        """Adopt limits that the service reports, if they are lower."""
        self._own = (_lower(self._own[0], requests), _lower(self._own[1], tokens))

    def drain(self, now: float) -> None:
        """End the burst, because the service has refused a request."""
        self._drained = True

    def due(self, now: float) -> float:
        """Return the moment at which to send an order. `inf`: there is nothing to report or to want."""
        moments = [inf]
        if self._wanted is not None:
            moments.append(self._ask_at)
        if self._sent or self._freed or self._drained or self._pending is not None:
            moments.append(self._heard + REPORT_INTERVAL)
        if self._requests or self._tokens:
            moments.append(self._used_at + IDLE_TIMEOUT)
        if self._requests or self._tokens or self._unsent or self._held:
            moments.append(self._heard + HEARTBEAT)
        return max(min(moments), self._again)

    def order(self, now: float, *, leaving: bool = False) -> LeaseOrder:
        """Return the order to send now. One that may have been lost comes first, under its number.

        Args:
            leaving: Whether it is the last one. It leaves to the store what calls in flight hold.
        """
        if self._pending is not None:
            return self._pending
        returns = leaving or self._wanted is not None or now >= self._used_at + IDLE_TIMEOUT
        self._number += 1
        if self._number == 1:
            self._heard = now
        self._pending = LeaseOrder(
            self._holder,
            self._number,
            *self._own,
            calls=0 if self._wanted is None or leaving else max(1, 2 * self._taken),
            tokens=self._wanted or 0.0,
            returned_requests=self._requests if returns else 0.0,
            returned_tokens=self._tokens if returns else 0.0,
            sent=tuple((now - moment, amount) for moment, amount in self._sent),
            freed=self._freed,
            used=tuple((now - moment, amount) for moment, amount in self._used),
            drained=self._drained,
            leaving=leaving and not self._unsent and not self._held,
            heard=now - self._heard if self._number > 1 else None,
        )
        if returns:
            self._requests = self._tokens = 0.0
        self._taken, self._freed, self._drained = 0, 0.0, False
        self._sent.clear()
        self._used.clear()
        return self._pending

    def granted(self, lease: Lease, began: float, now: float) -> None:
        """Take what an order got.

        Args:
            lease: What it got.
            began: When the exchange with the store began.
        """
        order, self._pending = self._pending, None
        self._valid_until, self._heard = began + LEASE_SECONDS, now
        self._limits = (lease.requests_limit, lease.tokens_limit)
        if not lease.known:
            self._requests = self._tokens = 0.0
        if order is None or not order.calls:
            return
        if lease.calls:
            self._requests += lease.calls if self._own[0] is not None else 0
            self._tokens += lease.tokens
            self._wanted, self._used_at, self._not_before, self._ask_at = None, now, -inf, -inf
        else:
            self._not_before, self._paced = now + lease.wait, began + lease.paced
            self._ask_at = now + min(lease.wait, POLL_INTERVAL)

    def failed(self, now: float) -> None:
        """Note that an order could not be carried out. What it reports counts until the store counts it as spent."""
        self._again = now + RETRY_INTERVAL
        self._wanted = None
        if now > self._heard + HOLDER_TIMEOUT:
            self._pending = None
            self._requests = self._tokens = self._freed = 0.0
            self._sent.clear()
            self._used.clear()

    def _fitted(self, tokens: float) -> float:
        own, limit = self._own[1], self._limits[1]
        return 0.0 if own is None else min(tokens, own if limit is None else min(own, limit))


def _less(amount: float, by: float) -> float:
    """Return what is left of an amount; nothing, where that is only an error of rounding."""
    left = amount - by
    return left if left > ROUNDING else 0.0


def _lower(own: float | None, shared: float | None) -> float | None:
    return own if own is None or shared is None or shared < 1 else min(own, shared)


def _add(spent: list[tuple[float, float]], amount: float, now: float) -> None:
    if spent and now - spent[-1][0] < MERGE_SECONDS:
        spent[-1] = (now, spent[-1][1] + amount)
    else:
        spent.append((now, amount))
