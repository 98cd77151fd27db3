"""Resets what a forked process inherits.

It has no other thread of its parent, so their locks would stay locked in it, and what they hold would never be given
back. It must not know what is reset, or how.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Resettable(Protocol):
    """Can be reset in a forked process."""

    def reset(self) -> None:
        """Begin with new locks, and without what other threads hold."""
        ...


_ALL: WeakSet[Resettable] = WeakSet()


def reset_in_forks(thing: Resettable) -> None:
    """Reset an object in each process that is forked from this one."""
    _ALL.add(thing)


def _reset_all() -> None:
    for each in list(_ALL):
        each.reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
