"""What the service reports about an async request: its status, errors, cancellation, and the queue."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ..errors import (
    AsyncRequestCanceled,
    AsyncRequestError,
    AsyncRequestExpired,
    AsyncRequestFailed,
    WebhookDeliveryFailed,
)
from .annotations import Beside, NullAs, as_text, nothing
from .reply import Lenient, Reply

AsyncRequestState: TypeAlias = (
    Literal["QUEUED", "IN_PROGRESS", "SUCCEEDED", "FAILED", "EXPIRED", "CANCELED", "WEBHOOK_FAILED"] | str
)
"""State of an async request; an open set."""

WebhookState: TypeAlias = Literal["PENDING", "SUCCEEDED", "FAILED", "CANCELED", "NO_WEBHOOK_PROVIDED"] | str
"""State of the delivery to the webhook; an open set."""

_TERMINAL = frozenset({"SUCCEEDED", "FAILED", "EXPIRED", "CANCELED", "WEBHOOK_FAILED"})

_ERRORS: dict[str, tuple[type[AsyncRequestError], str]] = {
    "FAILED": (AsyncRequestFailed, "failed"),
    "EXPIRED": (AsyncRequestExpired, "expired in the queue"),
    "CANCELED": (AsyncRequestCanceled, "was canceled"),
    "WEBHOOK_FAILED": (WebhookDeliveryFailed, "succeeded, but its output could not be delivered"),
}


class AsyncErrorDetail(Lenient):
    """One error of an async request, such as `MODEL_PREDICT_ERROR`."""

    code: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""
    message: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""


class AsyncRequestStatus(Reply):
    """Status of an async request. Kept for an hour after its end; it never holds the output."""

    request_id: str
    status: AsyncRequestState
    webhook_status: Annotated[WebhookState | None, Beside(nothing)] = None
    model_id: Annotated[str | None, Beside(nothing, as_text)] = None
    chain_id: Annotated[str | None, Beside(nothing, as_text)] = None
    deployment_id: Annotated[str | None, Beside(nothing, as_text)] = None
    created_at: Annotated[datetime | None, Beside(nothing)] = None
    status_at: Annotated[datetime | None, Beside(nothing)] = None
    errors: Annotated[list[AsyncErrorDetail], Beside(list, null_at_once=True)] = Field(default_factory=list)

    @property
    def is_terminal(self) -> bool:
        """Whether the status can no longer change."""
        return self.status in _TERMINAL

    @property
    def succeeded(self) -> bool:
        """Whether the model ran to its end and no delivery was lost."""
        return self.status == "SUCCEEDED"

    @property
    def delivery_pending(self) -> bool:
        """Whether the model has succeeded, but its output has not reached the webhook yet."""
        return self.status == "SUCCEEDED" and self.webhook_status == "PENDING"

    def raise_for_status(self) -> AsyncRequestStatus:
        """Return self, or raise what a terminal state other than success means.

        Raises:
            AsyncRequestFailed: The model failed on every attempt.
            AsyncRequestExpired: It waited too long in the queue.
            AsyncRequestCanceled: It was canceled.
            WebhookDeliveryFailed: It succeeded, but its output is lost.
        """
        if self.status in _ERRORS:
            cls, what = _ERRORS[self.status]
            details = "; ".join(f"{e.code}: {e.message}" for e in self.errors)
            raise cls(f"Async request {self.request_id} {what}{f' ({details})' if details else ''}.", status=self)
        return self


class CancelResult(Reply):
    """The answer to a cancellation. Only a queued request can be canceled. If it is too late, `canceled` is false."""

    request_id: Annotated[str, NullAs(str)] = ""
    canceled: bool
    message: Annotated[str, Beside(str, as_text, null_at_once=True)] = ""


class QueueStatus(Reply):
    """Depth of a deployment's async queue."""

    model_id: Annotated[str | None, Beside(nothing, as_text)] = None
    chain_id: Annotated[str | None, Beside(nothing, as_text)] = None
    deployment_id: Annotated[str | None, Beside(nothing, as_text)] = None
    num_queued_requests: int
    num_in_progress_requests: int


class AsyncAccepted(Reply):
    """The service took an async request."""

    request_id: Annotated[str, Field(min_length=1)]
