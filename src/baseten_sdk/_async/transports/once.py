# unasync: skip-file
"""Bytes as an asynchronous iterator that is not a generator, so that nothing is left half finished."""

from __future__ import annotations

from typing import Self


class Once:
    """Gives all bytes at once, and ends."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        data, self._data = self._data, b""
        if not data:
            raise StopAsyncIteration
        return data
