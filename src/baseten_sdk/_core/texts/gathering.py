"""Joins the parts of a call with many texts into one result, or into the error that ends the call.

It decides which failures end the call, and keeps the results so far. It must not know how requests are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Generic, Literal, NoReturn, TypeAlias, TypeVar

from ...errors import (
    AuthenticationError,
    BasetenError,
    ConfigurationError,
    DeadlineExceeded,
    InvalidRequestError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
)
from ...types.many import InputFailure
from .call import Store
from .cutting import BadText, Cutting, Part, no_texts

V = TypeVar("V")
R = TypeVar("R", bound=Sequence[object])

OnFailure: TypeAlias = Literal["raise", "keep"]
"""Whether a failed input ends the call, or is noted in the result."""


@dataclass(slots=True)
class InputCounts:
    """The progress of a call.

    Attributes:
        done: Inputs with a result.
    """

    done: int = 0
    failed: int = 0

    def ended_by(self, error: Exception) -> bool:
        """Whether every other input would fail in the same way."""
        match error:
            case PermissionDeniedError() | NotFoundError():
                return not self.done  # otherwise, it is about this input only
            case InvalidRequestError():
                return False
            case AuthenticationError() | PaymentRequiredError() | DeadlineExceeded() | ConfigurationError():
                return True
            case _:
                return False


class Gathering(Generic[V, R]):
    """Collects the results of parts.

    Args:
        store: Where results go.
        cutting: Learns from usage.
        on_failure: Whether a failure ends the call.
        rows: How many inputs there are. None if that is not known.

    Attributes:
        counts: How far the call is.
    """

    def __init__(self, store: Store[V, R], cutting: Cutting, on_failure: OnFailure, rows: int | None) -> None:
        self._store = store
        self._cutting = cutting
        self._on_failure = on_failure
        self._rows = rows
        self._seen = 0
        self._failures: list[InputFailure] = []
        self.counts = InputCounts()

    def took(self, part: Part, found: V) -> None:
        """Add the results of a part."""
        self._store.add(part, found)
        self._cutting.learn(part, getattr(getattr(found, "usage", None), "prompt_tokens", 0))
        self.counts.done += len(part.texts)
        self._seen = max(self._seen, part.indices.stop)

    def lost(self, part: Part, error: Exception) -> None:
        """Note that a part failed, or some of its texts.

        Raises:
            Exception: The failure ends the call. `results` holds the results so far.
        """
        indices: Sequence[int] = part.indices
        if isinstance(error, BasetenError) and error.results is not None:
            indices = self._store.keep(part, error.results)
            error.results = None  # The original error may become part of the result.
            self.counts.done += len(part.texts) - len(indices)
        self._failed(InputFailure(indices, error), part.indices.stop)

    def refused(self, text: BadText) -> None:
        """Note a text that could not be sent.

        Raises:
            InvalidRequestError: It ends the call.
        """
        self._failed(InputFailure((text.index,), text.error), text.index + 1)

    def ended(self, error: BasetenError) -> NoReturn:
        """End the call early for a reason other than an input.

        Raises:
            BasetenError: Always. `results` holds the results so far.
        """
        raise self._with_results(error)

    def result(self) -> R:
        """Return everything that came.

        Raises:
            InvalidRequestError: There were no inputs.
        """
        if not self._seen:
            raise no_texts()
        return self._store.result(tuple(self._failures), max(self._seen, self._rows or 0))

    def _failed(self, failure: InputFailure, seen: int) -> None:
        self._failures.append(failure)
        self.counts.failed += len(failure.indices)
        self._seen = max(self._seen, seen)
        error = failure.error
        if self._on_failure == "raise" or self.counts.ended_by(error):
            if not isinstance(error, BasetenError):
                raise error
            raise self._with_results(error, failure).with_traceback(error.__traceback__)

    def _with_results(self, error: BasetenError, failure: InputFailure | None = None) -> BasetenError:
        """Return a copy of an error that has what came. The error itself may be part of that."""
        if not self.counts.done:
            return error
        made = copy(error)
        made.__cause__ = error.__cause__
        made.results = self.result()
        if failure is not None and failure.indices:
            first, last = min(failure.indices), max(failure.indices)
            which = (
                f"Input {first} has" if first == last else f"{len(failure.indices)} of inputs {first} to {last} have"
            )
            made.add_note(f"{which} no result. The {self.counts.done:,} results that had come are in `results`.")
        return made
