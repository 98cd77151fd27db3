"""One call as a value: what was asked for, and how it went so far.

It adds the facts of the call to errors and replies.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeVar

from ...errors import APIError
from ...hooks import WaitEvent
from ...types.meta import Headers, Meta
from ..policy.observers import ObservedCall
from ..request.hidden import Hidden, no_secret
from ..request.options import Options
from ..request.request import Request
from .advice import advise
from .redaction import Redactor
from .sent_secrets import SHORTEST, secrets_of

log = logging.getLogger("baseten_sdk")

E = TypeVar("E", bound=APIError)

NO_KEY = no_secret()

ABSENT = b"\0"
"""What no header holds."""

NOTHING: Mapping[str, float] = {}

_WAITS = {
    "gate": "the service has refused calls",
    "rate": "a limit per minute is reached",
    "queue": "as many calls as Limits(concurrency=...) allows are in flight",
}


class CallRecord(NamedTuple):
    """One call.

    Attributes:
        request: The request, without the key.
        start: When it began, on the steady clock.
        key: The key of the last attempt.
        attempts: How many attempts were made.
        observed: The observers of the call.
        waited: Seconds that it waited before it was sent, by reason. All its records share this dict.
    """

    request: Request
    options: Options
    start: float
    key: Hidden[str] = NO_KEY
    attempts: int = 0
    observed: ObservedCall | None = None
    waited: dict[str, float] | None = None

    def describe(self, error: E, now: float, request_id: str | None = None) -> E:
        """Add the facts that only the call knows, and remove secrets. Return the same error.

        Args:
            now: The time, on the clock of `start`.
            request_id: The service's ID of the request, in case the error does not have it.
        """
        error.method = self.request.method
        error.url = self.request.url_without_query
        error.attempts = self.attempts
        error.elapsed = now - self.start
        error.request_id = error.request_id or request_id or self.options.request_id
        advise(error, self.request, to_container=self.options.keyless)
        return self.redactor().error(error)

    def begins_to_wait(self, reason: Literal["gate", "rate", "queue"], seconds: float | None = None) -> None:
        """Log and report that the call has to wait before it is sent.

        Args:
            seconds: The least number of seconds, if known.
        """
        request = self.request
        if seconds is None:
            log.info("%s %s waits: %s.", request.method, request.url_without_query, _WAITS[reason])
        else:
            text = "%s %s waits for %.2f s or more: %s."
            log.info(text, request.method, request.url_without_query, seconds, _WAITS[reason])
        if self.observed is not None:
            self.observed.waiting(WaitEvent(request.method, request.url_without_query, reason, seconds))

    def note_wait(self, what: str, seconds: float) -> None:
        """Note that the call waited before it was sent."""
        if self.waited is not None:
            self.waited[what] = self.waited.get(what, 0.0) + seconds

    def meta(self, status: int, headers: Headers, now: float) -> Meta:
        """Return the `Meta` of a reply.

        Secrets that its headers echo are removed: observers pass them on, and tracebacks with variables show the key.
        """
        request = self.request
        if self.observed is not None or headers.hold(self.key.value[:SHORTEST].encode() or ABSENT):
            headers = self.redactor().headers(headers)
        elapsed = now - self.start
        return Meta.of(
            (
                status,
                headers,
                self.attempts,
                elapsed,
                request.method,
                request.url_without_query,
                request.member,
                request.hedge,
                self.waited or NOTHING,
            )
        )

    def redactor(self) -> Redactor:
        """Return what removes the secrets of this call from what the server sent."""
        try:
            return Redactor(secrets_of(self.request, self.key, self.options.extra_body))
        except BaseException as interrupt:
            # The frames below hold the secrets.
            raise interrupt.with_traceback(None) from None

    def __repr__(self) -> str:
        return f"<{self.request!r}, attempt {self.attempts}>"
