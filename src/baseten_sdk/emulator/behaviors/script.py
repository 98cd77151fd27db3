"""Which faults happen, and when, as values: `at(3).status(503)`, `every().on("/predict").drip()`.

It owns the words in which a test writes its script, and translates them into behaviors. It must not know how a
behavior is carried out, or count requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from .parse import BehaviorError, Spec, parse
from .plan import Plan

Garbage = Literal["html", "empty", "error", "truncated", "not-json"]
StreamErrorForm = Literal["string", "object", "object-error", "event"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault for some of the next requests. `at`, `first` and `every` make one; each method adds to it.

    Attributes:
        numbers: Which requests, counted from 1 after the fault was added. None means all of them.
        path: Only requests whose path contains this are counted and affected.
        plan: The behaviors.
    """

    numbers: frozenset[int] | None = None
    path: str | None = None
    plan: Plan = field(default_factory=Plan)

    def on(self, path: str) -> Self:
        """Affect only requests whose path contains this, such as "/predict". Others are not counted."""
        return replace(self, path=path)

    def behave(self, spec: Spec) -> Self:
        """Add any behaviors of the emulator, written as in the header `x-emulator`.

        Raises:
            BehaviorError: If a behavior does not exist, or its value is invalid.
        """
        return replace(self, plan=self.plan.merged(parse(spec)))

    def status(self, status: int, *, message: str | None = None, retry_after: float | str | None = None) -> Self:
        """Answer with an error.

        Args:
            status: The status, 200 to 599.
            message: The text inside the error's body.
            retry_after: The value of the header `Retry-After`: seconds, or any text.
        """
        after = f"{retry_after:g}" if isinstance(retry_after, int | float) else retry_after
        return self._with({"status": status, "message": message, "retry-after": after})

    def drop(self, *, reset: bool = False) -> Self:
        """Close the connection without answering, or reset it."""
        return self._with({"drop": True, "reset": reset})

    def hang(self) -> Self:
        """Accept the request and never answer."""
        return self._with({"hang": True})

    def delay(self, seconds: float) -> Self:
        """Delay the first byte, in seconds."""
        return self._with({"delay": _milliseconds(seconds)})

    def drip(self, *, size: int = 1, interval: float = 0.001) -> Self:
        """Send the body in pieces of `size` bytes, `interval` seconds apart."""
        return self._with({"pieces": size, "pause": _milliseconds(interval)})

    def cut_stream(self, after: int | None = None, *, reset: bool = False) -> Self:
        """Cut the connection after this many events, or after this many bytes if the body is not a stream.

        By default, it is cut after half of the reply.
        """
        return self._with({"cut": True if after is None else after, "reset": reset})

    def end_stream(self, after: int | None = None) -> Self:
        """End the body early, as if it were complete, after as many events or bytes as in `cut_stream`."""
        return self._with({"end": True if after is None else after})

    def stall(self, after: int | None = None) -> Self:
        """Send nothing more after as many events or bytes as in `cut_stream`, and keep the connection open."""
        return self._with({"stall": True if after is None else after})

    def stream_error(self, form: StreamErrorForm = "object", *, message: str | None = None) -> Self:
        """Send an error inside the stream, in one of the forms that servers use."""
        return self._with({"stream-error": form, "message": message})

    def garbage(self, kind: Garbage = "html") -> Self:
        """Answer with a success whose body is an HTML page, empty, an error object, cut in half, or plain text."""
        return self._with({"reply": kind})

    def fail_job(self, code: str = "MODEL_PREDICT_ERROR") -> Self:
        """Make the async request that this call submits fail with this error code."""
        return self._with({"fail-with": code})

    def queue_job(self, seconds: float) -> Self:
        """Keep the async request in the queue for this many seconds, on the emulator's clock."""
        return self._with({"queue": f"{seconds:g}"})

    def run_job(self, seconds: float) -> Self:
        """Make the async request run for this many seconds, on the emulator's clock."""
        return self._with({"run": f"{seconds:g}"})

    def duplicate_webhook(self) -> Self:
        """Deliver the webhook of the async request twice."""
        return self._with({"webhook": "duplicate"})

    def lose_webhook(self) -> Self:
        """Never deliver the webhook of the async request, and report `WEBHOOK_FAILED`."""
        return self._with({"webhook": "lost"})

    def stray_webhook(self) -> Self:
        """Never deliver the webhook of the async request, but report success."""
        return self._with({"webhook": "astray"})

    def concerns(self, path: str) -> bool:
        """Whether a request to this path is counted."""
        return self.path is None or self.path in path

    def strikes(self, number: int) -> bool:
        """Whether the request with this number among the counted ones is meant."""
        return self.numbers is None or number in self.numbers

    def _with(self, values: Mapping[str, object]) -> Self:
        return self.behave({name: value for name, value in values.items() if value is not None})


def at(*numbers: int) -> Fault:
    """Select requests by number, counted from 1: `at(1, 3).status(503)`."""
    if not numbers or any(number < 1 for number in numbers):
        raise BehaviorError(f"at() takes the numbers of requests, counted from 1, not {numbers!r}")
    return Fault(frozenset(numbers))


def first(count: int) -> Fault:
    """Select the first `count` requests: `first(2).drop()`."""
    return at(*range(1, count + 1))


def every() -> Fault:
    """Select every request: `every().delay(0.05)`."""
    return Fault()


def _milliseconds(seconds: float) -> int:
    return max(round(seconds * 1000), 1)
