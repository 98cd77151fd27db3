"""Undoing the content encoding of a body, a bounded piece at a time."""

from __future__ import annotations

import zlib

PIECE = 256 * 1024
"""Bytes that are inflated at once: a bomb is noticed by whoever counts the pieces."""

ACCEPTED = "gzip, deflate"


class EncodingError(Exception):
    """The body is not what its content encoding says, or the encoding is none that was asked for."""


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
        self._deflate = encoding == "deflate"
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise EncodingError(f"the content encoding {encoding!r} was not asked for")
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 32)
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
        if self._ended or not (self._left or self._more):
            return b""
        try:
            piece = self._inner.decompress(self._left, PIECE)
        except zlib.error as error:
            if self._started or not self._deflate:
                raise EncodingError(f"it is corrupt: {error}") from None
            return self._take_raw()
        self._started = True
        self._left = self._inner.unconsumed_tail
        self._more = len(piece) == PIECE
        if self._inner.eof:
            self._next_member()
        return piece

    def _take_raw(self) -> bytes:
        """Some servers mean by "deflate" the bare stream, without zlib's frame."""
        self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
        self._started = True
        return self.take()

    def _next_member(self) -> None:
        """A gzip body may have several members; what else follows is ignored."""
        rest = self._inner.unused_data
        if rest.startswith(b"\x1f\x8b"):
            self._inner = zlib.decompressobj(zlib.MAX_WBITS | 32)
            self._left = rest
        else:
            self._ended = True
            self._left = b""

    def end(self) -> None:
        """The body has ended.

        Raises:
            EncodingError: it was cut short.
        """
        if self._started and not self._ended and not self._inner.eof:
            raise EncodingError("it ends before its compressed data do")
