"""A reply while it is read: bounded, and worth something even if its end never comes."""

from __future__ import annotations

import pytest

from baseten_sdk._core.policy.phases import Expired, Expiry
from baseten_sdk._core.reply.reading import PROGRESS, Reading
from baseten_sdk.errors import (
    APIConnectionError,
    APIError,
    IdleTimeout,
    RateLimitError,
    ResponseValidationError,
)
from baseten_sdk.errors.api import KEPT
from baseten_sdk.types.meta import Headers

LATE = Expired(Expiry("idle", "phase", 3))
LOST = APIConnectionError("Lost.", phase="idle", status_code=200)


def reading(status: int, *pieces: bytes, most: int = 100) -> Reading:
    found = Reading(most)
    found.begin(status, Headers([("content-type", "application/json")]))
    for piece in pieces:
        found.add(piece)
    return found


def test_a_reply_is_the_sum_of_its_pieces() -> None:
    found = reading(200, b"{", b'"a":', b"1}")
    answer = found.answer()
    assert (answer.status, answer.body, answer.media_type) == (200, b'{"a":1}', "application/json")
    assert not found.full
    assert found.tail == b'{"a":1}'


def test_a_reply_that_is_too_large_is_an_error() -> None:
    found = reading(200, b"x" * 100)
    assert not found.full
    found.add(b"x")
    assert found.full
    with pytest.raises(ResponseValidationError, match=r"larger than Limits\(body=100\)") as caught:
        found.answer()
    assert caught.value.body == b"x" * 101


def test_of_an_error_so_much_is_read_as_is_kept_whatever_the_limit() -> None:
    for most in (10, 10**9):
        found = reading(500, b"x" * KEPT, most=most)
        assert not found.full
        found.add(b"x")
        assert found.full
        error = found.error(None, 0)
        assert error.message.startswith("xxx")


@pytest.mark.parametrize("failure", [None, LATE, LOST])
def test_an_error_status_comes_first_whatever_became_of_its_body(failure: Expired | APIConnectionError | None) -> None:
    error = reading(429, b'{"error": "slow').error(failure, 0)
    assert isinstance(error, RateLimitError)
    assert "slow" in error.message


def test_what_ended_the_reading_early_is_the_error_of_a_good_status() -> None:
    late = reading(200, b"{").error(LATE, 0)
    assert isinstance(late, IdleTimeout)
    assert (late.status_code, late.limit) == (200, 3)
    assert reading(200, b"{").error(LOST, 0) is LOST


@pytest.mark.parametrize("failure", [LATE, LOST])
def test_before_the_headers_the_failure_is_all_there_is(failure: Expired | APIConnectionError) -> None:
    error = Reading(100).error(failure, 0)
    assert isinstance(error, APIError)
    assert error is LOST or (isinstance(error, IdleTimeout) and error.status_code is None)


def test_dripping_bytes_are_no_progress_and_many_are() -> None:
    found = Reading(10**6)
    found.begin(200, Headers())
    assert [found.add(b"x") for _ in range(PROGRESS + 1)].index(True) == PROGRESS - 1
    assert found.add(b"x" * PROGRESS)
    assert not found.add(b"x")
