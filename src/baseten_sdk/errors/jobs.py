"""Async requests that ended without success, webhooks that cannot be trusted, and ledgers that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .base import BasetenError

if TYPE_CHECKING:
    from ..types.async_requests import AsyncRequestStatus


class AsyncRequestError(BasetenError):
    """An async request ended without success.

    Attributes:
        status: The last status, with the service's error codes.
    """

    advice = "The service's reasons are in .status."

    def __init__(self, message: str, *, status: AsyncRequestStatus) -> None:
        super().__init__(message)
        self.status = status


class AsyncRequestFailed(AsyncRequestError):
    """The model failed on every attempt that was allowed."""

    advice = "The service's reasons are in .status; the deployment's logs hold the traceback."


class AsyncRequestExpired(AsyncRequestError):
    """The request waited longer in the queue than max_time_in_queue_seconds."""

    advice = "Raise max_time_in_queue_seconds, or the deployment's capacity."


class AsyncRequestCanceled(AsyncRequestError):
    """The request was canceled before it ran."""

    advice = "Submit it again if it is still wanted."


class WebhookDeliveryFailed(AsyncRequestError):
    """The model succeeded, but its output could not be delivered to the webhook and is gone."""

    advice = "Baseten does not store outputs: submit the request again with a reachable webhook."


class DeliveredElsewhere(AsyncRequestError):
    """The output was delivered, but not to the inbox that waits for it."""

    advice = "Submit with webhook_endpoint=inbox.url, and let the inbox read the store of the receiver at that URL."


SIGNATURE_ADVICE = {
    "unsigned": "Create a webhook secret in the Baseten workspace, so that requests are signed. To accept unsigned "
    "ones, pass allow_unsigned=True.",
    "body": "Check what sends it: the secret is right, but the request is not a delivery of an async request.",
    "time": "Check this machine's clock, or raise tolerance= if requests are queued before they are verified.",
}


class WebhookSignatureError(BasetenError):
    """A webhook request is not signed by one of the secrets, is not a delivery, or is too old.

    Attributes:
        check: The check that failed: "unsigned" (it has no signature), "signature" (none is valid), "body" (signed, but
            not a delivery) or "time" (signed, but too old, too far ahead, or without a time).
    """

    advice = "Check the secrets, and that the body is passed as it came, byte for byte."

    def __init__(self, message: str, *, check: Literal["unsigned", "signature", "body", "time"]) -> None:
        super().__init__(message)
        self.check = check
        self.advice = SIGNATURE_ADVICE.get(check, self.advice)


class WebhookStoreError(BasetenError):
    """The file in which deliveries are stored fails: it is locked, damaged or closed, or the disk is full."""


class LedgerError(BasetenError):
    """A ledger is in use elsewhere, belongs to other work, or its file fails. What it holds is untouched."""
