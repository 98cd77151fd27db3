# unasync: skip-file
"""The body of a request, in a form that a canceled call leaves clean.

httpx reads a body through an asynchronous generator. A call that is canceled while it sends leaves that generator
half way, and trio warns about it when it is collected. These bodies give their bytes through plain iterators.
A sync generator needs no such care, so there is no sync flavor.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from .once import Once


class HttpxBody(httpx.AsyncByteStream):
    """A body for httpx."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __aiter__(self) -> AsyncIterator[bytes]:
        return Once(self._data)


def put_body(request: object, data: bytes) -> None:
    """Give the request this body, which it has already in the library's own form."""
    if isinstance(request, httpx.Request):
        request.stream = HttpxBody(data)
        return
    from .httpx2_body import put_httpx2_body

    put_httpx2_body(request, data)
