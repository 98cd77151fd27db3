"""Which of another library's errors stands for an error of a call that had no reply."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ... import APIConnectionError, APIError, APITimeoutError

Name: TypeAlias = Literal[
    "ConnectError",
    "ConnectTimeout",
    "PoolTimeout",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "WriteError",
    "WriteTimeout",
]
"""The names are the same in httpx and httpx2."""

_ERRORS: dict[str, tuple[Name, Name]] = {
    "connect": ("ConnectError", "ConnectTimeout"),
    "write": ("WriteError", "WriteTimeout"),
    "queue": ("ReadError", "PoolTimeout"),
    "rate": ("ReadError", "PoolTimeout"),
    "gate": ("ReadError", "PoolTimeout"),
}


def name_of(error: APIError) -> Name:
    """The name of the error to raise instead; a stream that ended too early is a breach of the protocol."""
    if not isinstance(error, APIConnectionError):
        return "RemoteProtocolError"
    plain, late = _ERRORS.get(error.phase or "", ("ReadError", "ReadTimeout"))
    return late if isinstance(error, APITimeoutError) else plain


def seconds(extensions: object, phase: str) -> float | None:
    """A timeout of a request: what it says of a phase."""
    given = extensions.get(phase) if isinstance(extensions, dict) else None
    return float(given) if isinstance(given, int | float) else None
