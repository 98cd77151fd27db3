"""The proxies of this machine: those in the environment, and on macOS and Windows those in the system's settings."""

from __future__ import annotations

import os
import sys

from .._core.request.origin import split_url
from .._core.request.proxies import Proxies, Proxy


def machine_proxies() -> Proxies:
    """Return the proxies as they are set now."""
    if sys.platform not in ("darwin", "win32"):
        return Proxies(os.getenv)

    from urllib.request import getproxies, proxy_bypass

    return Proxies(os.getenv, getproxies(), lambda host: bool(proxy_bypass(host)))


def proxy_before(url: str) -> Proxy | None:
    """Return the proxy between this machine and a URL, or None.

    Raises:
        InvalidRequestError: It is not the URL of a web server.
        ConfigurationError: The relevant variable cannot be read. The message names it.
    """
    return machine_proxies().of(split_url(url)[0])
