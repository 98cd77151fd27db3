"""Whether the first event of a stream has come, seen from its bytes. A pool hands a stream out from there on."""

from __future__ import annotations

from ...config import Limits
from ...errors import StreamError
from ..chat.chunks import ChunkReader


class FirstEvent:
    """Looks at the pieces of a stream until there is a message in them.

    The beginning of a chat is read twice: here, so that an error in its first event is one of the member's, and by
    whoever reads the stream.

    Args:
        limits: the client's.
        chat: whether the stream is that of a chat; of any other stream the first byte counts.
    """

    __slots__ = ("_reader",)

    def __init__(self, limits: Limits, *, chat: bool) -> None:
        self._reader = ChunkReader(limits) if chat else None

    def came_with(self, piece: bytes) -> bool:
        """Whether the message begins in this piece, or has ended with it.

        Raises:
            StreamError: the stream is none, was cut before its first event, or begins with an error.
        """
        reader = self._reader
        if reader is None:
            return True
        began = any(True for _ in (reader.feed(piece) if piece else reader.end()))
        error: StreamError | None = reader.error
        if error is not None and not began:
            raise error
        return began or reader.done or error is not None
