"""What the status of an async request says of an output that is waited for: wait on, or why it will not come.

An output comes to the webhook or not at all, and the status cannot give it back. But the status tells that it failed,
or went somewhere else, when a waiter would otherwise wait for ever. Status and delivery travel on different ways, so
each bad sign has a time in which the delivery may still come. It must not know how a delivery arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from ...errors import AsyncRequestError, AsyncRequestFailed, DeliveredElsewhere, WebhookDeliveryFailed
from ...types.async_requests import AsyncRequestStatus
from .delivery import Envelope
from .polling import DELIVERY

FIRST = 1.0
"""Seconds before the first question: a delivery is the usual answer, and comes by itself."""

LATE = 2.0
"""Seconds in which a delivery may still come to light after the service has said how it ended: it was stored, and the
answer came too late; or another process stored it."""


@dataclass(frozen=True, slots=True)
class DeliveryVerdict:
    """A sign that the output will not come.

    Attributes:
        kind: what it is; the time of grace begins when it is first seen.
        grace: seconds in which the output may come all the same.
        error: what it means if it does not.
    """

    kind: str
    grace: float
    error: AsyncRequestError


class Expecting:
    """Watches the statuses of one request whose output is waited for."""

    __slots__ = ("_end", "_sign")

    def __init__(self) -> None:
        self._sign: DeliveryVerdict | None = None
        self._end = inf

    def seen(self, status: AsyncRequestStatus, now: float) -> None:
        """Note a status that came at `now`."""
        sign = _sign(status)
        if sign is None:
            self._end = inf
        elif self._sign is None or sign.kind != self._sign.kind:
            self._end = now + sign.grace
        self._sign = sign

    def given_up(self, now: float) -> AsyncRequestError | None:
        """Why the output will not come any more, or None."""
        return self._sign.error if self._sign is not None and now >= self._end else None

    def wait(self, interval: float, now: float) -> float:
        """Seconds until there is something to do: ask again, or give up."""
        return min(interval, max(self._end - now, 0.0))


def _sign(status: AsyncRequestStatus) -> DeliveryVerdict | None:
    request, delivery = status.status, status.webhook_status
    if request in ("FAILED", "EXPIRED", "CANCELED", "WEBHOOK_FAILED"):
        return DeliveryVerdict(request, LATE if request == "WEBHOOK_FAILED" else 0.0, bad_end(status))
    if delivery == "NO_WEBHOOK_PROVIDED":
        return DeliveryVerdict(
            delivery, 0.0, _lost(status, "was submitted without a webhook_endpoint, so its output goes nowhere")
        )
    if request != "SUCCEEDED":
        return None
    match delivery:
        case "FAILED" | "CANCELED":
            return DeliveryVerdict(
                "WEBHOOK_FAILED", LATE, _lost(status, "succeeded, but its output could not be delivered")
            )
        case "SUCCEEDED":
            elsewhere = (
                f"Async request {status.request_id} succeeded and its output was delivered, but not to this inbox."
            )
            return DeliveryVerdict("ELSEWHERE", LATE, DeliveredElsewhere(elsewhere, status=status))
        case _:
            late = f"succeeded, but its output had not arrived {DELIVERY:g} s later"
            return DeliveryVerdict("PENDING", DELIVERY, _lost(status, late))


def bad_end(status: AsyncRequestStatus) -> AsyncRequestError:
    """The error of a terminal state other than success."""
    try:
        status.raise_for_status()
    except AsyncRequestError as error:
        return error.with_traceback(None)
    return AsyncRequestFailed(f"Async request {status.request_id} failed.", status=status)


def failure_status(envelope: Envelope) -> AsyncRequestStatus:
    """The status that a delivery of errors speaks of, where the service itself cannot be asked any more."""
    return AsyncRequestStatus(
        request_id=envelope.request_id,
        status="FAILED",
        webhook_status="SUCCEEDED",
        model_id=envelope.model_id,
        chain_id=envelope.chain_id,
        deployment_id=envelope.deployment_id,
        status_at=envelope.time,
        errors=list(envelope.errors),
    )


def _lost(status: AsyncRequestStatus, what: str) -> WebhookDeliveryFailed:
    return WebhookDeliveryFailed(f"Async request {status.request_id} {what}.", status=status)
