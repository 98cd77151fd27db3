"""Deliveries in memory: for tests, and for a process whose results matter to nobody after it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from .delivery import StoredDelivery

__all__ = ["MemoryStore"]


class MemoryStore:
    """Keeps deliveries until the process ends, and no longer. Everything that was delivered stays in memory."""

    def __init__(self) -> None:
        self._deliveries: dict[str, StoredDelivery] = {}
        self._tagged: dict[str, StoredDelivery] = {}
        self._lock = threading.Lock()

    def add(self, deliveries: Sequence[StoredDelivery], /) -> None:
        """Keep deliveries; of two with one request id the first."""
        with self._lock:
            for delivery in deliveries:
                kept = self._deliveries.setdefault(delivery.request_id, delivery)
                if kept.tag is not None:
                    self._tagged.setdefault(kept.tag, kept)

    def get(self, request_id: str, /) -> StoredDelivery | None:
        """The delivery of a request."""
        return self._deliveries.get(request_id)

    def tagged(self, tag: str, /) -> StoredDelivery | None:
        """The first delivery with a tag."""
        return self._tagged.get(tag)

    def close(self) -> None:
        """Nothing to let go of: what was kept can still be read."""

    def __len__(self) -> int:
        return len(self._deliveries)

    def __iter__(self) -> Iterator[StoredDelivery]:
        with self._lock:
            return iter(list(self._deliveries.values()))
