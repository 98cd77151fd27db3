"""The first lines of a request of HTTP/1.1: rendered once for all requests that differ only in their bodies.

Names and values of headers were checked when they were given (`_core.request.headers`), so no line break can be in one.
"""

from __future__ import annotations

from .accept import ACCEPTED_ENCODINGS
from .header_lines import HeaderPairs
from .origin import Origin
from .proxies import Proxy
from .request import Request

BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"})
"""Verbs that say nothing of a body they do not have."""

STREAM = ("accept", "text/event-stream")
"""A stream is not to be compressed: its pieces would wait for each other."""

MOST = 64
"""Heads that are remembered; a caller whose every request has a header of its own gains nothing and fills no memory."""


class Head(bytes):
    """A rendered head. It holds the key, so its text shows nothing."""

    def __repr__(self) -> str:
        return f"<head of {len(self)} bytes>"


class Heads:
    """Renders heads, and remembers those that were used last. They hold the key: it lives and dies with a transport."""

    __slots__ = ("_rendered",)

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str, HeaderPairs], Head] = {}

    def render(self, request: Request, origin: Origin, target: str, proxy: Proxy | None = None) -> Head:
        """The head of a request, to the blank line.

        Args:
            request: what is sent.
            origin: the server that it is for.
            target: path and query.
            proxy: the proxy that is to pass it on; None where it goes to the server itself, or through a tunnel.
        """
        lines = request.method, request.url, request.headers.pairs
        head = self._rendered.get(lines)
        if head is None:
            if len(self._rendered) >= MOST:
                self._rendered.clear()
            head = self._rendered[lines] = _lines(request, origin, target, proxy)
        if request.body or request.method not in BODILESS:
            return Head(b"%bcontent-length: %d\r\n\r\n" % (head, len(request.body)))
        return Head(head + b"\r\n")


def tunnel(origin: Origin, proxy: Proxy) -> Head:
    """The request that asks a proxy for a tunnel to a server."""
    place = f"{origin.bracketed}:{origin.port}"
    return _encoded([f"CONNECT {place} HTTP/1.1", f"host: {place}", *_login(proxy), ""])


def _lines(request: Request, origin: Origin, target: str, proxy: Proxy | None) -> Head:
    server = "" if proxy is None else f"{origin.scheme}://{origin.authority}"
    lines = [f"{request.method} {server}{target} HTTP/1.1"]
    names = {name for name, _ in request.headers.pairs}
    if "host" not in names:
        lines.append(f"host: {origin.authority}")
    if "accept-encoding" not in names:
        lines.append(f"accept-encoding: {'identity' if STREAM in request.headers.pairs else ACCEPTED_ENCODINGS}")
    lines += [f"{name}: {value}" for name, value in request.headers.pairs]
    return _encoded(lines if proxy is None else [*lines, *_login(proxy)])


def _login(proxy: Proxy) -> list[str]:
    return [] if proxy.username is None else [f"proxy-authorization: {proxy.authorization}"]


def _encoded(lines: list[str]) -> Head:
    return Head("\r\n".join([*lines, ""]).encode("ascii"))
