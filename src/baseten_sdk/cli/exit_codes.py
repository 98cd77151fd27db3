"""The exit code for each kind of error."""

from __future__ import annotations

from enum import IntEnum

from ..errors import (
    APIConnectionError,
    APIStatusError,
    AsyncRequestError,
    AuthenticationError,
    BasetenError,
    BatchAbortedError,
    BatchInterrupted,
    ConfigurationError,
    NotFoundError,
    OutputError,
    PaymentRequiredError,
    RateLimitError,
    RequestTimeoutError,
    ResponseValidationError,
    StreamError,
    WebhookSignatureError,
)


class ExitCode(IntEnum):
    """The exit codes of all commands."""

    OK = 0
    OTHER = 1
    USAGE = 2
    """An option or an input is invalid."""
    AUTH = 3
    """The key is missing, wrong or not allowed to do this, or the account needs a payment method."""
    NOT_FOUND = 4
    VALIDATION = 5
    """The service refused the request, or an answer or signature is invalid."""
    SERVER = 6
    """The service, the model or the network failed. Trying again later may help."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    """The reader of the output has closed it: 128 plus the number of SIGPIPE, as for other programs."""


_CODES: tuple[tuple[tuple[type[BasetenError], ...], ExitCode], ...] = (
    ((ConfigurationError,), ExitCode.USAGE),
    ((AuthenticationError, PaymentRequiredError), ExitCode.AUTH),
    ((NotFoundError,), ExitCode.NOT_FOUND),
    ((RateLimitError, RequestTimeoutError), ExitCode.SERVER),
    ((APIConnectionError, StreamError, AsyncRequestError), ExitCode.SERVER),
    ((OutputError, ResponseValidationError, WebhookSignatureError), ExitCode.VALIDATION),
)


def exit_code(error: BasetenError) -> ExitCode:
    if isinstance(error, BatchInterrupted):
        return ExitCode.INTERRUPTED
    if isinstance(error, BatchAbortedError) and isinstance(error.error, BasetenError):
        return exit_code(error.error)
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    if isinstance(error, APIStatusError):
        return ExitCode.SERVER if error.status_code >= 500 else ExitCode.VALIDATION
    return ExitCode.OTHER
