"""Slots that holders take, wait for in order, and pass on.

It never waits and must not know how its holders do. Every holder exists before it holds anything. Counting a slot and
noting its holder are two assignments without a call in between. An interrupt of the main thread comes only between
calls, so it never finds a slot without a holder.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from ..._repr import safe_repr


class Holder(Protocol):
    """Holds a slot or waits for one.

    Attributes:
        held: Whether it holds one.
    """

    held: bool

    def wake(self) -> None:
        """Called when the holder gets the slot that it waits for."""
        ...


H = TypeVar("H", bound=Holder)


class Slots(Generic[H]):
    """A limited number of slots.

    Attributes:
        width: How many slots there are.
        free: How many are free.
        waiting: The waiting holders, longest wait first.
    """

    __slots__ = ("free", "waiting", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self.free = width
        self.waiting: OrderedDict[H, None] = OrderedDict()

    def take(self, holder: H) -> bool:
        """Take a slot, or join the waiting holders. Return whether there was a free slot."""
        if self.free > 0:
            self.free -= 1
            holder.held = True
            return True
        self.waiting[holder] = None
        return False

    def leave(self, holder: H) -> None:
        """Pass the holder's slot to the one that has waited longest. Without a slot, stop waiting. Safe to call twice.

        It also completes what an interrupt may have left undone: a slot that was handed to a holder that was not woken.
        """
        waiting = self.waiting
        if not holder.held:
            waiting.pop(holder, None)
        while waiting:
            heir = next(iter(waiting))
            if not heir.held:
                if not holder.held:
                    return
                heir.held = True
                holder.held = False
            heir.wake()
            del waiting[heir]
        if holder.held:
            self.free += 1
            holder.held = False

    @safe_repr
    def __repr__(self) -> str:
        return f"<{self.width - self.free} of {self.width} in flight, {len(self.waiting)} waiting>"
