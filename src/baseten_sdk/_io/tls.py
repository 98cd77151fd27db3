"""One TLS context for all clients of a process: loading the trusted certificates takes milliseconds."""

from __future__ import annotations

import os
import ssl
from functools import cache


@cache
def shared_context() -> ssl.SSLContext:
    """The trust that httpx has: `SSL_CERT_FILE`, else `SSL_CERT_DIR`, else certifi's list."""
    if cafile := os.environ.get("SSL_CERT_FILE"):
        return ssl.create_default_context(cafile=cafile)
    if capath := os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context(capath=capath)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
