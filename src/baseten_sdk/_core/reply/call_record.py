"""One call as a value: what was asked for, and what it took so far. It describes errors and replies as the call's."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeVar

from ...errors import APIError
from ...hooks import WaitEvent
from ...types.meta import Headers, Meta
from ...types.pool import Try
from ..policy.observers import ObservedCall
from ..request.hidden import Hidden
from ..request.options import Options
from ..request.request import Request
from .advice import advise
from .redaction import Secret, redact, redacted, secrets_of

log = logging.getLogger("baseten_sdk")

E = TypeVar("E", bound=APIError)

NO_KEY = Hidden("")

NOTHING: Mapping[str, float] = {}

_WAITS = {
    "gate": "the service has refused calls",
    "rate": "a limit per minute is reached",
    "queue": "as many calls as Limits(concurrency=...) allows are in flight",
}


class CallRecord(NamedTuple):
    """One call.

    Attributes:
        request: what is sent, without the key.
        options: what holds for it.
        start: when it began, on the clock of its caller.
        key: the key of the last attempt.
        attempts: how often it was tried.
        observed: those who observe it.
        waited: seconds that it waited before it was sent, by what for; all its records share it.
    """

    request: Request
    options: Options
    start: float
    key: Hidden[str] = NO_KEY
    attempts: int = 0
    observed: ObservedCall | None = None
    waited: dict[str, float] | None = None

    def describe(self, error: E, now: float, request_id: str | None = None) -> E:
        """Fill in what only the call knows, and take out what nobody may see. It returns the same error.

        Args:
            error: what went wrong.
            now: the time, on the clock of `start`.
            request_id: the service's id of the request, where the error may not have it.
        """
        error.method = self.request.method
        error.url = self.request.url_without_query
        error.attempts = self.attempts
        error.elapsed = now - self.start
        error.request_id = error.request_id or request_id or self.options.request_id
        advise(error, self.request, to_container=self.options.keyless)
        redact(error, self._secrets())
        return error

    def begins_to_wait(self, reason: Literal["gate", "rate", "queue"], seconds: float | None = None) -> None:
        """It must wait before it is sent: log it, and tell observers.

        Args:
            reason: what for.
            seconds: how long at least, where that is known.
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
        """It waited before it was sent."""
        if self.waited is not None:
            self.waited[what] = self.waited.get(what, 0.0) + seconds

    def meta(self, status: int, headers: Headers, now: float) -> Meta:
        """What is known of the exchange behind a reply. Observers pass it on, so for them its echoes are taken out."""
        request = self.request
        if self.observed is not None:
            headers = redacted(headers, self._secrets())
        elapsed = now - self.start
        return Meta(
            status,
            headers,
            self.attempts,
            elapsed,
            request.method,
            request.url_without_query,
            () if request.member is None else (Try(request.member, "ok", elapsed, request.hedge),),
            self.waited or NOTHING,
        )

    def _secrets(self) -> list[Secret]:
        return secrets_of(self.request, self.key, self.options.extra_body)

    def __repr__(self) -> str:
        return f"<{self.request!r}, attempt {self.attempts}>"
