"""`AsyncInbox`: where the deliveries of webhooks come in, as a program that waits for results sees it.

It knows a URL and a place to look, and whom to wake when something has come. It must not know servers or signatures:
what it finds was verified when it was stored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeAlias, TypeVar, overload

from ..._io.clock import AsyncClock
from ..._io.to_thread import AsyncBlocking
from ..._io.wakeup import AsyncWakeup
from ...types.json import JsonValue
from ...types.webhooks import AsyncPredictResult
from ...webhooks import parse

T = TypeVar("T")

GLANCE = 1.0
"""Seconds between two looks into a store that another process fills, once the first quick ones were in vain."""

GROWTH = 1.5


class Kept(Protocol):
    """A delivery, as stores keep it."""

    @property
    def request_id(self) -> str: ...

    @property
    def body(self) -> bytes: ...


Listener: TypeAlias = Callable[[Sequence[Kept]], object]


class AsyncInbox:
    """Deliveries, by the ids of their requests. `client.webhooks` makes it.

    Attributes:
        url: what to give to `async_predict` as `webhook_endpoint`.
        source: the receiver in this process, or the store that another process fills.
    """

    def __init__(
        self,
        url: str,
        source: object,
        find: Callable[[str], Kept | None],
        subscribe: Callable[[Listener], Callable[[], None]] | None,
    ) -> None:
        self.url = url
        self.source = source
        self._find = find
        self._lock = threading.Lock()
        self._waiting: dict[str, list[AsyncWakeup]] = {}
        self._is_told = subscribe is not None
        self._unsubscribe = subscribe(self._arrived) if subscribe is not None else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(url={self.url!r})"

    @overload
    async def get(self, request_id: str, *, response_model: type[T]) -> AsyncPredictResult[T] | None: ...

    @overload
    async def get(self, request_id: str, *, response_model: None = None) -> AsyncPredictResult[JsonValue] | None: ...

    async def get(
        self, request_id: str, *, response_model: type[T] | None = None
    ) -> AsyncPredictResult[T] | AsyncPredictResult[JsonValue] | None:
        """What was delivered for a request, successful or not; None where nothing was, or not yet.

        Args:
            request_id: the id that `async_predict` gave.
            response_model: the type of the output, anything that pydantic can validate.

        Raises:
            ResponseValidationError: the output is not an `response_model`.
        """
        body = await self.look(request_id)
        if body is None:
            return None
        return parse(body) if response_model is None else parse(body, response_model=response_model)

    async def look(self, request_id: str) -> bytes | None:
        """The body that was delivered for a request, as it came; None where nothing was, or not yet."""
        found = await AsyncBlocking.run(partial(self._find, request_id))
        return None if found is None else found.body

    @contextmanager
    def expecting(self, request_id: str) -> Generator[AsyncWakeup]:
        """Have a wakeup set when a request's delivery comes."""
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
        """Wait for a request's delivery, but no longer than so many seconds: its body, or None."""
        left = seconds
        glance = GLANCE / 10
        while left > 0 and not wakeup.is_set:
            step = left if self._is_told else min(left, glance)
            await clock.sleep_unless(wakeup, step)
            left -= step
            glance = min(glance * GROWTH, GLANCE)
            if left > 0 and not self._is_told and (body := await self.look(request_id)) is not None:
                return body
        return await self.look(request_id)

    def close(self) -> None:
        """Be told of deliveries no more. What is stored can still be found, and whoever waits looks for it in vain."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    def _arrived(self, deliveries: Sequence[Kept]) -> None:
        with self._lock:
            woken = [wakeup for each in deliveries for wakeup in self._waiting.get(each.request_id, ())]
        for wakeup in woken:
            wakeup.set()
