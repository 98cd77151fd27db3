"""A call that is watched: it tells observers what happens to it, and bears what they raise.

The watch travels with the request, so that whoever has the one can tell the other. It must not know how a call is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from ...hooks import CallEnded, CallObserver, CallStarted, Observer, RetryEvent
from ...types.meta import Meta
from ..request.request import Request

log = logging.getLogger("baseten_sdk")

FAILED = "A hook failed; the call goes on."


class ObservedCall:
    """What the observers of one call want to know, and whether they know how it ended."""

    __slots__ = ("_over", "_watches")

    def __init__(self, watches: Iterable[CallObserver] = ()) -> None:
        self._watches = tuple(watches)
        self._over = False

    @property
    def over(self) -> bool:
        """Whether the end was told; it is told once."""
        return self._over

    @contextmanager
    def active(self) -> Generator[None]:
        """Enter what the observers want entered while the call is made."""
        stack = ExitStack()
        for watch in self._watches:
            with _borne():
                stack.enter_context(watch.active())
        try:
            yield
        finally:
            # Observers learn of an exception by `failed`; here they could only swallow it.
            with _borne():
                stack.close()

    def retrying(self, event: RetryEvent) -> None:
        self._tell(lambda watch: watch.retrying(event))

    def chunk(self, chunk: object) -> None:
        # Called for each chunk, so without what makes the others short.
        for watch in self._watches:
            try:
                watch.chunk(chunk)
            except Exception:
                log.exception(FAILED)

    def ended(self, end: CallEnded) -> None:
        if not self._over:
            self._over = True
            self._tell(lambda watch: watch.ended(end))

    def failed(self, error: BaseException) -> None:
        if not self._over:
            self._over = True
            self._tell(lambda watch: watch.failed(error))

    def _tell(self, what: Callable[[CallObserver], None]) -> None:
        for watch in self._watches:
            with _borne():
                what(watch)

    def __del__(self) -> None:
        """The call was forgotten; what came of its reply is not known any more."""
        self.ended(CallEnded(None, Meta(), complete=False))


@dataclass(frozen=True, slots=True)
class ObservedRequest(Request):
    """A request with those who watch it."""

    watch: ObservedCall = field(default_factory=ObservedCall, compare=False, repr=False)


def watched(observers: Iterable[Observer], request: Request, *, streamed: bool) -> ObservedRequest:
    """Tell observers that a call starts: the request with their headers, and with their watch."""
    headers = dict(request.headers)
    call = CallStarted(request.method, request.place, streamed, headers, request.body)
    watches: list[CallObserver] = []
    added: dict[str, str] = {}
    for observer in observers:
        with _borne():
            watch = observer.started(call)
            if watch is not None:
                watches.append(watch)
                added |= {name.lower(): value for name, value in watch.headers().items()}
    more = tuple((name, value) for name, value in added.items() if name not in headers)
    return ObservedRequest(
        request.method,
        request.url,
        (*request.headers, *more),
        request.body,
        request.first_byte,
        request.safety,
        ObservedCall(watches),
    )


@contextmanager
def _borne() -> Generator[None]:
    try:
        yield
    except Exception:
        log.exception(FAILED)
