"""What statuses and failures mean, as plain values."""

from __future__ import annotations

import pytest

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncRequestStatus,
    AuthenticationError,
    BadGatewayError,
    BadRequestError,
    BasetenError,
    ClientClosedError,
    ConfigurationError,
    ConnectTimeout,
    DeadlineExceeded,
    FirstByteTimeout,
    InternalServerError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PayloadTooLargeError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeoutError,
    ResponseValidationError,
    ServiceUnavailableError,
)
from baseten_sdk.jobs.outcomes import Delivery, describe, fate, longest_life, verdict

HERE = Delivery(here=True, window=40)
ELSEWHERE = Delivery(here=False, window=40)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (InvalidRequestError("too large"), "refused"),
        (BadRequestError("", status_code=400), "refused"),
        (PayloadTooLargeError("", status_code=413), "refused"),
        (APIStatusError("", status_code=302), "refused"),
        (APIStatusError("", status_code=418), "refused"),
        (ConfigurationError("no key"), "stop"),
        (ClientClosedError("closed"), "stop"),
        (AuthenticationError("", status_code=401), "stop"),
        (PermissionDeniedError("", status_code=403), "stop"),
        (PaymentRequiredError("", status_code=402), "stop"),
        (NotFoundError("", status_code=404), "stop"),
        (APIConnectionError("bad certificate", phase="connect", permanent=True), "stop"),
        (RateLimitError("", status_code=429), "not taken"),
        (RequestTimeoutError("", status_code=408), "not taken"),
        (ServiceUnavailableError("", status_code=503), "not taken"),
        (OverloadedError("", status_code=529), "not taken"),
        (APIConnectionError("refused", phase="connect"), "not taken"),
        (ConnectTimeout("", phase="connect"), "not taken"),
        (DeadlineExceeded("", phase="queue"), "not taken"),
        (APIConnectionError("reset", phase="write"), "unknown"),
        (APIConnectionError("reset", phase="first_byte"), "unknown"),
        (FirstByteTimeout("", phase="first_byte"), "unknown"),
        (InternalServerError("", status_code=500), "unknown"),
        (BadGatewayError("", status_code=502), "unknown"),
        (ResponseValidationError("", status_code=201, body=b"{}"), "unknown"),
    ],
)
def test_a_failed_submission_came_to(error: BasetenError, expected: str) -> None:
    assert fate(error) == expected


def status(state: str, webhook: str | None = None, *codes: str) -> AsyncRequestStatus:
    errors = [{"code": code, "message": "m"} for code in codes]
    return AsyncRequestStatus.model_validate(
        {"request_id": "r", "status": state, "webhook_status": webhook, "errors": errors}
    )


@pytest.mark.parametrize(
    ("state", "webhook", "waited", "expected"),
    [
        ("QUEUED", "PENDING", 0, "wait"),
        ("IN_PROGRESS", "PENDING", 1000, "wait"),
        ("SOMETHING_NEW", None, 1000, "wait"),
        ("FAILED", "SUCCEEDED", 0, "failed"),
        ("CANCELED", "CANCELED", 0, "canceled"),
        ("EXPIRED", "PENDING", 0, "expired"),
        ("WEBHOOK_FAILED", "FAILED", 0, "lost"),
        ("SUCCEEDED", "FAILED", 0, "lost"),
        ("SUCCEEDED", "PENDING", 39, "wait"),
        ("SUCCEEDED", "PENDING", 41, "lost"),
        ("SUCCEEDED", "SUCCEEDED", 39, "wait"),
        ("SUCCEEDED", "SUCCEEDED", 41, "lost"),
        ("SUCCEEDED", "NO_WEBHOOK_PROVIDED", 41, "lost"),
    ],
)
def test_a_status_means(state: str, webhook: str | None, waited: float, expected: str) -> None:
    assert verdict(status(state, webhook), HERE, waited) == expected


@pytest.mark.parametrize(
    ("webhook", "waited", "expected"),
    [("PENDING", 0, "wait"), ("PENDING", 41, "lost"), ("SUCCEEDED", 0, "succeeded"), (None, 0, "succeeded")],
)
def test_a_delivery_elsewhere_is_known_from_the_status(webhook: str | None, waited: float, expected: str) -> None:
    assert verdict(status("SUCCEEDED", webhook), ELSEWHERE, waited) == expected
    assert verdict(status("FAILED", webhook), ELSEWHERE, waited) == "failed"


def test_errors_are_told_in_one_line() -> None:
    assert describe(status("FAILED", None, "A", "B").errors) == "A: m; B: m"
    assert describe([]) == ""


def test_a_job_lives_as_long_as_it_may_wait_and_run() -> None:
    assert longest_life(None, 40) == 600 + 3600 + 40
    assert longest_life(10, 40) == 10 + 3600 + 40
