"""What the emulator saw and sent: recorded requests and webhook deliveries, readable from any thread.

It owns the records and the waiting for them. It must not know what any of them mean.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, overload

from starlette.datastructures import Headers

from ..._repr import safe_repr
from ..http.jsonvalue import JSON, load

T = TypeVar("T")


@dataclass(slots=True)
class RecordedRequest:
    """One request as it arrived.

    Attributes:
        path: The path as sent, still percent-encoded.
        headers: Case-insensitive mapping.
        client: Address and port of the caller's end; the same port means the same connection.
        status: The status that was answered; None while open, or when no answer was sent.
        disconnected: The caller went away before the answer was complete.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    client: tuple[str, int] | None = None
    status: int | None = None
    disconnected: bool = False
    finished: bool = field(default=False, repr=False)

    @property
    def json(self) -> JSON:
        """The body, parsed. Raises ValueError when it is not JSON."""
        return load(self.body)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a webhook.

    Attributes:
        attempt: Counted from 1.
        status_code: What the endpoint answered; None when it did not.
        error: Why there was no answer, or None.
    """

    request_id: str
    url: str
    attempt: int
    status_code: int | None
    error: str | None
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> JSON:
        """The body, parsed."""
        return load(self.body)


class Record(Sequence[T], Generic[T]):
    """An append-only list that other threads may read, clear and wait on."""

    def __init__(self) -> None:
        self._items: list[T] = []
        self._changed = threading.Condition()

    def append(self, item: T) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()

    def touch(self) -> None:
        """Say that an item has changed."""
        with self._changed:
            self._changed.notify_all()

    def clear(self) -> None:
        with self._changed:
            self._items.clear()

    def wait_for(self, count: int, timeout: float = 30.0) -> list[T]:
        """Block until there are `count` items, and return all there are.

        Args:
            count: How many items to wait for.
            timeout: Seconds of wall clock.

        Raises:
            TimeoutError: They did not come.
        """
        return self.wait_until(lambda items: len(items) >= count, timeout)

    def wait_until(self, test: Callable[[list[T]], bool], timeout: float = 30.0) -> list[T]:
        """Block until `test` accepts the items, and return them.

        Args:
            test: Is called at once and after every change.
            timeout: Seconds of wall clock.

        Raises:
            TimeoutError: It did not accept them in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: test(self._items), timeout):
                raise TimeoutError(f"what was waited for did not happen within {timeout:g} seconds: {self._items!r}")
            return list(self._items)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        with self._changed:
            return self._items[index]

    def __iter__(self) -> Iterator[T]:
        with self._changed:
            return iter(list(self._items))

    @safe_repr
    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"
