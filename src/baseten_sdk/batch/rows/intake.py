"""Whether to run a row: its key, and what is known of that key from earlier runs and earlier rows.

It is called for every row of the source, in the thread that reads it, so it must be quick. It must not know how keys
are stored on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from numbers import Integral
from typing import Generic, TypeAlias, TypeVar

from ..._runs.feed import Item, Row
from ..._runs.supply import Admit, Record
from ...errors import BatchRowError, ConfigurationError, DuplicateKeyError
from ...types.batch import Failed
from .keys import KeyTable
from .shard import Shard
from .source import Unit

R = TypeVar("R")

KeyOf: TypeAlias = Callable[[R], object]
"""Returns the key of a row: a string or an integer."""

KEY_FIELDS = ("custom_id", "id")
"""Fields that hold the key by default."""

DONE, FAILED, SEEN, AGAIN = 1, 2, 3, 4
"""What a number in a key table says: an earlier run had a result, or a failure; this run has seen the key, or runs it
again."""


class Intake(Generic[R]):
    """Makes rows of records.

    Args:
        key_of: Returns the key of a row. None: the position of a row is its key.
        retry_failed: Whether to run the rows again that an earlier run failed.
        unit: What the numbers of rows count.
        shard: The part of the rows to run. The keys of the others count as well.

    Attributes:
        unit: What the numbers of rows count.
        keys: The keys that are known.
        positions: The positions of rows without a usable key, as strings.
        done_before: Rows skipped because an earlier run had a result.
        failed_before: Rows skipped because an earlier run had a failure.
    """

    def __init__(
        self, key_of: KeyOf[R] | None, *, retry_failed: bool = False, unit: Unit = "row", shard: Shard | None = None
    ) -> None:
        self.keys = KeyTable()
        self.positions = KeyTable()
        self.done_before = 0
        self.failed_before = 0
        self._key_of = key_of
        self._retry = retry_failed
        self.unit: Unit = unit
        self._shard = shard

    @property
    def only(self) -> Shard | None:
        """The part of the rows that it needs to see. Positions never repeat, so the other parts do not matter."""
        return self._shard if self._key_of is None else None

    def __call__(self, record: Record[R]) -> Item[R] | None:
        value = record.value
        if self._shard is not None and not self._shard.has(record.number):
            if self._key_of is not None and not isinstance(value, BatchRowError):
                # A missing key is reported by the part that runs the row.
                with suppress(Exception):
                    self.keys.put(key_of_record(self._key_of, value, record.number), SEEN)
            return None
        if isinstance(value, BatchRowError):
            return self._refused(value, None)
        try:
            key = key_of_record(self._key_of, value, record.number)
            state = self.keys.put(key, SEEN)
        except Exception as error:
            return self._refused(_without_key(error, self.unit, record.number), value)
        match state:
            case 0:
                return Row(record.number, key, value)
            case _ if state == DONE:
                self.done_before += 1
                return None
            case _ if state == FAILED:
                if self._retry:
                    self.keys.put(key, AGAIN)
                    return Row(record.number, key, value)
                self.failed_before += 1
                return None
            case _:
                problem = f"The row at {self.unit} {record.number} has the key of an earlier row: {key!r}."
                return self._refused(DuplicateKeyError(problem, number=record.number), value)

    def is_again(self, failed: Failed[R]) -> bool:
        """Whether a row that failed had failed in an earlier run too."""
        if isinstance(failed.error, BatchRowError):
            return self.positions.get(str(failed.error.number)) == AGAIN
        return self.keys.get(failed.key) == AGAIN

    def _refused(self, error: BatchRowError, row: R | None) -> Failed[R] | None:
        if self.positions.put(str(error.number), SEEN) == FAILED:
            if not self._retry:
                self.failed_before += 1
                return None
            self.positions.put(str(error.number), AGAIN)
        return Failed(f"{self.unit} {error.number}", row, error, error.number)


def every_row(key_of: KeyOf[R] | None, unit: Unit, shard: Shard | None = None) -> Admit[R]:
    """Make a row of every record of a part, even if keys repeat, and a failure of every record that makes no row."""

    def admit(record: Record[R]) -> Item[R] | None:
        value, number = record.value, record.number
        if shard is not None and not shard.has(number):
            return None
        if isinstance(value, BatchRowError):
            return Failed(f"{unit} {number}", None, value, number)
        try:
            return Row(number, key_of_record(key_of, value, number), value)
        except Exception as error:
            return Failed(f"{unit} {number}", value, _without_key(error, unit, number), number)

    return admit


def key_of_record(key_of: KeyOf[R] | None, value: R, number: int) -> str:
    """Return the key of a row: what `key_of` returns, or its position."""
    return str(number) if key_of is None else as_key(key_of(value))


def _without_key(error: Exception, unit: Unit, number: int) -> BatchRowError:
    what = f"no field {error}" if isinstance(error, KeyError) else str(error)
    problem = BatchRowError(f"The row at {unit} {number} has no key: {what}.", number=number)
    problem.__cause__ = error
    return problem


def as_key(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Integral) and not isinstance(value, bool):
        return str(int(value))
    raise TypeError(f"a key must be a string or an integer, not {value!r:.80}")


def key_of_field(field: str) -> KeyOf[object]:
    """Return a function that reads a key from a field of a row, or from an attribute if the row is not a mapping."""

    def read(row: object) -> object:
        if isinstance(row, Mapping):
            return row[field]
        return getattr(row, field)

    return read


def _has_key(row: object, field: str) -> bool:
    if isinstance(row, Mapping):
        return field in row
    value = getattr(row, field, None)
    return isinstance(value, str | Integral) and not isinstance(value, bool)


def choose_key(key: str | KeyOf[R] | None, first: R | None) -> KeyOf[R] | None:
    """Return what reads the keys: what the caller chose, or the default field that the first row has, or None.

    Raises:
        ConfigurationError: The key is neither a name nor a function.
    """
    if key is None:
        return next((key_of_field(name) for name in KEY_FIELDS if _has_key(first, name)), None)
    if isinstance(key, str):
        return key_of_field(key)
    if not callable(key):
        raise ConfigurationError(f"key must be the name of a field or a function, not {key!r}.")
    return key
