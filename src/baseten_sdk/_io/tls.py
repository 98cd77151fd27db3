"""One TLS context for all clients of a process, because loading the trusted certificates takes milliseconds."""

from __future__ import annotations

import os
import ssl
import stat
import sys
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from ..errors import ConfigurationError

IGNORE_CUT = getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", ssl.Options(0))
"""Some releases of Python set this option. It hides the difference between a cut connection and an announced end."""


LARGEST = 64 << 20
"""Bytes of the largest file that is read as a list of certificates. The usual ones have some 250,000."""


class Trust(NamedTuple):
    """Where the trusted certificates are, and which version of them.

    Attributes:
        variable: The variable that names them. "" for certifi's list.
        path: The file or the directories.
        version: Changes when the file does.
    """

    variable: str
    path: str
    version: tuple[int, int, int] = (0, 0, 0)


def shared_context() -> ssl.SSLContext:
    """Return the TLS context with httpx's trust: `SSL_CERT_FILE`, otherwise `SSL_CERT_DIR`, otherwise certifi's list.

    It is made again if the variable or its file has changed. It tells a cut connection from an announced end.

    Raises:
        ConfigurationError: What the variable names cannot be used.
    """
    return _context(_trust())


def _trust() -> Trust:
    if path := os.environ.get("SSL_CERT_FILE"):
        try:
            found = os.stat(path)
        except OSError as error:
            raise _unusable("SSL_CERT_FILE", path, _reason(error)) from None
        return Trust("SSL_CERT_FILE", path, (found.st_mtime_ns, found.st_size, found.st_ino))
    if path := os.environ.get("SSL_CERT_DIR"):
        return Trust("SSL_CERT_DIR", path)
    return Trust("", "")


@lru_cache(maxsize=4)
def _context(trust: Trust) -> ssl.SSLContext:
    match trust.variable:
        case "SSL_CERT_FILE":
            _check_file(trust.path)
            context = _made(trust, cafile=trust.path)
        case "SSL_CERT_DIR":
            _check_directories(trust.path)
            context = _made(trust, capath=trust.path)
        case _:
            import certifi

            context = _made(trust, cafile=certifi.where())
    context.options &= ~IGNORE_CUT
    return context


def _check_key_log() -> None:
    """Refuse to write to a pipe that no program reads, because opening it would wait for one."""
    path = os.environ.get("SSLKEYLOGFILE")
    if not path or sys.flags.ignore_environment:
        return
    with suppress(OSError):
        if stat.S_ISFIFO(os.stat(path).st_mode):
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                raise _unwritable("no program reads the pipe") from None


def _made(trust: Trust, *, cafile: str | None = None, capath: str | None = None) -> ssl.SSLContext:
    _check_key_log()
    try:
        return ssl.create_default_context(cafile=cafile, capath=capath)
    except ssl.SSLError:
        raise _unusable(trust.variable or "certifi", trust.path or str(cafile), "it holds no certificate") from None
    except OSError as error:
        # The certificates were read. The only other file is the key log that Python opens for debugging.
        raise _unwritable(_reason(error)) from None


def _check_file(path: str) -> None:
    """Check that it is a file of a sensible size. Nothing else is opened: a pipe would wait for its writer."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            reason = "is a directory" if stat.S_ISDIR(found.st_mode) else "it is not a regular file"
        elif found.st_size > LARGEST:
            reason = f"it has {found.st_size:,} bytes, and lists of certificates are much smaller"
        else:
            with open(path, "rb") as file:
                file.read(1)
            return
    except OSError as error:
        reason = _reason(error)
    raise _unusable("SSL_CERT_FILE", path, reason)


def _check_directories(path: str) -> None:
    """Check that at least one of the directories is readable, as OpenSSL requires."""
    reason = "there is none"
    for directory in path.split(os.pathsep):
        try:
            os.listdir(directory)
        except OSError as error:
            reason = _reason(error)
        else:
            return
    raise _unusable("SSL_CERT_DIR", path, reason)


def _unusable(variable: str, path: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{variable} names {path} as the trusted certificates, and that cannot be used: {reason}. Correct the variable "
        "or unset it."
    )


def _unwritable(reason: str) -> ConfigurationError:
    log = os.environ.get("SSLKEYLOGFILE", "")
    return ConfigurationError(
        f"SSLKEYLOGFILE names {log}, which cannot be written: {reason}. Correct the variable or unset it."
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
