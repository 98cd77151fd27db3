# unasync: skip-file
"""The body of a request for httpx2, which only a client of the user's brings in; `httpx_body` says why."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from .once import Once


class Httpx2Body(httpx2.AsyncByteStream):
    """A body for httpx2."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __aiter__(self) -> AsyncIterator[bytes]:
        return Once(self._data)


def put_httpx2_body(request: object, data: bytes) -> None:
    """Give a request of httpx2's this body."""
    if isinstance(request, httpx2.Request):
        request.stream = Httpx2Body(data)
