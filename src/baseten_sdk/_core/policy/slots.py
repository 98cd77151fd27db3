"""Slots that holders take, wait for in order, and hand on. It waits for nothing and must not know how its holders do.

A holder exists before it holds anything, and counting a slot and noting who holds it are two assignments with no call
between them. So an interrupt of the main thread, which comes between calls, never finds a slot that nobody holds.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from ..._repr import safe_repr


class Holder(Protocol):
    """Holds a slot or waits for one.

    Attributes:
        held: whether it holds one.
    """

    held: bool

    def wake(self) -> None:
        """It was given the slot that it waits for."""
        ...


H = TypeVar("H", bound=Holder)


class Slots(Generic[H]):
    """A bounded number of slots.

    Attributes:
        width: how many there are.
        free: how many nobody holds.
        waiting: those who wait, the one who has waited longest first.
    """

    __slots__ = ("free", "waiting", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self.free = width
        self.waiting: OrderedDict[H, None] = OrderedDict()

    def take(self, holder: H) -> bool:
        """Take a slot, or join those who wait. Whether there was one."""
        if self.free > 0:
            self.free -= 1
            holder.held = True
            return True
        self.waiting[holder] = None
        return False

    def leave(self, holder: H) -> None:
        """Hand the holder's slot to whoever has waited longest; or, without one, stop waiting. Twice is fine.

        It also finishes what an interrupt may have left: a slot that was handed on to one who was not woken.
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
