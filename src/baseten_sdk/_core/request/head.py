"""The first lines of a request of HTTP/1.1: rendered once for all requests that differ only in their bodies.

Names and values of headers were checked when they were given (`_core.request.headers`), so no line break can be in one.
"""

from __future__ import annotations

from .accept import ACCEPTED_ENCODINGS
from .header_lines import HeaderPairs
from .origin import Origin
from .request import Request

BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"})
"""Verbs that say nothing of a body they do not have."""

STREAM = ("accept", "text/event-stream")
"""A stream is not to be compressed: its pieces would wait for each other."""

MOST = 64
"""Heads that are remembered; a caller whose every request has a header of its own gains nothing and fills no memory."""


class Heads:
    """Renders heads, and remembers those that were used last. They hold the key: it lives and dies with a transport."""

    __slots__ = ("_rendered",)

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str, HeaderPairs], bytes] = {}

    def render(self, request: Request, origin: Origin, target: str) -> bytes:
        """The head of a request, to the blank line."""
        lines = request.method, request.url, request.headers.pairs
        head = self._rendered.get(lines)
        if head is None:
            if len(self._rendered) >= MOST:
                self._rendered.clear()
            head = self._rendered[lines] = _lines(request, origin, target)
        if request.body or request.method not in BODILESS:
            return b"%bcontent-length: %d\r\n\r\n" % (head, len(request.body))
        return head + b"\r\n"


def _lines(request: Request, origin: Origin, target: str) -> bytes:
    lines = [f"{request.method} {target} HTTP/1.1"]
    names = {name for name, _ in request.headers.pairs}
    if "host" not in names:
        lines.append(f"host: {origin.authority}")
    if "accept-encoding" not in names:
        lines.append(f"accept-encoding: {'identity' if STREAM in request.headers.pairs else ACCEPTED_ENCODINGS}")
    lines += [f"{name}: {value}" for name, value in request.headers.pairs]
    return "\r\n".join([*lines, ""]).encode("ascii")
