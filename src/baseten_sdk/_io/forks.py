"""What a forked process begins anew: it has no other thread of its parent, so their locks would stay locked in it, and
what they hold would never be given back.

It must not know what begins anew, or how.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class BeginsAnew(Protocol):
    """Can begin anew in a forked process."""

    def begin(self) -> None:
        """Begin with locks of its own, and without what other threads hold."""
        ...


_ALL: WeakSet[BeginsAnew] = WeakSet()


def begin_in_forks(thing: BeginsAnew) -> None:
    """Have it begin anew in each process that is forked from this one."""
    _ALL.add(thing)


def _begin_all() -> None:
    for each in list(_ALL):
        each.begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all)
