"""What the status of an async request means for its delivery: keep waiting, or why the output will not come.

An output goes to the webhook or nowhere, and the status never contains it. But the status shows that a request failed,
or that its output went elsewhere. Otherwise, a waiter would wait forever. Status and delivery take different routes, so
a delivery may still arrive a while after a bad verdict. This module must not know how a delivery arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from ...errors import AsyncRequestError, AsyncRequestFailed, DeliveredElsewhere, WebhookDeliveryFailed
from ...types.async_requests import AsyncRequestStatus
from .delivery import Envelope
from .polling import DELIVERY_GRACE

LATE_DELIVERY_GRACE = 2.0
"""Seconds in which a delivery may still arrive after the service has reported its end.

It may have been stored while the receiver's reply came too late, or another process may have stored it.
"""

_UNDELIVERED = "succeeded, but its output could not be delivered"


@dataclass(frozen=True, slots=True)
class DeliveryVerdict:
    """Why the output will probably not come.

    Attributes:
        kind: What happened. The grace period begins when this kind is first seen.
        grace: Seconds in which the output may still come.
        error: What to raise if it does not.
    """

    kind: str
    grace: float
    error: AsyncRequestError


class PendingDelivery:
    """The delivery of one request, judged by its statuses."""

    __slots__ = ("_end", "_verdict")

    def __init__(self) -> None:
        self._verdict: DeliveryVerdict | None = None
        self._end = inf

    def seen(self, status: AsyncRequestStatus, now: float) -> None:
        """Record a status that arrived at `now`."""
        verdict = verdict_of(status)
        if verdict is None:
            self._end = inf
        elif self._verdict is None or verdict.kind != self._verdict.kind:
            self._end = now + verdict.grace
        self._verdict = verdict

    def given_up(self, now: float) -> AsyncRequestError | None:
        """Return why the output will not come, once its grace period is over. None before that."""
        return self._verdict.error if self._verdict is not None and now >= self._end else None

    def wait(self, interval: float, now: float) -> float:
        """Return the seconds until the next step: polling again, or giving up."""
        return min(interval, max(self._end - now, 0.0))


def verdict_of(status: AsyncRequestStatus) -> DeliveryVerdict | None:
    """Return what a status says about the delivery. None while it may still come."""
    request, delivery = status.status, status.webhook_status
    if request in ("FAILED", "EXPIRED", "CANCELED", "WEBHOOK_FAILED"):
        return DeliveryVerdict(request, LATE_DELIVERY_GRACE if request == "WEBHOOK_FAILED" else 0.0, bad_end(status))
    if delivery == "NO_WEBHOOK_PROVIDED":
        return DeliveryVerdict(
            delivery, 0.0, _lost(status, "was submitted without a webhook_endpoint, so its output goes nowhere")
        )
    if request != "SUCCEEDED":
        return None
    match delivery:
        case "FAILED" | "CANCELED":
            return DeliveryVerdict("WEBHOOK_FAILED", LATE_DELIVERY_GRACE, _lost(status, _UNDELIVERED))
        case "SUCCEEDED":
            elsewhere = (
                f"Async request {status.request_id} succeeded and its output was delivered, but not to this inbox."
            )
            return DeliveryVerdict("ELSEWHERE", LATE_DELIVERY_GRACE, DeliveredElsewhere(elsewhere, status=status))
        case _:
            late = f"succeeded, but its output had not arrived {DELIVERY_GRACE:g} s later"
            return DeliveryVerdict("PENDING", DELIVERY_GRACE, _lost(status, late))


def bad_end(status: AsyncRequestStatus) -> AsyncRequestError:
    """Return the error of a terminal state other than success."""
    try:
        status.raise_for_status()
    except AsyncRequestError as error:
        return error.with_traceback(None)
    return AsyncRequestFailed(f"Async request {status.request_id} failed.", status=status)


def failure_status(envelope: Envelope) -> AsyncRequestStatus:
    """Build the status behind a delivery of errors, for when the service no longer knows it."""
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
