"""Turns httpx's exceptions into errors of this package.

Classes are recognized by name, because httpx and httpx2 use the same names. Nothing is chained: httpx's exceptions hold
the request, and so the key.
"""

from __future__ import annotations

from ..._core.policy.phases import Expired, Phase
from ..._io.timer import AsyncTimer
from ...errors import APIConnectionError, BasetenError, ClientClosedError, InvalidRequestError

LIBRARIES = frozenset({"httpx", "httpx2"})

LOGIN_REFUSED = ("401", "403", "407")
"""Statuses of a proxy that will refuse the next attempt too."""


def translated(
    error: Exception, timer: AsyncTimer, phase: Phase, *, closed: bool, status: int | None = None
) -> BasetenError | Expired | None:
    """Return the public error for an exception, or None if it is not httpx's.

    Args:
        phase: The current phase, if the exception does not say.
        closed: Whether the client was closed.
        status: The status, if the headers had arrived.
    """
    names = {cls.__name__ for cls in type(error).__mro__ if cls.__module__.partition(".")[0] in LIBRARIES}
    if not names and not isinstance(error, RuntimeError | OSError):
        return None
    if closed:
        return ClientClosedError("The client was closed.")
    text = _text(error)
    through = f" through the proxy {timer.through}" if timer.through else ""
    if "TimeoutException" in names:
        if kernel := _gave_up(error):
            return APIConnectionError(
                f"The connection{through} broke: {kernel}.", phase=timer.phase, status_code=status
            )
        for name, limited in _LIMITED.items():
            if name in names:
                return timer.expired(limited)
        return timer.expired(timer.phase)
    if names & {"UnsupportedProtocol", "InvalidURL", "LocalProtocolError"}:
        return InvalidRequestError(f"The request cannot be sent: {text}.")
    if names & {"ConnectError", "ProxyError"}:
        permanent = "CERTIFICATE_VERIFY_FAILED" in text or ("ProxyError" in names and text[:3] in LOGIN_REFUSED)
        return APIConnectionError(f"Cannot connect{through}: {text}.", phase="connect", permanent=permanent)
    if "WriteError" in names:
        return APIConnectionError(f"The connection{through} broke while sending: {text}.", phase="write")
    when = "while waiting for the reply" if phase == "first_byte" else "in the middle of the reply"
    return APIConnectionError(f"The connection{through} broke {when}: {text}.", phase=phase, status_code=status)


_LIMITED: dict[str, Phase] = {"ConnectTimeout": "connect", "WriteTimeout": "write", "PoolTimeout": "queue"}


def _gave_up(error: Exception) -> str:
    """Return the kernel's message if the kernel gave a connection up. "" if a limit was reached."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TimeoutError) and cause.errno is not None:
            return str(cause.strerror).lower()
        cause = cause.__cause__
    return ""


def _text(error: Exception) -> str:
    """Return the exception's text, otherwise its type or cause."""
    cause: BaseException | None = error
    while cause is not None:
        if text := str(cause).rstrip("."):
            return text
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
