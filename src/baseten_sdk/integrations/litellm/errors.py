"""This package's errors as LiteLLM's, with their status, so that its router knows what to try again and where."""

from __future__ import annotations

from collections.abc import Generator
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
    match error.status_code:
        case 400 if ExceptionCheckers.is_error_str_context_window_exceeded(text):
            return exceptions.ContextWindowExceededError(text, model=model, llm_provider=provider, response=reply)
        case 400:
            return exceptions.BadRequestError(text, model=model, llm_provider=provider, response=reply)
        case 401:
            return exceptions.AuthenticationError(text, llm_provider=provider, model=model, response=reply)
        case 402:
            return exceptions.PaymentRequiredError(text, model=model, llm_provider=provider, response=reply)
        case 403:
            return exceptions.PermissionDeniedError(text, llm_provider=provider, model=model, response=reply)
        case 404:
            return exceptions.NotFoundError(text, model=model, llm_provider=provider, response=reply)
        case 408 | 504:
            return exceptions.Timeout(
                text, model=model, llm_provider=provider, exception_status_code=error.status_code, response=reply
            )
        case 422:
            return exceptions.UnprocessableEntityError(text, model=model, llm_provider=provider, response=reply)
        case 429:
            return exceptions.RateLimitError(text, llm_provider=provider, model=model, response=reply)
        case 500:
            return exceptions.InternalServerError(text, llm_provider=provider, model=model, response=reply)
        case 502:
            return exceptions.BadGatewayError(text, llm_provider=provider, model=model, response=reply)
        case 503:
            return exceptions.ServiceUnavailableError(text, llm_provider=provider, model=model, response=reply)
        case status:
            return exceptions.APIError(status, text, llm_provider=provider, model=model, response=reply)


def _plain(headers: dict[str, str]) -> dict[str, str]:
    """Return headers without those about the encoding of the body, because the error holds it decoded."""
    return {name: value for name, value in headers.items() if name not in ("content-encoding", "content-length")}
