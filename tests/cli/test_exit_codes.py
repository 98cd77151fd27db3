from __future__ import annotations

import pytest

from baseten_sdk import (
    APIConnectionError,
    APIStatusError,
    AsyncRequestFailed,
    AsyncRequestStatus,
    AuthenticationError,
    BadRequestError,
    BasetenError,
    ChatCompletion,
    ConfigurationError,
    DeadlineExceeded,
    InvalidRequestError,
    LengthLimitError,
    ModelError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeoutError,
    ResponseValidationError,
    StreamInterrupted,
    UnprocessableEntityError,
    WebhookSignatureError,
)
from baseten_sdk.cli.exit_codes import ExitCode, exit_code

COMPLETION = ChatCompletion.model_validate({"choices": [{"message": {}}]})
STATUS = AsyncRequestStatus.model_validate({"request_id": "r", "status": "FAILED"})


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("x"), 2),
        (InvalidRequestError("x"), 2),
        (AuthenticationError("x", status_code=401), 3),
        (PermissionDeniedError("x", status_code=403), 3),
        (PaymentRequiredError("x", status_code=402), 3),
        (NotFoundError("x", status_code=404), 4),
        (BadRequestError("x", status_code=400), 5),
        (UnprocessableEntityError("x", status_code=422), 5),
        (APIStatusError("x", status_code=418), 5),
        (ResponseValidationError("x", status_code=200, body=b""), 5),
        (LengthLimitError("x", completion=COMPLETION), 5),
        (WebhookSignatureError("x", check="signature"), 5),
        (RateLimitError("x", status_code=429), 6),
        (RequestTimeoutError("x", status_code=408), 6),
        (ModelError("x", status_code=500), 6),
        (APIStatusError("x", status_code=520), 6),
        (APIConnectionError("x", phase="connect"), 6),
        (DeadlineExceeded("x", phase="idle"), 6),
        (StreamInterrupted("x"), 6),
        (AsyncRequestFailed("x", status=STATUS), 6),
        (BasetenError("x"), 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BasetenError) else str(value),
)
def test_each_error_has_its_exit_code(error: BasetenError, code: int) -> None:
    assert exit_code(error) is ExitCode(code)
