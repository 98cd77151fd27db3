"""Why rows fail: which failures are alike, how to say them briefly, and how often each came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from ...errors import APIConnectionError, APIStatusError, BasetenError, BatchRowError, InvalidRequestError
from ...types.batch import Failed
from ..rows.source import Unit

R = TypeVar("R")

MOST = 1000
"""Kinds of failures that messages distinguish. Beyond that number, only types do."""

LONGEST = 160
"""Characters of a reason."""

_NUMBERS = re.compile(r"\d+")


class Reasons:
    """Counts failures by their kinds, in bounded memory."""

    def __init__(self) -> None:
        self._counts: Counter[object] = Counter()
        self._examples: dict[object, str] = {}

    def add(self, error: Exception) -> None:
        kind = kind_of(error)
        if kind not in self._examples:
            if len(self._examples) >= MOST:
                kind = type(error)
            self._examples.setdefault(kind, brief(error))
        self._counts[kind] += 1

    def commonest(self, most: int) -> tuple[tuple[str, int], ...]:
        """Return the commonest kinds, each with an example and its count."""
        return tuple((self._examples[kind], count) for kind, count in self._counts.most_common(most))


def kind_of(error: Exception) -> object:
    """Return a value that is equal for failures that are alike."""
    match error:
        case APIStatusError():
            return type(error), error.status_code, error.code
        case APIConnectionError():
            return type(error), error.phase
        case BatchRowError():
            return type(error)
        case _:
            return type(error), _NUMBERS.sub("0", str(error)[:200])


def brief(error: Exception) -> str:
    """Return an error in one line."""
    message = error.message if isinstance(error, BasetenError) else str(error)
    status = f"{error.status_code}: " if isinstance(error, APIStatusError) else ""
    text = " ".join(f"{type(error).__name__}: {status}{message}".split()).removesuffix(":")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def with_missing_field(failed: Failed[R], unit: Unit) -> Failed[R]:
    """Say which field of which row a request asked for in vain. A `KeyError` says neither."""
    row, error = failed.row, failed.error
    if not isinstance(error, KeyError) or not isinstance(row, Mapping) or not error.args or error.args[0] in row:
        return failed
    problem = InvalidRequestError(f"{unit} {failed.number} has no field {error.args[0]}.")
    problem.__cause__ = error
    return replace(failed, error=problem)
