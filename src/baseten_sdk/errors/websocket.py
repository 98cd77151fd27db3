"""A WebSocket that ended: closed by the other side, broken, or against the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .api import APIConnectionError, APIError

if TYPE_CHECKING:
    from ..types.speech import FinalTranscript

TRANSIENT_CODES = frozenset({1001, 1012, 1013, 1014})
"""Close codes of a server that goes away, restarts, or is overloaded."""


class WebSocketError(APIError):
    """A WebSocket has ended and cannot be used any more.

    Attributes:
        transcripts: The final transcripts that arrived, for the WebSocket of a transcription.
    """

    transcripts: tuple[FinalTranscript, ...] = ()

    advice = "Connect again to go on."


class WebSocketClosedError(WebSocketError):
    """The connection was closed properly, by either side.

    Attributes:
        close_code: The code that it was closed with; 1005 if there was none.
        reason: What the other side said, if anything.
    """

    def __init__(
        self, message: str, *, close_code: int = 1005, reason: str = "", request_id: str | None = None
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.close_code = close_code
        self.reason = reason

    @property
    def transient(self) -> bool:
        return self.close_code in TRANSIENT_CODES


class WebSocketUnsupportedError(WebSocketClosedError):
    """The other side does not support this (close code 1003).

    A deployment without a WebSocket method accepts the connection first, and then closes it with this code.
    """

    advice = "Check that the model or the chain's entrypoint has a WebSocket method, and what messages it takes."


class WebSocketModelError(WebSocketClosedError):
    """The code of the model or chainlet failed (close code 1011)."""

    advice = "See the logs of the deployment."


class WebSocketProtocolError(WebSocketError):
    """The other side broke the rules: a malformed frame, text that is not UTF-8, or a message that is too large.

    Attributes:
        close_code: The code that the connection was closed with here: 1002, 1007 or 1009.
    """

    advice = "If a message was too large, raise Limits(message=...); else correct the server."

    def __init__(self, message: str, *, close_code: int = 1002, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.close_code = close_code


class WebSocketInterrupted(WebSocketError, APIConnectionError):
    """The connection broke: it ended without a close frame, or the other side did not answer a ping."""

    advice = "What was sent last may not have arrived. Connect again to go on."
