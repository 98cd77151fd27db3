"""Batches that cannot begin or had to end early, and rows that cannot be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import BasetenError, ConfigurationError

if TYPE_CHECKING:
    from ..types.batch import Report


class BatchError(BasetenError):
    """A batch failed as a whole."""


class BatchMismatchError(BatchError, ConfigurationError):
    """The output belongs to another job: another input, or other requests. Nothing was sent."""

    advice = "Choose another output, or pass force=True (--force) to go on with this one."


class BatchLockedError(BatchError, ConfigurationError):
    """Another process is writing to the output."""

    advice = "Wait for it, or end it; two writers would do every row twice."


class BatchInputError(BatchError):
    """The source cannot be read, or not to its end; the rows before that have their outcomes."""


class BatchOutputError(BatchError):
    """The output cannot be read, mended or written. Whole lines that were written are kept."""


class BatchStopped(BatchError):
    """A batch ended before each row had its outcome; what had arrived is kept.

    Attributes:
        report: counts up to there; None where the outcomes went to the caller instead of a file.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.report: Report | None = None


class BatchInterrupted(BatchStopped):
    """A signal stopped the batch."""


class BatchAbortedError(BatchStopped):
    """Nothing succeeds, or nothing will: the key, the credit, the model, or the service is not there.

    Attributes:
        error: the error of the row that decided it, which is also the `__cause__`.
    """

    def __init__(self, message: str, *, error: Exception | None = None) -> None:
        super().__init__(message)
        self.error = error


class BudgetExceededError(BatchStopped):
    """The tokens, failures or seconds that the batch was given are used up."""


class BatchRowError(BasetenError, ValueError):
    """A row cannot be taken: its line is not what it should be, its key is missing, or another row has the same key.

    Attributes:
        number: where the row stands in its source: the line of a file, else the position, from 1.
    """

    def __init__(self, message: str, *, number: int) -> None:
        super().__init__(message)
        self.number = number


class DuplicateKeyError(BatchRowError):
    """An earlier row has the same key; that one is done, this one is not."""
