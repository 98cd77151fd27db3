"""What is to go wrong, and when, as values: `at(3).status(503)`, `every().on("/predict").drip()`.

It owns the words in which a test writes its script, and translates them into behaviours. It must not know how a
behaviour is carried out, or count requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from .parse import BehaviourError, Spec, parse
from .plan import Plan

Garbage = Literal["html", "empty", "error", "truncated", "not-json"]
StreamErrorForm = Literal["string", "object", "object-error", "event"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Trouble for some of the coming requests. Made by `at`, `first` and `every`; each method adds to it.

    Attributes:
        numbers: which requests, counted from 1 among those that arrive after the script was given; None: all of them.
        path: only requests whose path contains this are counted and touched.
        plan: the behaviours.
    """

    numbers: frozenset[int] | None = None
    path: str | None = None
    plan: Plan = field(default_factory=Plan)

    def on(self, path: str) -> Self:
        """Only for requests whose path contains this, such as "/predict"; others are not counted."""
        return replace(self, path=path)

    def behave(self, spec: Spec) -> Self:
        """Any behaviours of the emulator, as in the header `x-emulator`.

        Raises:
            BehaviourError: one that it does not have, or a value that it cannot take.
        """
        return replace(self, plan=self.plan.merged(parse(spec)))

    def status(self, status: int, *, message: str | None = None, retry_after: float | str | None = None) -> Self:
        """Answer with an error.

        Args:
            status: 200 to 599.
            message: the text inside the error's body.
            retry_after: the header: seconds, or any text.
        """
        after = f"{retry_after:g}" if isinstance(retry_after, int | float) else retry_after
        return self._with({"status": status, "message": message, "retry-after": after})

    def drop(self, *, reset: bool = False) -> Self:
        """Close the connection, or reset it, without a byte of an answer."""
        return self._with({"drop": True, "reset": reset})

    def hang(self) -> Self:
        """Take the request and never answer."""
        return self._with({"hang": True})

    def delay(self, seconds: float) -> Self:
        """Let the first byte wait."""
        return self._with({"delay": _milliseconds(seconds)})

    def drip(self, *, size: int = 1, interval: float = 0.001) -> Self:
        """Send the body in pieces of `size` bytes, with `interval` seconds between two of them."""
        return self._with({"pieces": size, "pause": _milliseconds(interval)})

    def cut_stream(self, after: int | None = None, *, reset: bool = False) -> Self:
        """Cut the connection after this many events, or bytes of a body that is not a stream (default: half of it)."""
        return self._with({"cut": True if after is None else after, "reset": reset})

    def end_stream(self, after: int | None = None) -> Self:
        """The same, but the body ends as if it were complete."""
        return self._with({"end": True if after is None else after})

    def stall(self, after: int | None = None) -> Self:
        """The same, but the connection stays open, and silent."""
        return self._with({"stall": True if after is None else after})

    def stream_error(self, form: StreamErrorForm = "object", *, message: str | None = None) -> Self:
        """An error inside the stream, in one of the forms that servers use."""
        return self._with({"stream-error": form, "message": message})

    def garbage(self, kind: Garbage = "html") -> Self:
        """Replace the body of a success: an HTML page, nothing, an error object, half of it, or text."""
        return self._with({"reply": kind})

    def fail_job(self, code: str = "MODEL_PREDICT_ERROR") -> Self:
        """The async request that this call submits will fail with this error code."""
        return self._with({"fail-with": code})

    def queue_job(self, seconds: float) -> Self:
        """The async request waits so long in the queue, on the emulator's clock."""
        return self._with({"queue": f"{seconds:g}"})

    def run_job(self, seconds: float) -> Self:
        """The async request runs so long, on the emulator's clock."""
        return self._with({"run": f"{seconds:g}"})

    def duplicate_webhook(self) -> Self:
        """The webhook of the async request is delivered twice."""
        return self._with({"webhook": "duplicate"})

    def lose_webhook(self) -> Self:
        """The webhook of the async request never arrives."""
        return self._with({"webhook": "lost"})

    def stray_webhook(self) -> Self:
        """The webhook of the async request goes elsewhere: it counts as delivered, and never arrives."""
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
    """For the requests with these numbers, counted from 1: `at(1, 3).status(503)`."""
    if not numbers or any(number < 1 for number in numbers):
        raise BehaviourError(f"at() takes the numbers of requests, counted from 1, not {numbers!r}")
    return Fault(frozenset(numbers))


def first(count: int) -> Fault:
    """For the first `count` requests: `first(2).drop()`."""
    return at(*range(1, count + 1))


def every() -> Fault:
    """For every request: `every().delay(0.05)`."""
    return Fault()


def _milliseconds(seconds: float) -> int:
    return max(round(seconds * 1000), 1)
