"""One TLS context for all clients of a process: loading the trusted certificates takes milliseconds."""

from __future__ import annotations

import os
import ssl
from functools import cache

IGNORE_CUT = getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", ssl.Options(0))
"""Some releases of Python set it: an end that TLS did not announce is taken for one that it did."""


@cache
def shared_context() -> ssl.SSLContext:
    """The trust that httpx has: `SSL_CERT_FILE`, else `SSL_CERT_DIR`, else certifi's list.

    It tells a cut from an end.
    """
    context = _trusting()
    context.options &= ~IGNORE_CUT
    return context


def _trusting() -> ssl.SSLContext:
    if cafile := os.environ.get("SSL_CERT_FILE"):
        return ssl.create_default_context(cafile=cafile)
    if capath := os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context(capath=capath)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
