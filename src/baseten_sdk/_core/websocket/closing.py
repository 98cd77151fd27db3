"""How a WebSocket ended, and the error that reports it."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import (
    InvalidRequestError,
    WebSocketClosedError,
    WebSocketError,
    WebSocketInterrupted,
    WebSocketModelError,
    WebSocketProtocolError,
    WebSocketUnsupportedError,
)
from ..reply.classify import as_sentence

NORMAL = 1000
NO_STATUS = 1005
ABNORMAL = 1006
INTERNAL = 1011

CLEAN = frozenset({NORMAL, NO_STATUS})
"""Close codes after which nothing is missing: iteration just ends."""

SENDABLE = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011})
"""Close codes below 3000 that a program may send."""

LONGEST_REASON = 123
"""Maximum size in bytes of a reason in a close frame."""

BY_CODE: dict[int, type[WebSocketClosedError]] = {1003: WebSocketUnsupportedError, 1011: WebSocketModelError}


class Closing(NamedTuple):
    """Why no more messages will arrive.

    Attributes:
        code: The close code. 1005 if the other side gave none, 1006 if there was no close frame.
        reason: The reason that came with it.
        ours: Whether this side closed first, or failed the connection.
        violation: How the other side violated the protocol or the limits.
    """

    code: int
    reason: str
    ours: bool = False
    violation: str | None = None


def check_close(code: int, reason: str) -> None:
    """Refuse what a close frame cannot express.

    Raises:
        InvalidRequestError: The code is reserved, or the reason is too long.
    """
    if isinstance(code, bool) or not isinstance(code, int) or not (code in SENDABLE or 3000 <= code < 5000):
        raise InvalidRequestError(f"code must be 1000 to 1003, 1007 to 1011, or 3000 to 4999, not {code!r}.")
    if not isinstance(reason, str) or len(reason.encode("utf-8", "replace")) > LONGEST_REASON:
        raise InvalidRequestError(f"reason must be text of at most {LONGEST_REASON} bytes.")


def is_clean(closing: Closing) -> bool:
    """Whether nothing is missing: the other side had finished, or this side closed."""
    return closing.violation is None and (closing.ours or closing.code in CLEAN)


def closing_error(closing: Closing) -> WebSocketError:
    """Return the error for further use of a connection that ended this way."""
    if closing.violation is not None:
        return WebSocketProtocolError(
            f"The WebSocket was closed here with code {closing.code}: {as_sentence(closing.violation)}",
            close_code=closing.code,
        )
    if closing.ours:
        return WebSocketClosedError("The WebSocket was closed here.", close_code=closing.code)
    if closing.code == ABNORMAL:
        return WebSocketInterrupted("The WebSocket broke: the connection ended without a close frame.", phase="idle")
    code = "without a code" if closing.code == NO_STATUS else f"with code {closing.code}"
    because = f": {as_sentence(closing.reason)}" if closing.reason else "."
    kind = BY_CODE.get(closing.code, WebSocketClosedError)
    return kind(f"The other side closed the WebSocket {code}{because}", close_code=closing.code, reason=closing.reason)
