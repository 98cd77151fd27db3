"""What a status says of an output that is waited for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from baseten_sdk import (
    AsyncErrorDetail,
    AsyncRequestCanceled,
    AsyncRequestError,
    AsyncRequestExpired,
    AsyncRequestFailed,
    AsyncRequestStatus,
    DeliveredElsewhere,
    WebhookDeliveryFailed,
)
from baseten_sdk._core.queue.delivery import Envelope
from baseten_sdk._core.queue.polling import DELIVERY_GRACE
from baseten_sdk._core.queue.verdict import LATE_DELIVERY_GRACE, PendingDelivery, failure_status


def status(state: str, webhook: str | None = "PENDING") -> AsyncRequestStatus:
    return AsyncRequestStatus(request_id="r1", status=state, webhook_status=webhook)


@pytest.mark.parametrize(
    ("state", "webhook", "error", "grace"),
    [
        ("FAILED", "PENDING", AsyncRequestFailed, 0),
        ("EXPIRED", "PENDING", AsyncRequestExpired, 0),
        ("CANCELED", "CANCELED", AsyncRequestCanceled, 0),
        ("WEBHOOK_FAILED", "FAILED", WebhookDeliveryFailed, LATE_DELIVERY_GRACE),
        ("WEBHOOK_FAILED", None, WebhookDeliveryFailed, LATE_DELIVERY_GRACE),
        ("SUCCEEDED", "FAILED", WebhookDeliveryFailed, LATE_DELIVERY_GRACE),
        ("SUCCEEDED", "CANCELED", WebhookDeliveryFailed, LATE_DELIVERY_GRACE),
        ("SUCCEEDED", "SUCCEEDED", DeliveredElsewhere, LATE_DELIVERY_GRACE),
        ("SUCCEEDED", "PENDING", WebhookDeliveryFailed, DELIVERY_GRACE),
        ("SUCCEEDED", "SOMETHING_NEW", WebhookDeliveryFailed, DELIVERY_GRACE),
        ("SUCCEEDED", None, WebhookDeliveryFailed, DELIVERY_GRACE),
        ("SUCCEEDED", "NO_WEBHOOK_PROVIDED", WebhookDeliveryFailed, 0),
        ("QUEUED", "NO_WEBHOOK_PROVIDED", WebhookDeliveryFailed, 0),
    ],
)
def test_a_bad_verdict_holds_after_its_grace_period(
    state: str, webhook: str | None, error: type[AsyncRequestError], grace: float
) -> None:
    pending = PendingDelivery()
    pending.seen(status(state, webhook), 100.0)
    assert pending.wait(1000.0, 100.0) == grace
    if grace:
        assert pending.given_up(100.0 + grace - 0.01) is None
    found = pending.given_up(100.0 + grace)
    assert type(found) is error
    assert found is not None
    assert found.status.status == state


@pytest.mark.parametrize("state", ["QUEUED", "IN_PROGRESS", "SOMETHING_NEW"])
def test_what_goes_on_is_waited_for(state: str) -> None:
    pending = PendingDelivery()
    pending.seen(status(state), 0.0)
    assert pending.given_up(1e9) is None
    assert pending.wait(7.0, 1e9) == 7.0


def test_a_grace_period_begins_when_its_verdict_is_first_seen() -> None:
    pending = PendingDelivery()
    pending.seen(status("SUCCEEDED", "PENDING"), 0.0)
    pending.seen(status("SUCCEEDED", "PENDING"), 30.0)
    assert pending.given_up(DELIVERY_GRACE) is not None
    pending.seen(status("SUCCEEDED", "SUCCEEDED"), 50.0)
    assert pending.given_up(50.0 + LATE_DELIVERY_GRACE - 0.1) is None
    assert isinstance(pending.given_up(50.0 + LATE_DELIVERY_GRACE), DeliveredElsewhere)


def test_no_status_is_no_verdict() -> None:
    assert PendingDelivery().given_up(1e9) is None
    assert PendingDelivery().wait(2.0, 0.0) == 2.0


def test_a_delivery_of_errors_can_stand_for_a_status() -> None:
    error = AsyncErrorDetail(code="MODEL_PREDICT_ERROR", message="boom")
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    found = failure_status(Envelope("r1", "t", moment, None, (error,), "abcd1234", None, "wxyz123"))
    assert (found.request_id, found.status, found.errors) == ("r1", "FAILED", [error])
    assert (found.model_id, found.deployment_id, found.status_at) == ("abcd1234", "wxyz123", moment)
    with pytest.raises(AsyncRequestFailed, match="MODEL_PREDICT_ERROR: boom"):
        found.raise_for_status()
