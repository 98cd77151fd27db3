"""What httpx raises, as errors of this package.

Classes are told by their names, since httpx and its successor httpx2 have the same ones. Nothing is chained: what they
raise holds the request, and so the key.
"""

from __future__ import annotations

from ..._core.policy.phases import Expired, Phase
from ..._io.timer import AsyncTimer
from ...errors import APIConnectionError, BasetenError, ClientClosedError, InvalidRequestError

LIBRARIES = frozenset({"httpx", "httpx2"})

LOGIN_REFUSED = ("401", "403", "407")
"""Answers of a proxy after which it will not pass the next attempt on either."""


def translated(
    error: Exception, timer: AsyncTimer, phase: Phase, *, closed: bool, status: int | None = None
) -> BasetenError | Expired | None:
    """The public error for what was raised; None where it is nothing of httpx's.

    Args:
        error: what was raised.
        timer: the call's.
        phase: what was being done, where the error does not say.
        closed: whether the client was closed.
        status: the status, where the headers had arrived.
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
    """What the kernel says where it was the kernel that gave a connection up; "" where a limit was reached."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TimeoutError) and cause.errno is not None:
            return str(cause.strerror).lower()
        cause = cause.__cause__
    return ""


def _text(error: Exception) -> str:
    """What the error says, or else what it is or was caused by."""
    cause: BaseException | None = error
    while cause is not None:
        if text := str(cause).rstrip("."):
            return text
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
