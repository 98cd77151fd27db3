"""A stream that did not end well."""

from __future__ import annotations

from .api import APIError, body_text
from .partial import Partial, WithPartial

TRANSIENT_CODES = frozenset(map(str, (408, 429, *range(500, 600))))
"""Statuses that may pass by themselves, as the code of an error inside a stream."""

TRANSIENT_TYPES = frozenset({"api_error", "overloaded_error", "rate_limit_error", "server_error", "timeout_error"})
"""Types and codes of errors that say the same in words: Anthropic's and OpenAI's."""


class StreamError(WithPartial, APIError):
    """A stream failed, or ended too early. `partial` holds what arrived."""

    advice = "What had arrived is in .partial."

    def __init__(self, message: str, *, partial: Partial = None, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.partial = partial


class StreamInterrupted(StreamError):
    """The stream ended, or its connection broke, before it was complete."""

    @property
    def transient(self) -> bool:
        return True


class ContinuationError(StreamInterrupted):
    """A stream of a pool with `on_cut="continue"` was cut, and no other member could continue it."""


class StreamAPIError(StreamError):
    """The service reported an error inside the stream.

    Attributes:
        body: The error as it was sent.
        code: Its code, if it has one.
        type: Its type, if it has one.
    """

    advice = "The error as it was sent is in .body, and what had arrived in .partial."

    def __init__(
        self,
        message: str,
        *,
        partial: Partial = None,
        body: object = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, partial=partial, request_id=request_id)
        self.body = body
        self.code = code
        self.type = body_text(body, "type")

    @property
    def transient(self) -> bool:
        transient = self.code in TRANSIENT_CODES or bool({self.code, self.type} & TRANSIENT_TYPES)
        return transient and not self.quota_exhausted


class StreamDecodeError(StreamError):
    """A piece of the stream cannot be read: it is not JSON, has the wrong shape, or is too large."""

    advice = "What had arrived is in .partial; check the base URL and what answers there."
