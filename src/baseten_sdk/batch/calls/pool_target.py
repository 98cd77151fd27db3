"""A pool as the target of rows. A batch of a sync client runs on an async one, which makes its own pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from ... import AsyncClient, AsyncPool, Pool

_TWINS: WeakKeyDictionary[Pool, WeakKeyDictionary[AsyncClient, AsyncPool]] = WeakKeyDictionary()
"""The pools of the clients that run batches, so that all rows share what is known of the members."""


@dataclass(frozen=True, slots=True)
class PoolTarget:
    """A pool.

    Attributes:
        pool: The pool, of either kind of client.
    """

    pool: AsyncPool | Pool

    def of(self, client: AsyncClient) -> AsyncPool:
        """Return the pool itself, or for a sync one the same pool on the client that runs the batch."""
        from ... import AsyncPool

        if isinstance(self.pool, AsyncPool):
            return self.pool
        twins = _TWINS.setdefault(self.pool, WeakKeyDictionary())
        if client not in twins:
            made = self.pool.settings
            twins[client] = client.pool(
                made.members, hedge=made.hedge, first_event=made.first_event, on_cut=made.on_cut, seed=made.seed
            )
        return twins[client]

    def __str__(self) -> str:
        return f"pool of {', '.join(member.name for member in self.pool.members)}"
