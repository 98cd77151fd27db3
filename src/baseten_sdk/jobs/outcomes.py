"""What the status of a job means for its row, and what a failed submission means. Pure: no clock, no waiting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    BasetenError,
    ConfigurationError,
    InvalidRequestError,
    NotFoundError,
)
from ..types.async_requests import AsyncErrorDetail, AsyncRequestStatus

LIFE_OF_A_STATUS = 3600.0
"""Seconds for which Baseten keeps the status of an ended job, and for which a job may run."""

DEFAULT_QUEUE_SECONDS = 600.0
"""Seconds in the queue after which a job expires, by default."""

NO_JOB = frozenset({408, 429, 503, 529})
"""Statuses after which no job exists."""

Fate: TypeAlias = Literal["not taken", "refused", "unknown", "stop"]
"""What a failed submission means: no job for now, no job ever, unknown, or that the whole run cannot continue."""

Verdict: TypeAlias = Literal["wait", "succeeded", "failed", "canceled", "expired", "lost"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a job's result reaches this ledger.

    Attributes:
        here: Whether it arrives at a receiver that this ledger reads.
        window: Seconds after which a missing delivery will not come any more.
    """

    here: bool
    window: float


def fate(error: BasetenError) -> Fate:
    """Decide what a failed submission means.

    A job may exist after a broken connection, and after a status such as 502.
    """
    if ends_the_run(error):
        return "stop"
    match error:
        case InvalidRequestError():
            return "refused"
        case ConfigurationError() | NotFoundError():
            return "stop"
        case APIStatusError(status_code=status) if status in NO_JOB:
            return "not taken"
        case APIStatusError(status_code=status) if 300 <= status < 500:
            return "refused"
        case APIConnectionError() if not error.transient:
            return "stop"
        case APIConnectionError(phase="connect" | "queue"):
            return "not taken"
        case _:
            return "unknown"


def ends_the_run(error: BasetenError) -> bool:
    """Whether no further call can succeed, because the key was refused, or credit or a quota is used up."""
    return isinstance(error, AuthenticationError) or error.quota_exhausted


def verdict(status: AsyncRequestStatus, delivery: Delivery, waited: float) -> Verdict:
    """Decide what a status means while the job has no delivery here.

    Args:
        delivery: How its result arrives.
        waited: Seconds since the status first was one of an ended request.
    """
    match status.status:
        case "FAILED":
            return "failed"
        case "CANCELED":
            return "canceled"
        case "EXPIRED":
            return "expired"
        case "WEBHOOK_FAILED":
            return "lost"
        case "SUCCEEDED" if status.webhook_status == "FAILED":
            return "lost"
        case "SUCCEEDED" if not delivery.here and not status.delivery_pending:
            return "succeeded"
        case "SUCCEEDED":
            return "lost" if waited > delivery.window else "wait"
        case _:
            return "wait"


def describe(errors: Iterable[AsyncErrorDetail]) -> str:
    """Write the errors of a job on one line."""
    return "; ".join(f"{each.code}: {each.message}" if each.message else each.code for each in errors)


def longest_life(queue_seconds: int | None, window: float) -> float:
    """Return the seconds until a job that may have been accepted must be over, with its delivery."""
    return (queue_seconds or DEFAULT_QUEUE_SECONDS) + LIFE_OF_A_STATUS + window
