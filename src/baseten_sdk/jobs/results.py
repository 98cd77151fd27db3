"""The results of a ledger, row by row. They are only read from the file, also during a run and long after."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from .._kinds import adapter_of
from .._runs.database import connect, reason
from .._validation import problems, validate_json
from ..errors import ConfigurationError, ResponseValidationError
from ..errors.api import KEPT
from ..types.json import JsonValue
from .ledger_file import WAIT, ledger_errors

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

PAGE = 100
"""How many rows are read at once."""


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A row that has no output.

    Attributes:
        key: The row's key: its position from 1, unless `key=` named it.
        reason: "failed", "canceled" or "refused" (no job was made); or how its last submission ended: "expired",
            "lost" (its output, on the way) or "unknown" (whether it was accepted).
        detail: The service's errors, or what else is known.
        submissions: How often it was sent.
    """

    key: str
    reason: str
    detail: str
    submissions: int


@dataclass(frozen=True, slots=True)
class JobResult(Generic[T_co]):
    """A row that has succeeded or failed.

    Attributes:
        key: The row's key: its position from 1, unless `key=` named it.
        output: The model's output; None if the row failed, or if the output went to a receiver of yours.
        failure: Why the row failed; None on success.
        submissions: How often it was sent.
    """

    key: str
    output: T_co | None
    failure: JobFailure | None
    submissions: int


class JobResults:
    """The rows of a ledger that have succeeded or failed, in the order in which they were first sent.

    They are read a hundred at a time. A run may use the file meanwhile.

    Example:
        for result in JobResults("jobs.sqlite"):
            print(result.key, result.output)

    Args:
        path: The ledger.

    Raises:
        ConfigurationError: There is no ledger in that file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            with closing(open_ledger(self.path)) as connection:
                connection.execute("SELECT 1 FROM baseten_rows LIMIT 1")
        except sqlite3.Error as error:
            problem = reason(error)
        else:
            return
        raise ConfigurationError(f"There is no ledger in {os.fspath(path)!r}: {problem}.")

    def __iter__(self) -> Iterator[JobResult[JsonValue]]:
        for key, output, failure, submissions in self._rows():
            value: JsonValue = None if output is None else json.loads(output)
            yield JobResult(key, value, failure, submissions)

    def read(self, response_model: type[T]) -> Iterator[JobResult[T]]:
        """Iterate with the outputs validated into any type that pydantic knows.

        Raises:
            ResponseValidationError: While you iterate: an output is not of that type.
        """
        adapter = adapter_of(response_model)
        for key, output, failure, submissions in self._rows():
            yield JobResult(key, None if output is None else _typed(adapter, key, output), failure, submissions)

    def _rows(self) -> Iterator[tuple[str, bytes | None, JobFailure | None, int]]:
        with ledger_errors(self.path), closing(open_ledger(self.path)) as connection:
            last = 0
            while True:
                rows = connection.execute(
                    "SELECT number, key, state, output, reason, detail, submissions FROM baseten_rows "
                    "WHERE number > ? AND state IN ('succeeded', 'failed') ORDER BY number LIMIT ?",
                    (last, PAGE),
                ).fetchall()
                for number, key, state, output, reason, detail, submissions in rows:
                    last = number
                    failure = JobFailure(key, reason, detail or "", submissions) if state == "failed" else None
                    yield key, output, failure, submissions
                if not rows:
                    return


def open_ledger(path: Path) -> sqlite3.Connection:
    if not os.path.exists(path):
        raise sqlite3.OperationalError("there is no such file")
    return connect(path, wait=WAIT)


def _typed(adapter: TypeAdapter[T], key: str, output: bytes) -> T:
    try:
        return validate_json(adapter, output)
    except ValidationError as error:
        problem = problems(error)
    raise ResponseValidationError(
        f"The output of row {key} is not what was asked for: {problem}", status_code=200, body=output[:KEPT]
    )
