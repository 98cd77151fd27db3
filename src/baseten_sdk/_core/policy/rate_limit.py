"""The limits of requests and tokens a minute together, and what one attempt holds of them.

A call holds an estimate before it is sent. Its request is spent when it is sent. Its tokens are spent when it ends, at
the real use. So they count from before the service can have counted them until a minute after the end.

Times are passed in. This module never waits, and must not know who does.
"""

from __future__ import annotations

from dataclasses import dataclass

from .allowance import MINUTE, Allowance


@dataclass(slots=True)
class Reservation:
    """What one attempt holds of the limits.

    It may be made first and hold nothing yet. So an interrupt never finds something that is held without its holder.

    Attributes:
        tokens: The tokens that it may use; 0 if tokens are not counted.
        requests: The requests that it holds, until its own was sent.
    """

    tokens: float = 0.0
    requests: float = 0.0


class RateLimit:
    """Limit the requests and the tokens of any minute.

    Args:
        requests: Requests a minute. None: no limit.
        tokens: Tokens a minute. None: no limit.
        minute: The length of a minute in seconds.
    """

    __slots__ = ("requests", "tokens")

    def __init__(self, requests: float | None, tokens: float | None, minute: float = MINUTE) -> None:
        self.requests = None if requests is None else Allowance(requests, minute)
        self.tokens = None if tokens is None else Allowance(tokens, minute)

    def opens(self, tokens: float, now: float) -> float:
        """Return the moment at which a request with this estimate can be sent. `inf`: it is not known yet."""
        opens = now
        if self.requests is not None:
            opens = self.requests.opens(1.0, now)
        if self.tokens is not None and tokens:
            opens = max(opens, self.tokens.opens(tokens, now))
        return opens

    def soonest(self, ahead: int, now: float) -> float:
        """Return a lower bound for the turn of a call that has `ahead` others before it."""
        return now if self.requests is None else self.requests.soonest(ahead + 1.0, now)

    def hold(self, tokens: float, now: float, reservation: Reservation | None = None) -> Reservation:
        """Hold what an attempt may use, in a reservation that holds nothing yet."""
        reservation = reservation or Reservation()
        if self.requests is not None:
            self.requests.hold(1.0, now)
            reservation.requests = 1.0
        if self.tokens is not None and tokens:
            self.tokens.hold(tokens, now)
            reservation.tokens = tokens
        return reservation

    def sent(self, reservation: Reservation, now: float) -> None:
        """Spend the request of an attempt, because it is sent now."""
        self._settle_request(reservation, 1.0, now)

    def settle(self, reservation: Reservation, used: float, now: float) -> None:
        """Replace the estimate of an attempt by the tokens that it used. Safe to call twice."""
        self._settle_request(reservation, 0.0, now)
        if self.tokens is not None and reservation.tokens:
            self.tokens.settle(reservation.tokens, used, now)
            reservation.tokens = 0.0

    def _settle_request(self, reservation: Reservation, spent: float, now: float) -> None:
        if self.requests is not None and reservation.requests:
            self.requests.settle(1.0, spent, now)
            reservation.requests = 0.0

    def release(self) -> None:
        """Give back all that attempts in flight hold."""
        for allowance in (self.requests, self.tokens):
            if allowance is not None:
                allowance.release()

    def restrict(self, requests: float | None, tokens: float | None) -> None:
        """Adopt limits that the service reports, if they are lower."""
        if self.requests is not None and requests is not None and 1 <= requests < self.requests.limit:
            self.requests.restrict(requests)
        if self.tokens is not None and tokens is not None and 1 <= tokens < self.tokens.limit:
            self.tokens.restrict(tokens)

    def drain(self, now: float) -> None:
        """End the burst, because the service has refused a request."""
        for allowance in (self.requests, self.tokens):
            if allowance is not None:
                allowance.drain(now)
