"""When to abort a batch, because no row will succeed and going on would only turn rows into failures.

A failure that is the same for every row (the configuration, the key, the credit, a missing model) aborts the batch at
once. Otherwise it takes a series of failures that are all alike, with no success among them. Some failures do not
count: a row that failed in an earlier run will probably fail again, and a row that was never sent, because its line or
fields are wrong, means nothing while other rows are in flight (unless shared limits cannot be used). While a series
lasts, its failures are withheld. If it aborts the batch, those rows are not written as failures, and a resumed batch
runs them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ...errors import (
    AuthenticationError,
    BatchAbortedError,
    ConfigurationError,
    DuplicateKeyError,
    InvalidRequestError,
    LimitStoreError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
)
from ...types.batch import Failed
from .reasons import kind_of

R = TypeVar("R")

LATER = 10
"""How many times longer a series of failures must be once a row has succeeded."""


@dataclass(slots=True)
class CircuitBreaker(Generic[R]):
    """Receives the outcomes of a batch in the order in which they come.

    Attributes:
        abort_after: Failures, all alike and without a success, that abort the batch. None: nothing does.
        concurrency: Rows in flight. All of them may fail in the same accident.
        withheld: Failures of the series that is going on.
        aborted: Why the batch was aborted. None while it runs.
    """

    abort_after: int | None
    concurrency: int = 1
    withheld: list[Failed[R]] = field(default_factory=list[Failed[R]])
    aborted: BatchAbortedError | None = None
    _succeeded: bool = False
    _kind: object = None

    def success(self) -> list[Failed[R]]:
        """Note a success. Return the failures that are no longer withheld."""
        self._succeeded = True
        return self.released() if self.withheld else []

    def failure(self, failed: Failed[R], *, again: bool = False, in_flight: int = 0) -> list[Failed[R]]:
        """Note a failure. Return the failures that are not withheld, which may include this one.

        `aborted` is set if this failure was one too many.

        Args:
            again: Whether the row failed in an earlier run too.
            in_flight: Other rows in flight.
        """
        error = failed.error
        unsent = failed.attempts == 0 and not isinstance(error, LimitStoreError)
        ignored = again or (in_flight > 0 and unsent) or isinstance(error, DuplicateKeyError)
        if ignored and not self._is_fatal(error):
            return [failed]
        kind = kind_of(error)
        if self.aborted is not None:
            return [] if kind == self._kind else [failed]
        if self.abort_after is None:
            return [failed]
        freed = self.released() if kind != self._kind else []
        self._kind = kind
        self.withheld.append(failed)
        if self._is_fatal(error):
            self._abort(f"{_what(error)} Every other row would fail too.", error)
        elif len(self.withheld) >= self._bound(self.abort_after):
            self._abort(f"{len(self.withheld)} rows in a row failed in the same way. {_what(error)}", error)
        return freed

    def released(self) -> list[Failed[R]]:
        """End the series. Return the failures that were withheld."""
        freed, self.withheld = self.withheld, []
        self._kind = None
        return freed

    def _bound(self, abort_after: int) -> int:
        return max(LATER * abort_after, 4 * self.concurrency) if self._succeeded else abort_after

    def _is_fatal(self, error: Exception) -> bool:
        match error:
            case PermissionDeniedError() | NotFoundError():
                return not self._succeeded  # otherwise it is about this row
            case InvalidRequestError():
                return False  # the arguments come from the row
            case AuthenticationError() | PaymentRequiredError() | ConfigurationError():
                return True
            case LimitStoreError():
                return not error.transient
            case _:
                return False

    def _abort(self, message: str, error: Exception) -> None:
        self.aborted = BatchAbortedError(f"The batch was aborted: {message}", error=error)
        self.aborted.__cause__ = error
        self.withheld = []


def _what(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".strip()
    return text if text.endswith((".", "!", "?", "]")) else f"{text}."
