"""Deliveries in memory, for tests and for programs that need no results after their end."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from .delivery import StoredDelivery
from .store import WebhookStore


class MemoryStore:
    """Keeps deliveries until the process ends, and no longer. Everything that was delivered stays in memory."""

    def __init__(self) -> None:
        self._deliveries: dict[str, StoredDelivery] = {}
        self._tagged: dict[str, StoredDelivery] = {}
        self._behind: tuple[WebhookStore, ...] = ()
        self._lock = threading.Lock()

    def add(self, deliveries: Sequence[StoredDelivery], /) -> None:
        """Keep deliveries. If two deliveries have the same request ID, keep the first.

        Raises:
            Exception: A store behind this one could not keep them. Then this one does not either.
        """
        with self._lock:
            for store in self._behind:
                store.add(deliveries)
            for delivery in deliveries:
                kept = self._deliveries.setdefault(delivery.request_id, delivery)
                if kept.tag is not None:
                    self._tagged.setdefault(kept.tag, kept)

    def get(self, request_id: str, /) -> StoredDelivery | None:
        """Get the delivery of a request."""
        return self._deliveries.get(request_id)

    def tagged(self, tag: str, /) -> StoredDelivery | None:
        """Get the first delivery with a tag."""
        return self._tagged.get(tag)

    def put_before(self, store: WebhookStore) -> None:
        """Copy the deliveries to another store. From now on, store there first, until `take_away` or `close`."""
        with self._lock:
            if self._deliveries:
                store.add(list(self._deliveries.values()))
            self._behind = (*self._behind, store)

    def take_away(self, store: WebhookStore) -> None:
        """Close the store behind this one."""
        with self._lock:
            self._behind = tuple(each for each in self._behind if each is not store)
            store.close()

    def close(self) -> None:
        """Close the stores behind this one. What was kept can still be read."""
        for store in self._behind:
            self.take_away(store)

    def __len__(self) -> int:
        return len(self._deliveries)

    def __iter__(self) -> Iterator[StoredDelivery]:
        with self._lock:
            return iter(list(self._deliveries.values()))
