"""Decompresses a body, a limited piece at a time."""

from __future__ import annotations

import zlib

PIECE = 256 * 1024
"""How many bytes to decompress at once. The caller counts the pieces and notices a decompression bomb."""

GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class EncodingError(Exception):
    """The body does not match its content encoding, or the encoding was not asked for."""


GZIP = b"\x1f\x8b"
"""The first bytes of a gzip member."""


class Inflate:
    """Decompresses one body.

    Args:
        encoding: The value of the Content-Encoding header, in any case.

    Raises:
        EncodingError: The encoding is unknown.
    """

    __slots__ = ("_deflate", "_ended", "_inner", "_left", "_more", "_started")

    def __init__(self, encoding: str) -> None:
        encoding = encoding.strip().lower()
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise EncodingError(f"the content encoding {encoding!r} was not asked for")
        self._deflate = encoding == "deflate"
        self._inner = zlib.decompressobj(GZIP_OR_ZLIB)
        self._left = b""
        self._more = False
        self._started = False
        self._ended = False

    def feed(self, data: bytes) -> None:
        """Add compressed bytes."""
        self._left += data

    def take(self) -> bytes:
        """Return the next piece of the body, or b"" if more compressed bytes are needed.

        Raises:
            EncodingError: The bytes do not match the encoding.
        """
        while not self._ended and (self._more or (self._left and self._begun())):
            try:
                piece = self._inner.decompress(self._left, PIECE)
            except zlib.error as error:
                raise EncodingError(f"it is corrupt: {error}") from None
            self._left = self._inner.unconsumed_tail
            self._more = len(piece) == PIECE
            if self._inner.eof:
                self._left = self._inner.unused_data
                self._started = self._more = False
                self._ended = self._deflate
            if piece:
                return piece
        return b""

    def _begun(self) -> bool:
        """Begin a stream or member according to its first two bytes. Return whether they have arrived.

        Some servers send a bare stream without zlib's frame as "deflate". A gzip body may have several members.
        Anything else after a member is ignored.
        """
        if self._started or len(self._left) < 2:
            return self._started
        is_first = not self._inner.eof
        if self._deflate:
            framed = self._left[0] & 0x0F == zlib.DEFLATED and int.from_bytes(self._left[:2], "big") % 31 == 0
            self._inner = zlib.decompressobj(GZIP_OR_ZLIB if framed else -zlib.MAX_WBITS)
        elif is_first or self._left.startswith(GZIP):
            self._inner = zlib.decompressobj(GZIP_OR_ZLIB)
        else:
            self._ended = True
        self._started = not self._ended
        return self._started

    def end(self) -> None:
        """Note the end of the body.

        Raises:
            EncodingError: It was cut short.
        """
        if self._started or (self._left and not self._inner.eof):
            raise EncodingError("it ends before its compressed data is complete")
