"""Which transport carries a client's calls."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ..errors import ConfigurationError

TransportName: TypeAlias = Literal["auto", "direct", "httpx"]


def choose_transport(wanted: TransportName) -> Literal["httpx"]:
    """The transport that fits what was asked for.

    Raises:
        ConfigurationError: it cannot be had.
    """
    match wanted:
        case "auto" | "httpx":
            return "httpx"
        case "direct":
            raise ConfigurationError('transport="direct" is not in this version; use "auto" or "httpx".')
        case _:
            raise ConfigurationError(f'transport must be "auto", "direct" or "httpx", not {wanted!r}.')
