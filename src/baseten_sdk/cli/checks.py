"""The checks of `doctor`, from the key to an answer of the service, each with advice.

Each check takes what it needs as arguments and returns one finding. No finding shows the key. This file must not know
how findings are printed.
"""

from __future__ import annotations

import platform
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit

from .. import Client, __version__
from .._io.machine_proxies import proxy_before
from .._io.tls import shared_context
from ..errors import APIConnectionError, AuthenticationError, BasetenError, ConfigurationError, NotFoundError
from ..types.meta import Meta
from .exit_codes import ExitCode, exit_code

State: TypeAlias = Literal["ok", "warn", "fail"]

TIMEOUT = 10.0
"""Timeout of a lookup, a connection and a handshake, in seconds."""

SKEW = 60.0
"""Tolerated clock error in seconds. At 300, genuine webhooks are refused as too old."""

SLOW = 1.0
EXPIRES = 14
"""Warn about a certificate that expires within this many days."""

KEYS = "https://app.baseten.co/settings/api_keys"
"""The page that creates API keys."""

OF_GATEWAYS = "The keys of a Frontier Gateway need --auth-scheme api-key, or BASETEN_AUTH_SCHEME=api-key."

OF_BASETEN = "Keys that are not of a Frontier Gateway need --auth-scheme bearer."


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check.

    Attributes:
        check: What was looked at.
        state: "fail" where calls cannot work, "warn" where something else may not.
        detail: What was found.
        advice: What to do about it.
        code: The exit code that a failure means.
    """

    check: str
    state: State
    detail: str
    advice: str = ""
    code: ExitCode = ExitCode.OK


def installation() -> Finding:
    import httpx  # heavy, and every command would wait for it

    versions = f"baseten-sdk {__version__}, Python {platform.python_version()}, httpx {httpx.__version__}"
    return Finding("install", "ok", f"{versions}, {platform.system()} {platform.machine()}")


def no_key(detail: str) -> Finding:
    return Finding("key", "fail", detail, f"Keys are made at {KEYS}.", ExitCode.AUTH)


def key_form(key: str, source: str) -> Finding:
    """Check that the key has the form of one.

    Args:
        source: What it was read from.
    """
    odd = ""
    if key.lower().startswith(("bearer ", "api-key ")):
        odd = "It begins with a scheme: give the key alone, without the word before it."
    elif key[0] in "\"'" or key[-1] in "\"'":
        odd = "It is in quotes: remove them where it is set."
    elif not key.isascii() or any(character.isspace() for character in key):
        odd = "It holds spaces or letters that no key has: copy it again."
    if odd:
        return Finding("key", "fail", "The API key does not look like one.", odd, ExitCode.AUTH)
    return Finding("key", "ok", f"found in {source}")


def address(url: str, source: str) -> Finding:
    """Check the form of the base URL as a client does. One that is refused is not shown, since it may hold a secret."""
    try:
        Client(api_key="none", base_url=url)
    except ConfigurationError as error:
        return Finding("address", "fail", error.message.replace("base_url", source), code=ExitCode.USAGE)
    return Finding("address", "ok", f"{url} ({source})")


def proxy(url: SplitResult) -> tuple[SplitResult | None, Finding]:
    """Find the proxy on the way to the service as a client does; None if there is none."""
    try:
        found = proxy_before(url.geturl())
    except ConfigurationError as error:
        return None, Finding("proxy", "fail", error.message, code=ExitCode.USAGE)
    if found is None:
        return None, Finding("proxy", "ok", "none")
    parts = urlsplit(found.address)
    return parts, Finding("proxy", "ok", f"{parts.hostname}:{parts.port}, from {found.variable}")


def names(host: str) -> Finding:
    """Check that DNS has an address for a host."""
    began = time.perf_counter()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        advice = "Check the spelling of the URL, the network, and the name server (VPN?)."
        return Finding("name", "fail", f"{host} is not found: {_reason(error)}.", advice, ExitCode.SERVER)
    addresses = sorted({str(each[4][0]) for each in found})
    return Finding("name", "ok", f"{host} is {', '.join(addresses[:2])} ({_ms(began)})")


def connection(parts: SplitResult) -> Finding:
    """Check that a port accepts connections."""
    where = f"{parts.hostname}:{_port(parts)}"
    began = time.perf_counter()
    try:
        socket.create_connection((parts.hostname or "", _port(parts)), TIMEOUT).close()
    except (OSError, UnicodeError) as error:
        advice = "A firewall or proxy may stand between; is the URL right, and does the server run?"
        return Finding("connect", "fail", f"{where} does not answer: {_reason(error)}.", advice, ExitCode.SERVER)
    return Finding("connect", "ok", f"{where} answers ({_ms(began)})")


def tls(parts: SplitResult, context: ssl.SSLContext | None = None) -> Finding:
    """Check the TLS handshake and the certificate, with the trusted certificates that a client has."""
    host = parts.hostname or ""
    began = time.perf_counter()
    try:
        with (
            socket.create_connection((host, _port(parts)), TIMEOUT) as plain,
            (context or shared_context()).wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            version, certificate = wrapped.version(), wrapped.getpeercert() or {}
    except ConfigurationError as error:  # of SSL_CERT_FILE, say
        return Finding("tls", "fail", error.message, code=ExitCode.USAGE)
    except ssl.SSLCertVerificationError as error:
        advice = "Something may stand between that reads along: name its CA with SSL_CERT_FILE, or change the network."
        detail = f"The certificate of {host} is not trusted: {error.verify_message.rstrip('.')}."
        return Finding("tls", "fail", detail, advice, ExitCode.SERVER)
    except OSError as error:
        advice = "The server may speak http instead of https, or a proxy cut the handshake."
        return Finding("tls", "fail", f"No handshake with {host}: {_reason(error)}.", advice, ExitCode.SERVER)
    return certificate_end(certificate.get("notAfter"), f"{version} ({_ms(began)})", time.time())


def certificate_end(end: object, detail: str, now: float) -> Finding:
    """Check how long the certificate is still valid."""
    if not isinstance(end, str):
        return Finding("tls", "ok", detail)
    days = int((ssl.cert_time_to_seconds(end) - now) // 86_400)
    state: State = "warn" if days < EXPIRES else "ok"
    advice = "Tell whoever runs that server." if state == "warn" else ""
    return Finding("tls", state, f"{detail}, certificate good for {days} days", advice)


def answer(client: Client, *, api_key_scheme: bool = False) -> tuple[Meta | None, Finding]:
    """Check that the service accepts the key and answers.

    Args:
        api_key_scheme: Whether the key is sent the way that the keys of a Frontier Gateway need.
    """
    try:
        models = client.models.list(max_retries=0)
    except AuthenticationError as error:
        other = OF_BASETEN if api_key_scheme else OF_GATEWAYS
        advice = f"Make a key at {KEYS} and set BASETEN_API_KEY. {other}"
        return None, Finding("answer", "fail", f"The key is refused ({error.status_code}).", advice, ExitCode.AUTH)
    except NotFoundError as error:
        advice = "The base URL may lack its path: it ends in /v1."
        return None, Finding("answer", "fail", f"{error}", advice, ExitCode.NOT_FOUND)
    except APIConnectionError as error:
        return None, Finding("answer", "fail", f"{error.message}", error.advice, exit_code(error))
    except BasetenError as error:
        advice = "See https://status.baseten.co, and try again later."
        return None, Finding("answer", "fail", f"{error}", advice, exit_code(error))
    meta = models.meta
    request = f", request id {meta.request_id}" if meta.request_id else ""
    return meta, Finding("answer", "ok", f"{len(models)} models ({meta.elapsed * 1000:.0f} ms{request})")


def clock(date: str | None, now: float) -> Finding:
    """Compare this machine's clock with the service's."""
    try:
        theirs = parsedate_to_datetime(date or "").replace(tzinfo=UTC)
    except ValueError:
        return Finding("clock", "ok", "the service does not send its time")
    skew = now - theirs.timestamp()
    if abs(skew) <= SKEW:
        return Finding("clock", "ok", f"right ({datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S} UTC)")
    how = f"{abs(skew):.0f} s {'fast' if skew > 0 else 'slow'}"
    return Finding("clock", "warn", f"This machine's clock is {how}.", "Set it: genuine webhooks may look too old.")


def latency(client: Client, calls: int = 3) -> Finding:
    """Measure an answer on an open connection."""
    try:
        taken = [client.models.list(max_retries=0).meta.elapsed for _ in range(calls)]
    except BasetenError as error:
        return Finding("latency", "warn", f"Not each of {calls} calls got an answer: {error}", "Try again.")
    best, worst = min(taken), max(taken)
    detail = f"{best * 1000:.0f} to {worst * 1000:.0f} ms in {calls} calls"
    if best <= SLOW:
        return Finding("latency", "ok", detail)
    return Finding("latency", "warn", detail, "The network, or a proxy, is slow.")


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _ms(began: float) -> str:
    return f"{(time.perf_counter() - began) * 1000:.0f} ms"


def _reason(error: OSError | UnicodeError) -> str:
    if isinstance(error, UnicodeError):
        return "it cannot be the name of a host"
    return (error.strerror or str(error) or type(error).__name__).rstrip(".")
