"""The first lines of an HTTP/1.1 request, rendered once for all requests that differ only in their bodies.

Header names and values are checked where the caller passes them, so that the error can name the argument. They are
checked again here, whoever set them, so that exactly one request is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...errors import InvalidRequestError
from .accept import ACCEPTED_ENCODINGS
from .header_lines import HeaderLines, HeaderPairs
from .headers import first_problem
from .hidden import Hidden
from .origin import Origin
from .proxies import Proxy
from .request import Request

BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"})
"""Verbs that need no `content-length` if they have no body."""

STREAM = ("accept", "text/event-stream")
"""A stream is not compressed, because compression would delay its pieces."""

_VISIBLE = re.compile(r"[\x21-\x7e]+")

MOST = 64
"""How many heads to remember. The limit keeps a caller whose every request has its own header from filling memory."""


class Heads:
    """Renders heads and remembers the most recent ones.

    They contain the key, so they live no longer than their transport.
    """

    __slots__ = ("_rendered",)

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str, HeaderPairs], Hidden[bytes]] = {}

    def render(
        self, request: Request, headers: HeaderLines, origin: Origin, target: str, proxy: Proxy | None = None
    ) -> Hidden[bytes]:
        """Render the head of a request, including the blank line.

        Args:
            headers: Its headers, with the key.
            origin: The server it is for.
            target: Path and query.
            proxy: The proxy that forwards it. None if it goes to the server directly or through a tunnel.

        Raises:
            InvalidRequestError: Something in it would be read as another message.
        """
        if request.upgrade:
            # Each of these requests has a head of its own, so remembering it gains nothing.
            whole = _lines_alone(request, headers, origin, target, proxy)
            whole.value += _encoded((), HeaderLines(request.upgrade)).value + b"\r\n"
            return whole
        head = self._rendered.get((request.method, request.url, headers.pairs))
        if head is None:
            if len(self._rendered) >= MOST:
                self._rendered.clear()
            head = _lines_alone(request, headers, origin, target, proxy)
            self._rendered[request.method, request.url, headers.pairs] = head
        whole = Hidden()
        if request.body or request.method not in BODILESS:
            whole.value = b"%bcontent-length: %d\r\n\r\n" % (head.value, len(request.body))
        else:
            whole.value = head.value + b"\r\n"
        return whole


def tunnel(origin: Origin, proxy: Proxy) -> Hidden[bytes]:
    """Render the request that asks a proxy for a tunnel to a server."""
    server = f"{origin.bracketed}:{origin.port}"
    head = _encoded((f"CONNECT {server} HTTP/1.1", f"host: {server}"), HeaderLines(_login(proxy)))
    head.value += b"\r\n"
    return head


def _lines_alone(
    request: Request, headers: HeaderLines, origin: Origin, target: str, proxy: Proxy | None
) -> Hidden[bytes]:
    try:
        return _lines(request, headers, origin, target, proxy)
    except BaseException as error:
        # The frames below hold the headers.
        raise error.with_traceback(None) from None


def _lines(request: Request, headers: HeaderLines, origin: Origin, target: str, proxy: Proxy | None) -> Hidden[bytes]:
    problem = first_problem(headers)
    if problem is not None or not _VISIBLE.fullmatch(request.method) or not _VISIBLE.fullmatch(target):
        raise InvalidRequestError(problem or "The method and the URL must be printable ASCII without blanks.")
    server = "" if proxy is None else f"{origin.scheme}://{origin.authority}"
    own = [f"{request.method} {server}{target} HTTP/1.1", f"host: {origin.authority}"]
    if not any(name == "accept-encoding" for name, _ in headers.pairs):
        own.append(f"accept-encoding: {'identity' if STREAM in headers.pairs else ACCEPTED_ENCODINGS}")
    login = () if proxy is None else _login(proxy)
    return _encoded(own, HeaderLines((*headers.pairs, *login)))


def _login(proxy: Proxy) -> HeaderPairs:
    return () if proxy.authorization is None else (("proxy-authorization", proxy.authorization),)


def _encoded(own: Iterable[str], headers: HeaderLines) -> Hidden[bytes]:
    """Encode the lines of a head, without the final blank line."""
    lines: Hidden[bytes] = Hidden()
    lines.value = "\r\n".join((*own, *map(": ".join, headers.pairs), "")).encode("ascii")
    return lines
