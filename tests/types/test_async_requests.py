"""What the service tells of async requests, and the errors that their bad ends are."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from baseten_sdk.errors import (
    AsyncRequestCanceled,
    AsyncRequestError,
    AsyncRequestExpired,
    AsyncRequestFailed,
    WebhookDeliveryFailed,
)
from baseten_sdk.types.async_requests import AsyncAccepted, AsyncRequestStatus, CancelResult, QueueStatus

STATUS = {
    "request_id": "0f1e0f1e0f1e0f1e0f1e0f1e0f1e0f1e",
    "model_id": "abcd1234",
    "deployment_id": "wxyz123",
    "status": "IN_PROGRESS",
    "webhook_status": "PENDING",
    "created_at": "2026-11-20T10:00:00.000001Z",
    "status_at": "2026-11-20T10:00:01.000002Z",
    "errors": [],
}


def read(**fields: object) -> AsyncRequestStatus:
    return AsyncRequestStatus.model_validate_json(json.dumps({**STATUS, **fields}))


def test_a_status_is_read_whole() -> None:
    found = read()
    assert (found.request_id, found.model_id, found.deployment_id) == (STATUS["request_id"], "abcd1234", "wxyz123")
    assert found.created_at == datetime(2026, 11, 20, 10, 0, 0, 1, UTC)
    assert found.status_at == datetime(2026, 11, 20, 10, 0, 1, 2, UTC)
    assert (found.chain_id, found.errors) == (None, [])


def test_most_of_a_status_may_be_absent_or_null() -> None:
    least = AsyncRequestStatus.model_validate({"request_id": "r", "status": "QUEUED"})
    null = AsyncRequestStatus.model_validate(
        {**dict.fromkeys(AsyncRequestStatus.model_fields), "request_id": "r", "status": "QUEUED"}
    )
    assert least.model_dump() == null.model_dump()
    assert not least.delivery_pending


def test_the_status_of_a_chain_has_its_id() -> None:
    assert read(model_id=None, chain_id="chain123").chain_id == "chain123"


def test_unknown_fields_and_states_are_kept() -> None:
    found = read(status="PAUSED", webhook_status="SLEEPING", region="eu")
    assert (found.status, found.webhook_status, found.model_extra) == ("PAUSED", "SLEEPING", {"region": "eu"})
    assert not found.is_terminal
    assert found.raise_for_status() is found


STATES: list[tuple[str, bool, type[AsyncRequestError] | None]] = [
    ("QUEUED", False, None),
    ("IN_PROGRESS", False, None),
    ("SUCCEEDED", True, None),
    ("FAILED", True, AsyncRequestFailed),
    ("EXPIRED", True, AsyncRequestExpired),
    ("CANCELED", True, AsyncRequestCanceled),
    ("WEBHOOK_FAILED", True, WebhookDeliveryFailed),
]


@pytest.mark.parametrize(("state", "terminal", "error"), STATES)
def test_every_state_says_whether_it_is_the_end_and_a_good_one(
    state: str, terminal: bool, error: type[AsyncRequestError] | None
) -> None:
    found = read(status=state)
    assert found.is_terminal is terminal
    assert found.succeeded is (state == "SUCCEEDED")
    if error is None:
        assert found.raise_for_status() is found
        return
    with pytest.raises(error) as caught:
        found.raise_for_status()
    assert type(caught.value) is error
    assert caught.value.status is found
    assert found.request_id in str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value


def test_a_failure_tells_its_errors() -> None:
    errors = [{"code": "MODEL_PREDICT_ERROR", "message": "boom"}, {"code": None, "message": "again", "extra": 1}]
    with pytest.raises(AsyncRequestFailed) as caught:
        read(status="FAILED", errors=errors).raise_for_status()
    assert "failed (MODEL_PREDICT_ERROR: boom; : again)." in caught.value.message
    assert caught.value.status.errors[1].model_extra == {"extra": 1}


@pytest.mark.parametrize(
    ("state", "webhook", "pending"),
    [
        ("SUCCEEDED", "PENDING", True),
        ("SUCCEEDED", "SUCCEEDED", False),
        ("SUCCEEDED", "NO_WEBHOOK_PROVIDED", False),
        ("SUCCEEDED", None, False),
        ("FAILED", "PENDING", False),
        ("IN_PROGRESS", "PENDING", False),
    ],
)
def test_a_delivery_is_pending_after_success_alone(state: str, webhook: str | None, pending: bool) -> None:
    assert read(status=state, webhook_status=webhook).delivery_pending is pending


@pytest.mark.parametrize("canceled", [True, False])
def test_a_refused_cancellation_is_an_answer(canceled: bool) -> None:
    found = CancelResult.model_validate({"request_id": "r", "canceled": canceled, "message": "m"})
    assert (found.canceled, found.message) == (canceled, "m")
    least = CancelResult.model_validate({"canceled": canceled, "request_id": None, "message": None})
    assert (least.request_id, least.message) == ("", "")


def test_a_queue_tells_its_depth() -> None:
    found = QueueStatus.model_validate({"num_queued_requests": 3, "num_in_progress_requests": 1, "chain_id": "c"})
    assert (found.num_queued_requests, found.num_in_progress_requests, found.model_id, found.chain_id) == (
        3,
        1,
        None,
        "c",
    )


@pytest.mark.parametrize("value", [{}, {"request_id": ""}, {"request_id": None}, {"request_id": 5}])
def test_an_acceptance_without_an_id_is_none(value: object) -> None:
    with pytest.raises(ValidationError):
        AsyncAccepted.model_validate(value)
