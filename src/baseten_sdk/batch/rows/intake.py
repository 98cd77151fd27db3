"""Whether a row is to be run: its key, and what earlier runs and earlier rows say of it.

It is called for every row of the source, in the thread that reads it, and so must be quick. It must not know how keys
are stored on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Generic, Literal, TypeAlias, TypeVar

from ..._runs.feed import Item, Row
from ..._runs.supply import Admit, Record
from ...errors import BatchRowError, ConfigurationError, DuplicateKeyError
from ...types.batch import Failed
from .keys import KeyTable
from .shard import Shard

R = TypeVar("R")

KeyOf: TypeAlias = Callable[[R], object]
"""Gives the key of a row: a text, or a whole number."""

KEY_FIELDS = ("custom_id", "id")
"""Fields whose values are keys unless another is named."""

DONE, FAILED, SEEN, AGAIN = 1, 2, 3, 4
"""What a key's number says: an earlier run had a result, or a failure; this run has come across it, or takes it up
again."""

Place: TypeAlias = Literal["line", "row"]


class Intake(Generic[R]):
    """Makes rows of records.

    Args:
        key_of: gives the key of a row; None: where it stands is its key.
        retry_failed: whether rows that an earlier run failed are run again.
        place: what the numbers of rows count.
        shard: the part of the rows that is to be run; of the others the keys count all the same.

    Attributes:
        keys: the keys that are known.
        places: the places of rows that could not be taken, as texts.
        done_before: rows passed over because an earlier run had a result.
        failed_before: rows passed over because an earlier run had a failure.
    """

    def __init__(
        self,
        key_of: KeyOf[R] | None,
        *,
        retry_failed: bool = False,
        place: Place = "row",
        shard: Shard | None = None,
    ) -> None:
        self.keys = KeyTable()
        self.places = KeyTable()
        self.done_before = 0
        self.failed_before = 0
        self._key_of = key_of
        self._retry = retry_failed
        self._place: Place = place
        self._shard = shard

    @property
    def only(self) -> Shard | None:
        """The part of the rows that it needs to see: where they stand is a key of their own, so others have no say."""
        return self._shard if self._key_of is None else None

    def __call__(self, record: Record[R]) -> Item[R] | None:
        value = record.value
        if self._shard is not None and not self._shard.has(record.number):
            if self._key_of is not None and not isinstance(value, BatchRowError):
                # What is wrong with its key is told where it is run.
                with suppress(Exception):
                    self.keys.put(key_of_record(self._key_of, value, record.number), SEEN)
            return None
        if isinstance(value, BatchRowError):
            return self._refused(value, None)
        try:
            key = key_of_record(self._key_of, value, record.number)
            state = self.keys.put(key, SEEN)
        except Exception as error:
            return self._refused(_without_key(error, self._place, record.number), value)
        match state:
            case 0:
                return Row(record.number, key, value)
            case _ if state == DONE:
                self.done_before += 1
                return None
            case _ if state == FAILED:
                if self._retry:
                    self.keys.put(key, AGAIN)
                    return Row(record.number, key, value, again=True)
                self.failed_before += 1
                return None
            case _:
                problem = f"The row at {self._place} {record.number} has the key of an earlier row: {key!r}."
                return self._refused(DuplicateKeyError(problem, number=record.number), value)

    def is_again(self, failed: Failed[R]) -> bool:
        """Whether a row that failed had failed in an earlier run too."""
        if isinstance(failed.error, BatchRowError):
            return self.places.get(str(failed.error.number)) == AGAIN
        return self.keys.get(failed.key) == AGAIN

    def _refused(self, error: BatchRowError, row: R | None) -> Failed[R] | None:
        if self.places.put(str(error.number), SEEN) == FAILED:
            if not self._retry:
                self.failed_before += 1
                return None
            self.places.put(str(error.number), AGAIN)
        return Failed(f"{self._place} {error.number}", row, error, error.number)


def every_row(key_of: KeyOf[R] | None, place: Place, shard: Shard | None = None) -> Admit[R]:
    """Makes a row of every record of a part, whatever its key; of those that cannot be taken, failures."""

    def admit(record: Record[R]) -> Item[R] | None:
        value, number = record.value, record.number
        if shard is not None and not shard.has(number):
            return None
        if isinstance(value, BatchRowError):
            return Failed(f"{place} {number}", None, value, number)
        try:
            return Row(number, key_of_record(key_of, value, number), value)
        except Exception as error:
            return Failed(f"{place} {number}", value, _without_key(error, place, number), number)

    return admit


def key_of_record(key_of: KeyOf[R] | None, value: R, number: int) -> str:
    """The key of a row: what is asked for, else where it stands."""
    return str(number) if key_of is None else as_key(key_of(value))


def _without_key(error: Exception, place: Place, number: int) -> BatchRowError:
    what = f"no field {error}" if isinstance(error, KeyError) else str(error)
    problem = BatchRowError(f"The row at {place} {number} has no key: {what}.", number=number)
    problem.__cause__ = error
    return problem


def as_key(value: object) -> str:
    """A key as a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"a key must be a text or a whole number, not {value!r:.80}")


def key_of_field(field: str) -> KeyOf[object]:
    """Reads a key from a field of a row, or from an attribute where a row is no mapping."""

    def read(row: object) -> object:
        if isinstance(row, Mapping):
            return row[field]
        return getattr(row, field)

    return read


def choose_key(key: str | KeyOf[R] | None, first: R | None) -> KeyOf[R] | None:
    """What gives the keys: what was asked for, else the field of the first row that is known to hold them.

    Raises:
        ConfigurationError: it is neither a name nor a function.
    """
    if key is None:
        if isinstance(first, Mapping):
            return next((key_of_field(name) for name in KEY_FIELDS if name in first), None)
        return None
    if isinstance(key, str):
        return key_of_field(key)
    if not callable(key):
        raise ConfigurationError(f"key must be the name of a field or a function, not {key!r}.")
    return key
