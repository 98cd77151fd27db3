"""The rows of the caller: encoded, named, and checked against the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from .._runs.feed import Item, Row, Supply
from .._runs.supply import AsyncSupply, Record, ThreadSupply
from ..errors import ConfigurationError, InvalidRequestError
from .ledger import Ledger, check_same

Rows: TypeAlias = Iterable[object] | AsyncIterable[object]

Key: TypeAlias = Callable[..., str]
"""Names a row. Its type is tied to that of the rows where both are given."""

LOOKAHEAD = 64
"""Rows that are read ahead."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that is not yet in the ledger.

    Attributes:
        key: Its name.
        digest: What tells it from another of that name.
        input: The JSON to send; None where the row has none.
        problem: Why it has none.
    """

    key: str
    digest: bytes
    input: bytes | None
    problem: str | None = None


class NewRows:
    """Makes a row from each value, unless the ledger has it already."""

    def __init__(self, ledger: Ledger, encode: Callable[[object], bytes], key: Key | None) -> None:
        self._ledger = ledger
        self._encode = encode
        self._key = key

    def __call__(self, record: Record[object]) -> Item[object] | None:
        """Make the row of a record. None if the ledger has it.

        Raises:
            LedgerError: The ledger knows another row with that name.
            ConfigurationError: `key` returned no name.
        """
        row = self._row(record.number, record.value)
        have = self._ledger.known(row.key)
        if have is None:
            return Row(record.number, row.key, row)
        check_same(row.key, row.digest, have)
        return None

    def _row(self, number: int, value: object) -> NewRow:
        name = str(number) if self._key is None else self._key(value)
        if not isinstance(name, str) or not name:
            raise ConfigurationError(f"key= must give a non-empty string for each row, not {name!r} (row {number}).")
        try:
            given = self._encode(value)
        except InvalidRequestError as error:
            return NewRow(name, hashlib.sha256(repr(error).encode("utf-8", "replace")).digest(), None, error.message)
        return NewRow(name, hashlib.sha256(given).digest(), given)


def supply_of(rows: Rows, admission: NewRows) -> Supply[object]:
    """Return the supply of the rows, which are read as they are needed.

    Raises:
        ConfigurationError: They cannot be iterated over.
    """
    if isinstance(rows, AsyncIterable):
        return AsyncSupply(aiter(rows), admission)
    if not isinstance(rows, Iterable) or isinstance(rows, str | bytes | dict):
        raise ConfigurationError(f"rows must be inputs one after another, not a {type(rows).__name__}.")
    records = (Record[object](number, value) for number, value in enumerate(rows, 1))
    return ThreadSupply(records, admission)
