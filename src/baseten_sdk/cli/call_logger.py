"""`--verbose`: each call, its retries and its request ID, on stderr."""

from __future__ import annotations

import time

from ..errors import APIError
from ..hooks import CallEnded, CallObserver, CallStarted, Observer, RetryEvent, WaitEvent
from ..types.meta import Meta
from .printing import Printer


class CallLogger(Observer):
    """Logs calls while they are made."""

    def __init__(self, out: Printer) -> None:
        self._out = out

    def started(self, call: CallStarted) -> CallObserver:
        hedge = " (hedge)" if call.hedge else ""
        return CallLog(self._out, f"{call.method} {call.url}{hedge}")


class CallLog(CallObserver):
    def __init__(self, out: Printer, call: str) -> None:
        self._out = out
        self._call = call
        self._began = time.perf_counter()

    def retrying(self, event: RetryEvent) -> None:
        self._say(f"attempt {event.attempt} failed ({event.reason}), next in {event.wait:.2f} s")

    def waiting(self, event: WaitEvent) -> None:
        for_long = "" if event.seconds is None else f" for {event.seconds:.2f} s or more"
        self._say(f"waits{for_long} ({event.reason})")

    def ended(self, end: CallEnded) -> None:
        self._say(f"{end.meta.status_code or 'left'} in {self._seconds()}{_id(end.meta)}")

    def failed(self, error: BaseException) -> None:
        # An error is shown with its attempts and its id; what else ended the call is the user.
        if not isinstance(error, APIError):
            self._say(f"{type(error).__name__} after {self._seconds()}")

    def _say(self, what: str) -> None:
        self._out.note(f"{self._call}: {what}")

    def _seconds(self) -> str:
        return f"{time.perf_counter() - self._began:.2f} s"


def _id(meta: Meta) -> str:
    return f", request id {meta.request_id}" if meta.request_id else ""
