"""A transcription that went wrong. What had been understood is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import InvalidRequestError
from .websocket import WebSocketError

if TYPE_CHECKING:
    from ..types.speech import FinalTranscript


class TranscriptionError(WebSocketError):
    """A transcription ended before all audio was understood, or the service reported an error.

    Attributes:
        body: The service's message, if it reported an error.
    """

    advice = "What had been understood is in .transcripts."

    def __init__(self, message: str, *, body: object = None, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.body = body


class AudioError(InvalidRequestError):
    """Audio that cannot be sent. The session continues without it.

    Attributes:
        transcripts: The final transcripts that arrived.
    """

    transcripts: tuple[FinalTranscript, ...] = ()
