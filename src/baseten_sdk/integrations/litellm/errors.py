"""This package's errors as LiteLLM's, with their status, so that its router knows what to try again and where."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

import httpx
from litellm import exceptions

from ... import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    BasetenError,
    InvalidRequestError,
    ResponseValidationError,
    StreamAPIError,
)
from .litellm_types import ExceptionCheckers

_BY_STATUS: Mapping[int, Callable[..., Exception]] = {
    400: exceptions.BadRequestError,
    401: exceptions.AuthenticationError,
    402: exceptions.PaymentRequiredError,
    403: exceptions.PermissionDeniedError,
    404: exceptions.NotFoundError,
    422: exceptions.UnprocessableEntityError,
    429: exceptions.RateLimitError,
    500: exceptions.InternalServerError,
    502: exceptions.BadGatewayError,
    503: exceptions.ServiceUnavailableError,
}


@contextmanager
def in_litellms_terms(model: str, provider: str) -> Generator[None]:
    """Raise this package's errors as LiteLLM's, with the former as their cause."""
    try:
        yield
    except BasetenError as error:
        raise litellm_error(error, model, provider) from error


def litellm_error(error: BasetenError, model: str, provider: str) -> Exception:
    """Convert an error of this package to LiteLLM's."""
    text = str(error)
    match error:
        case APIStatusError():
            return _status_error(error, text, model, provider)
        case APITimeoutError():
            return exceptions.Timeout(text, model=model, llm_provider=provider)
        case APIConnectionError():
            return exceptions.APIConnectionError(text, llm_provider=provider, model=model)
        case ResponseValidationError():
            return exceptions.APIResponseValidationError(text, llm_provider=provider, model=model)
        case StreamAPIError():
            return exceptions.APIError(500, text, llm_provider=provider, model=model)
        case InvalidRequestError():
            return exceptions.BadRequestError(text, model=model, llm_provider=provider)
        case _:
            return exceptions.APIConnectionError(text, llm_provider=provider, model=model)


def _status_error(error: APIStatusError, text: str, model: str, provider: str) -> Exception:
    """Return LiteLLM's error for a status. If it has none, return its general error with the status."""
    request = httpx.Request(error.method or "POST", error.url or "https://inference.baseten.co")
    reply = httpx.Response(error.status_code, headers=_plain(error.headers), content=error.raw, request=request)
    status = error.status_code
    if status in (408, 504):
        return exceptions.Timeout(
            text, model=model, llm_provider=provider, exception_status_code=status, response=reply
        )
    if status == 400 and ExceptionCheckers.is_error_str_context_window_exceeded(text):
        return exceptions.ContextWindowExceededError(text, model=model, llm_provider=provider, response=reply)
    kind = _BY_STATUS.get(status)
    if kind is None:
        return exceptions.APIError(status, text, llm_provider=provider, model=model, response=reply)
    return kind(text, model=model, llm_provider=provider, response=reply)


def _plain(headers: dict[str, str]) -> dict[str, str]:
    """Return headers without those about the encoding of the body, because the error holds it decoded."""
    return {name: value for name, value in headers.items() if name not in ("content-encoding", "content-length")}
