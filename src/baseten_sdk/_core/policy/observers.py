"""One observed call: it notifies the observers, and catches what they raise. It must not know how a call is made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager

from ..._secrets import HIDDEN, looks_secret
from ...hooks import CallEnded, CallObserver, CallStarted, Observer, RetryEvent, WaitEvent
from ...types.meta import Meta
from ..request.header_lines import HeaderLines
from ..request.headers import check_headers
from ..request.request import Request

log = logging.getLogger("baseten_sdk")

FAILED = "A hook failed; the call continues."


class ObservedCall:
    """Notifies the observers of one call, and remembers whether they know its end."""

    __slots__ = ("_observers", "_over")

    def __init__(self, observers: Iterable[CallObserver] = ()) -> None:
        self._observers = tuple(observers)
        self._over = False

    @property
    def over(self) -> bool:
        """Whether the observers know the end. They are notified once."""
        return self._over

    @contextmanager
    def active(self) -> Generator[None]:
        """Enter the contexts that the observers ask for while the call is made."""
        stack = ExitStack()
        for observer in self._observers:
            with _caught():
                stack.enter_context(observer.active())
        try:
            yield
        finally:
            # Observers learn of an exception through `failed`. In a context, they could only swallow it.
            with _caught():
                stack.close()

    def retrying(self, event: RetryEvent) -> None:
        self._notify(lambda observer: observer.retrying(event))

    def waiting(self, event: WaitEvent) -> None:
        self._notify(lambda observer: observer.waiting(event))

    def chunk(self, chunk: object) -> None:
        # This runs for each chunk, so it does not use the helpers of the other methods.
        for observer in self._observers:
            try:
                observer.chunk(chunk)
            except Exception:
                log.exception(FAILED)

    def ended(self, end: CallEnded) -> None:
        if not self._over:
            self._over = True
            self._notify(lambda observer: observer.ended(end))

    def failed(self, error: BaseException) -> None:
        if not self._over:
            self._over = True
            self._notify(lambda observer: observer.failed(error))

    def _notify(self, send: Callable[[CallObserver], None]) -> None:
        for observer in self._observers:
            with _caught():
                send(observer)

    def __del__(self) -> None:
        """Report a call that was abandoned. The end of its reply is unknown."""
        if hasattr(self, "_over"):  # Not if its constructor was interrupted.
            self.ended(CallEnded(None, Meta(), complete=False))


def observe(observers: Iterable[Observer], request: Request, *, streamed: bool) -> tuple[Request, ObservedCall]:
    """Notify observers that a call starts.

    Return the request with their headers, and the object that notifies them from now on.
    """
    headers = dict(request.headers.pairs)
    call = CallStarted(
        request.method,
        request.url_without_query,
        streamed,
        {name: HIDDEN if looks_secret(name) else value for name, value in headers.items()},
        request.body,
        request.member,
        request.hedge,
    )
    observing: list[CallObserver] = []
    added: dict[str, str] = {}
    for observer in observers:
        with _caught():
            one = observer.started(call)
            if one is not None:
                observing.append(one)
                pairs = check_headers(one.headers(), f"headers() of {type(one).__name__}")
                added |= {name.lower(): value for name, value in pairs}
    more = tuple((name, value) for name, value in added.items() if name not in headers)
    return request._replace(headers=HeaderLines((*request.headers.pairs, *more))), ObservedCall(observing)


@contextmanager
def _caught() -> Generator[None]:
    try:
        yield
    except Exception:
        log.exception(FAILED)
