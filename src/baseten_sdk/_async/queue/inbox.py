"""`AsyncInbox`: where webhooks arrive, as seen by a program that waits for results.

It knows a URL, where deliveries are found, and whom to wake when one arrives. It must not know servers or signatures:
deliveries are verified before they are stored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeAlias, TypeVar, overload

from ..._core.policy.backoff import Backoff
from ..._io.clock import AsyncClock
from ..._io.to_thread import AsyncToThread
from ..._io.wakeup import AsyncWakeup
from ..._repr import safe_repr
from ...types.json import JsonValue
from ...types.webhooks import AsyncPredictResult
from ...webhooks import parse

T = TypeVar("T")

LOOK_INTERVALS = Backoff(first=0.1, longest=1.0, growth=1.5)
"""Seconds between two looks into a store that another process fills."""


class Delivered(Protocol):
    """A delivery in a store."""

    @property
    def request_id(self) -> str: ...

    @property
    def body(self) -> bytes: ...


Listener: TypeAlias = Callable[[Sequence[Delivered]], object]


class AsyncInbox:
    """Deliveries by request ID. Made by `client.webhooks`.

    Attributes:
        url: The `webhook_endpoint` to pass to `async_predict`.
        source: The receiver in this process, or the store that another process fills.
    """

    def __init__(
        self,
        url: str,
        source: object,
        find: Callable[[str], Delivered | None],
        subscribe: Callable[[Listener], Callable[[], None]] | None,
    ) -> None:
        self.url = url
        self.source = source
        self._find = find
        self._lock = threading.Lock()
        self._waiting: dict[str, list[AsyncWakeup]] = {}
        self._is_notified = subscribe is not None
        self._unsubscribe = subscribe(self._arrived) if subscribe is not None else None

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}(url={self.url!r})"

    @overload
    async def get(self, request_id: str, *, response_model: type[T]) -> AsyncPredictResult[T] | None: ...

    @overload
    async def get(self, request_id: str, *, response_model: None = None) -> AsyncPredictResult[JsonValue] | None: ...

    async def get(
        self, request_id: str, *, response_model: type[T] | None = None
    ) -> AsyncPredictResult[T] | AsyncPredictResult[JsonValue] | None:
        """Get the delivery of a request, of an output or of errors; None if none has come yet.

        Args:
            request_id: The ID that `async_predict` returned.
            response_model: The type of the output: anything that pydantic can validate.

        Raises:
            ResponseValidationError: The output is not a `response_model`.
        """
        body = await self.look(request_id)
        if body is None:
            return None
        return parse(body) if response_model is None else parse(body, response_model=response_model)

    async def look(self, request_id: str) -> bytes | None:
        """Get the raw body of a request's delivery, or None if it has not arrived yet."""
        found = await AsyncToThread.run(partial(self._find, request_id))
        return None if found is None else found.body

    @contextmanager
    def waiting_for(self, request_id: str) -> Generator[AsyncWakeup]:
        """Give a wakeup that is set when the request's delivery comes."""
        wakeup = AsyncWakeup()
        with self._lock:
            self._waiting.setdefault(request_id, []).append(wakeup)
        try:
            yield wakeup
        finally:
            with self._lock:
                waiting = self._waiting[request_id]
                waiting.remove(wakeup)
                if not waiting:
                    del self._waiting[request_id]

    async def arrives(self, request_id: str, wakeup: AsyncWakeup, seconds: float, clock: AsyncClock) -> bytes | None:
        """Wait up to `seconds` for a request's delivery. Returns its body, or None."""
        left = seconds
        looks = LOOK_INTERVALS.waits()
        while left > 0 and not wakeup.is_set:
            step = left if self._is_notified else min(left, next(looks))
            await clock.sleep_unless(wakeup, step)
            left -= step
            if left > 0 and not self._is_notified and (body := await self.look(request_id)) is not None:
                return body
        return await self.look(request_id)

    def close(self) -> None:
        """Stop listening for deliveries. Those that are stored can still be found; no new ones will be."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    def _arrived(self, deliveries: Sequence[Delivered]) -> None:
        with self._lock:
            woken = [wakeup for each in deliveries for wakeup in self._waiting.get(each.request_id, ())]
        for wakeup in woken:
            wakeup.set()
