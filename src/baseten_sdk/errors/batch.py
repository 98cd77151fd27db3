"""Batches that cannot begin or had to end early, and rows that cannot be run."""

from __future__ import annotations

from ..types.batch import Report
from .base import BasetenError, ConfigurationError


class BatchError(BasetenError):
    """A batch failed as a whole."""


class BatchMismatchError(BatchError, ConfigurationError):
    """The output belongs to another batch, with another input or other requests. Nothing was sent."""

    advice = "Choose another output, or pass force=True (--force) to continue with this one."


class BatchLockedError(BatchError, ConfigurationError):
    """Another process is writing to the output."""

    advice = "Wait for it, or end it: two writers would run every row twice."


class BatchInputError(BatchError):
    """The source cannot be read to its end. The rows before the problem have their outcomes."""


class BatchOutputError(BatchError):
    """The output cannot be read, repaired or written. Lines that were written are kept."""


class BatchStopped(BatchError):
    """A batch ended before each row had its outcome. The outcomes so far are kept.

    Attributes:
        report: The counts so far.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.report = Report()


class BatchInterrupted(BatchStopped):
    """A signal stopped the batch."""


class BatchAbortedError(BatchStopped):
    """No row will succeed: the key, the credit, the model or the service is missing.

    Attributes:
        error: The failure of a row that decided it. It is also the `__cause__`.
    """

    def __init__(self, message: str, *, error: Exception | None = None) -> None:
        super().__init__(message)
        self.error = error


class BudgetExceededError(BatchStopped):
    """The batch has used up its budget of tokens, failures or seconds."""


class BatchRowError(BasetenError, ValueError):
    """A row cannot be run: its line cannot be read, its key is missing, or another row has the same key.

    Attributes:
        number: The row's position in its source, from 1: in a file, its line.
    """

    def __init__(self, message: str, *, number: int) -> None:
        super().__init__(message)
        self.number = number


class DuplicateKeyError(BatchRowError):
    """An earlier row has the same key. That row is run, this one is not."""
