"""Which failures of a row are worth another try, and when."""

from __future__ import annotations

import pytest

from baseten_sdk.batch.run.transient import LONGEST, WAITS, retry_delay
from baseten_sdk.errors import (
    APIConnectionError,
    BadRequestError,
    ConnectTimeout,
    DeadlineExceeded,
    FirstByteTimeout,
    IdleTimeout,
    InternalServerError,
    InvalidRequestError,
    ModelError,
    OverloadedError,
    RateLimitError,
    RequestTimeoutError,
    ResponseValidationError,
    ServiceUnavailableError,
)

PASSING = [
    APIConnectionError("Lost.", phase="idle", status_code=200),
    APIConnectionError("Refused.", phase="connect"),
    ConnectTimeout("Late.", phase="connect"),
    RateLimitError("Slow.", status_code=429),
    InternalServerError("Boom.", status_code=500),
    ServiceUnavailableError("Not ready.", status_code=503),
    OverloadedError("Full.", status_code=529),
    RequestTimeoutError("Late.", status_code=408),
    ResponseValidationError("Nonsense.", status_code=200, body=b"<html>"),
]
LASTING = [
    APIConnectionError("Not trusted.", phase="connect", permanent=True),
    FirstByteTimeout("Late.", phase="first_byte"),
    IdleTimeout("Silent.", phase="idle"),
    DeadlineExceeded("Over.", phase="queue"),
    ModelError("Raised.", status_code=500),
    BadRequestError("No.", status_code=400),
    RateLimitError("Paid up.", status_code=429, code="insufficient_quota"),
    RateLimitError("Tomorrow.", status_code=429, retry_after=LONGEST + 1),
    InvalidRequestError("Never sent."),
    KeyError("text"),
]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_what_passes_is_waited_for_ever_longer_up_to_a_bound(error: Exception) -> None:
    for tries in (1, 2, 5, 50):
        waits = [retry_delay(error, tries) for _ in range(200)]
        assert all(wait is not None and 0 <= wait <= min(WAITS.longest, 2.0**tries) for wait in waits)
    longest = max(wait or 0 for wait in [retry_delay(error, 5) for _ in range(200)])
    assert longest > 10


@pytest.mark.parametrize("error", LASTING, ids=lambda error: f"{type(error).__name__}-{error}"[:30])
def test_what_does_not_pass_is_not_waited_for(error: Exception) -> None:
    assert retry_delay(error, 1) is None


def test_the_service_may_say_how_long() -> None:
    wait = retry_delay(RateLimitError("Slow.", status_code=429, retry_after=90.0), 1)
    assert wait == 90.0
