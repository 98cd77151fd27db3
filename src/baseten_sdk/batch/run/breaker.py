"""Whether a job is hopeless: nothing will succeed, and going on would only turn rows into failures.

A failure that says so by itself (the key, the credit, a model that is not there) ends the job at once; else a run of
failures that are all alike, with no success among them. Not every failure counts: a row that failed in an earlier run
will fail again, and one that was never sent, because its line or its fields are not what they should be, says nothing
while other rows are in flight. While such a run goes on its failures are held back: should the
job end over it, those rows are as if they had not been taken, and a resumed job takes them up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ...errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    BatchAbortedError,
    BatchRowError,
    DuplicateKeyError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
)
from ...types.batch import Failed

R = TypeVar("R")

LATER = 10
"""So many times longer a run of failures has to be once something has succeeded."""


@dataclass(slots=True)
class CircuitBreaker(Generic[R]):
    """Watches the outcomes of a job in the order in which they come.

    Attributes:
        abort_after: failures, all alike, after which a job without a success is hopeless; None: no job ever is.
        width: rows in flight; they may all fail of the same accident.
        held: failures that are held back.
        hopeless: why the job is hopeless, once it is.
    """

    abort_after: int | None
    width: int = 1
    held: list[Failed[R]] = field(default_factory=list[Failed[R]])
    hopeless: BatchAbortedError | None = None
    _succeeded: bool = False
    _kind: object = None

    def success(self) -> list[Failed[R]]:
        """Something succeeded: the failures that are not held back any longer."""
        self._succeeded = True
        return self.released() if self.held else []

    def failure(self, failed: Failed[R], *, again: bool = False, in_flight: int = 0) -> list[Failed[R]]:
        """Something failed: the failures that are not held back, this one among them or not.

        `hopeless` is set where this one was one too many.

        Args:
            failed: the failure.
            again: whether the row failed in an earlier run too.
            in_flight: other rows in flight.
        """
        error = failed.error
        says_nothing = again or (in_flight > 0 and failed.attempts == 0) or isinstance(error, DuplicateKeyError)
        if says_nothing and not self._is_fatal(error):
            return [failed]
        kind = _kind(error)
        if self.hopeless is not None:
            return [] if kind == self._kind else [failed]
        if self.abort_after is None:
            return [failed]
        freed = self.released() if kind != self._kind else []
        self._kind = kind
        self.held.append(failed)
        if self._is_fatal(error):
            self._give_up(f"{_what(error)} No other row would fare better.", error)
        elif len(self.held) >= self._bound(self.abort_after):
            self._give_up(f"{len(self.held)} rows in a row failed in the same way. {_what(error)}", error)
        return freed

    def released(self) -> list[Failed[R]]:
        """The failures that were held back, which are no longer."""
        freed, self.held = self.held, []
        self._kind = None
        return freed

    def _bound(self, abort_after: int) -> int:
        return max(LATER * abort_after, 4 * self.width) if self._succeeded else abort_after

    def _is_fatal(self, error: Exception) -> bool:
        match error:
            case PermissionDeniedError() | NotFoundError():
                return not self._succeeded  # else it is about this row
            case AuthenticationError() | PaymentRequiredError():
                return True
            case _:
                return False

    def _give_up(self, message: str, error: Exception) -> None:
        self.hopeless = BatchAbortedError(f"The job was stopped: {message}", error=error)
        self.hopeless.__cause__ = error
        self.held = []


def _kind(error: Exception) -> object:
    """Equal for failures that are alike."""
    match error:
        case APIStatusError():
            return type(error), error.status_code, error.code
        case APIConnectionError():
            return type(error), error.phase
        case BatchRowError():
            return type(error)
        case _:
            return type(error), str(error)[:200]


def _what(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".strip()
    return text if text.endswith((".", "!", "?", "]")) else f"{text}."
