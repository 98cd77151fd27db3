"""The first lines of a request of HTTP/1.1: rendered once for all requests that differ only in their bodies.

Names and values of headers are checked where they are given, so that the error names the argument. They are checked
here once more, whoever gave them: what is written is one request and no other.
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
"""Verbs that say nothing of a body they do not have."""

STREAM = ("accept", "text/event-stream")
"""A stream is not to be compressed: its pieces would wait for each other."""

_VISIBLE = re.compile(r"[\x21-\x7e]+")

MOST = 64
"""Heads that are remembered; a caller whose every request has a header of its own gains nothing and fills no memory."""


class Heads:
    """Renders heads, and remembers those that were used last. They hold the key: it lives and dies with a transport."""

    __slots__ = ("_rendered",)

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str, HeaderPairs], Hidden[bytes]] = {}

    def render(self, request: Request, origin: Origin, target: str, proxy: Proxy | None = None) -> Hidden[bytes]:
        """The head of a request, to the blank line.

        Args:
            request: what is sent.
            origin: the server that it is for.
            target: path and query.
            proxy: the proxy that is to pass it on; None where it goes to the server itself, or through a tunnel.

        Raises:
            InvalidRequestError: something in it would read as another message.
        """
        if request.upgrade:
            # No two are alike.
            lines = _encoded((), HeaderLines(request.upgrade))
            return Hidden(b"%b%b\r\n" % (_lines(request, origin, target, proxy).value, lines.value))
        head = self._rendered.get((request.method, request.url, request.headers.pairs))
        if head is None:
            if len(self._rendered) >= MOST:
                self._rendered.clear()
            head = _lines(request, origin, target, proxy)
            self._rendered[request.method, request.url, request.headers.pairs] = head
        if request.body or request.method not in BODILESS:
            return Hidden(b"%bcontent-length: %d\r\n\r\n" % (head.value, len(request.body)))
        return Hidden(head.value + b"\r\n")


def tunnel(origin: Origin, proxy: Proxy) -> Hidden[bytes]:
    """The request that asks a proxy for a tunnel to a server."""
    server = f"{origin.bracketed}:{origin.port}"
    head = _encoded((f"CONNECT {server} HTTP/1.1", f"host: {server}"), HeaderLines(_login(proxy)))
    return Hidden(head.value + b"\r\n")


def _lines(request: Request, origin: Origin, target: str, proxy: Proxy | None) -> Hidden[bytes]:
    problem = first_problem(request.headers)
    if problem is not None or not _VISIBLE.fullmatch(request.method) or not _VISIBLE.fullmatch(target):
        raise InvalidRequestError(problem or "The method and the URL must be printable ASCII without blanks.")
    server = "" if proxy is None else f"{origin.scheme}://{origin.authority}"
    own = [f"{request.method} {server}{target} HTTP/1.1", f"host: {origin.authority}"]
    if not any(name == "accept-encoding" for name, _ in request.headers.pairs):
        own.append(f"accept-encoding: {'identity' if STREAM in request.headers.pairs else ACCEPTED_ENCODINGS}")
    login = () if proxy is None else _login(proxy)
    return _encoded(own, HeaderLines((*request.headers.pairs, *login)))


def _login(proxy: Proxy) -> HeaderPairs:
    return () if proxy.authorization is None else (("proxy-authorization", proxy.authorization),)


def _encoded(own: Iterable[str], headers: HeaderLines) -> Hidden[bytes]:
    """The lines of a head, without the blank one at its end."""
    return Hidden("\r\n".join((*own, *map(": ".join, headers.pairs), "")).encode("ascii"))
