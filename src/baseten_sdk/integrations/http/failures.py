"""Chooses the other library's exception for a call without a reply."""

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
    """Return the name of the exception to raise. A stream that ended too early is a protocol error."""
    if not isinstance(error, APIConnectionError):
        return "RemoteProtocolError"
    plain, late = _ERRORS.get(error.phase or "", ("ReadError", "ReadTimeout"))
    return late if isinstance(error, APITimeoutError) else plain


def seconds(extensions: object, phase: str) -> float | None:
    """Return a request's timeout for a phase."""
    given = extensions.get(phase) if isinstance(extensions, dict) else None
    return float(given) if isinstance(given, int | float) else None
