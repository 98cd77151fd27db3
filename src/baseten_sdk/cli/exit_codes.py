"""Exit codes, for scripts: which error ends the command with which."""

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

__all__ = ["ExitCode", "exit_code"]


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    OTHER = 1
    USAGE = 2
    """The command was called wrongly, or its input cannot be sent."""
    AUTH = 3
    """The key is missing, wrong, or may not do this; or the account has to pay first."""
    NOT_FOUND = 4
    VALIDATION = 5
    """The service refused the request, or an answer or a signature is not valid."""
    SERVER = 6
    """The service, the model or the network failed; trying again later may help."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    """Nobody reads the output any more: 128 and the number of SIGPIPE, as other programs end then."""


_CODES: tuple[tuple[tuple[type[BasetenError], ...], ExitCode], ...] = (
    ((ConfigurationError,), ExitCode.USAGE),
    ((AuthenticationError, PaymentRequiredError), ExitCode.AUTH),
    ((NotFoundError,), ExitCode.NOT_FOUND),
    ((RateLimitError, RequestTimeoutError), ExitCode.SERVER),
    ((APIConnectionError, StreamError, AsyncRequestError), ExitCode.SERVER),
    ((OutputError, ResponseValidationError, WebhookSignatureError), ExitCode.VALIDATION),
)


def exit_code(error: BasetenError) -> ExitCode:
    """The code for an error."""
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
