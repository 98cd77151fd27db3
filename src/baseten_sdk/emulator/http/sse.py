"""Server-sent events as bytes, in every form that the standard allows.

It owns the writing of lines. It must not know what the data is.
"""

from __future__ import annotations

from ..behaviors.plan import Plan

DONE = "[DONE]"


class Framing:
    """Writes events in the form a plan asks for."""

    def __init__(self, plan: Plan) -> None:
        self._end = "\r\n" if plan.on("crlf") else "\r" if plan.on("cr") else "\n"
        self._comments = plan.on("comments")
        self._named = plan.on("named-events")
        self._bom = plan.on("bom")
        self._count = 0

    def event(self, data: str, name: str | None = None) -> bytes:
        """One event with its blank line, and whatever the plan puts before it."""
        lines: list[str] = []
        if self._comments:
            # In turn: a comment, a comment as a block of its own, and an event without data.
            lines += ([": keep-alive"], [":", ""], ["event: ping", ""])[self._count % 3]
        if self._named and data != DONE:
            lines += [f"event: {name or 'message'}", f"id: {self._count}"]
        elif name is not None:
            lines.append(f"event: {name}")
        lines += [f"data: {piece}" for piece in data.split("\n")]
        mark = "\ufeff" if self._bom and self._count == 0 else ""
        self._count += 1
        return (mark + self._end.join(lines) + self._end * 2).encode(errors="surrogatepass")
