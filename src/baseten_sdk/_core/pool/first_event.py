"""Detects the first event of a stream from its bytes. A pool returns a stream from that point on."""

from __future__ import annotations

from ...config import Limits
from ...errors import StreamError
from ...errors.partial import PartialReply
from ..chat.reader import ChunkReader
from ..completions.reader import TextReader
from ..messages.reader import MessageReader
from ..request.request import Request
from ..responses.reader import ResponseReader
from ..stream.reader import StreamReader


class FirstEvent:
    """Looks at the pieces of a stream until they contain a message.

    The beginning of a message is read twice: here, so that an error in its first event counts as the member's, and by
    the reader of the stream.

    Args:
        reader: Reads the stream. None if it is not a model's message, so that its first byte counts.
    """

    __slots__ = ("_reader",)

    def __init__(self, reader: StreamReader[object, PartialReply] | None) -> None:
        self._reader = reader

    @classmethod
    def of(cls, request: Request, limits: Limits) -> FirstEvent:
        """Make the detector for the reply of a request."""
        match request.url_without_query.rpartition("/v1/")[2]:
            case "chat/completions":
                return cls(ChunkReader(limits))
            case "responses":
                return cls(ResponseReader(limits))
            case "completions":
                return cls(TextReader(limits))
            case "messages":
                return cls(MessageReader(limits))
            case _:
                return cls(None)

    def came_with(self, piece: bytes) -> bool:
        """Whether the message begins in this piece, or has ended with it.

        Raises:
            StreamError: It is not a stream, it was cut before its first event, or it begins with an error.
        """
        reader = self._reader
        if reader is None:
            return True
        began = any(True for _ in (reader.feed(piece) if piece else reader.end()))
        error: StreamError | None = reader.error
        if error is not None and not began:
            raise error
        return began or reader.done or error is not None
