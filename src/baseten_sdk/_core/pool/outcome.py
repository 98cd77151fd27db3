"""What a failed try says about the member, and about trying another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    BadRequestError,
    DeadlineExceeded,
    NotFoundError,
    RateLimitError,
    ResponseValidationError,
    StreamError,
)
from ..reply.response import media_type
from ..reply.validate import PAGES

Fault: TypeAlias = Literal["none", "counts", "gone"]
"""Whether a failure says that the member is unhealthy ("counts") or does not exist ("gone")."""

RESTING = 1.0
"""Seconds to leave a member alone after a 429 without a wait."""

SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """A judged failure.

    Attributes:
        moves_on: Whether to try another member.
        fault: What it says about the member.
        rests: Seconds in which not to ask the member.
        outcome: A few words for logs.
        late: Whether it says that the member is unhealthy if the request had waited longer than usual.
    """

    moves_on: bool
    fault: Fault
    rests: float
    outcome: str
    late: bool = False


def judge(error: APIError) -> Failure:
    """Judge the error of a try.

    Another member is tried after: no connection, no answer in time, a stream cut before its first event, 408, 429, 5xx,
    a web page instead of an answer, and a deployment that is gone or deactivated. Everything else would fail in the
    same way elsewhere.
    """
    match error:
        case DeadlineExceeded():
            return Failure(False, "none", 0.0, "deadline", late=True)
        case RateLimitError():
            if not error.sent:
                return Failure(True, "none", 0.0, "held")
            wait = error.retry_after
            return Failure(not error.quota_exhausted, "none", RESTING if wait is None else wait, "429")
        case NotFoundError():
            return Failure(True, "gone", 0.0, "404")
        case APIStatusError() if error.status_code >= SERVER_ERROR:
            return Failure(True, "counts", error.retry_after or 0.0, str(error.status_code))
        case BadRequestError(deactivated=True):
            return Failure(True, "gone", 0.0, "400")
        case APIStatusError() if error.transient:
            return Failure(True, "none", 0.0, str(error.status_code))
        case APIStatusError():
            return Failure(False, "none", 0.0, str(error.status_code))
        case APIConnectionError():
            return Failure(True, "counts", 0.0, f"{error.phase} failed" if error.phase else "connection failed")
        case ResponseValidationError() if media_type(error.headers) in PAGES:
            return Failure(True, "counts", 0.0, "web page")
        case StreamError():
            return Failure(True, "counts", 0.0, "stream failed")
        case _:
            return Failure(False, "none", 0.0, type(error).__name__)
