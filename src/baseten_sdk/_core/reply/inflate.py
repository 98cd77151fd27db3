"""Undoing the content encoding of a body, a bounded piece at a time."""

from __future__ import annotations

import zlib

PIECE = 256 * 1024
"""Bytes that are inflated at once: a bomb is noticed by whoever counts the pieces."""

GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class EncodingError(Exception):
    """The body is not what its content encoding says, or the encoding is none that was asked for."""


GZIP = b"\x1f\x8b"
"""How a member of a gzip body begins."""


class Inflate:
    """Inflates one body.

    Args:
        encoding: value of the Content-Encoding header, in any case.

    Raises:
        EncodingError: the encoding is not known here.
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
        """Take compressed bytes in."""
        self._left += data

    def take(self) -> bytes:
        """The next piece of the body; b"" where more compressed bytes are needed.

        Raises:
            EncodingError: they are not what the encoding says.
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
        """Begin a stream or member, as its first two bytes say; whether they are there.

        Some servers mean by "deflate" the bare stream, without zlib's frame. A gzip body may have several members; what
        else follows one is ignored.
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
        """The body has ended.

        Raises:
            EncodingError: it was cut short.
        """
        if self._started or (self._left and not self._inner.eof):
            raise EncodingError("it ends before its compressed data do")
