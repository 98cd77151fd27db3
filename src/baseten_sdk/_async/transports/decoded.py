"""Decompresses the body of a reply, in the same way for every transport."""

from __future__ import annotations

from ..._core.reply.inflate import EncodingError, Inflate
from ...errors import APIConnectionError
from .base import AsyncOpenResponse


def inflated(response: AsyncOpenResponse) -> AsyncOpenResponse:
    """Return the response, wrapped in a decompressor if its content is encoded."""
    if not response.headers.mentions(b"content-encoding"):
        return response
    encoding = response.headers["content-encoding"]
    return response if encoding.strip().lower() in ("", "identity") else AsyncInflated(response, encoding)


class AsyncInflated:
    """Decompresses the body of a response, a limited piece at a time."""

    __slots__ = ("_encoding", "_inflate", "_response", "headers", "status")

    def __init__(self, response: AsyncOpenResponse, encoding: str) -> None:
        self._response = response
        self._encoding = encoding
        self._inflate: Inflate | None = None
        self.status = response.status
        self.headers = response.headers

    @property
    def ready(self) -> bool:
        return False

    def whole(self) -> bytes | None:
        return None

    async def receive(self) -> bytes:
        try:
            if self._inflate is None:
                self._inflate = Inflate(self._encoding)
            return await self._piece(self._inflate)
        except EncodingError as error:
            reason = str(error)
        await self.aclose()
        raise APIConnectionError(
            f"The reply's body cannot be decoded: {reason}.", phase="idle", status_code=self.status, permanent=True
        )

    async def _piece(self, inflate: Inflate) -> bytes:
        while not (piece := inflate.take()):
            compressed = await self._response.receive()
            if not compressed:
                inflate.end()
                return b""
            inflate.feed(compressed)
        return piece

    def abandon(self) -> None:
        self._response.abandon()

    async def aclose(self) -> None:
        await self._response.aclose()
