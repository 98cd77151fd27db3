"""Compares the work on many pieces with that on a few."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

FEW = 500
TIMES = 8
TRIES = 15


def grows_evenly(work: Callable[[int], object], few: int = FEW) -> bool:
    """Whether eight times as many pieces take about eight times as long; quadratic work takes 64 times as long.

    A busy machine makes single measurements several times too long, so one good try of several is enough. Garbage
    collection is left out: many pieces make it look through all that the other tests have left in memory.
    """
    gc.disable()
    try:
        return any(_grows_evenly(work, few) for _ in range(TRIES))
    finally:
        gc.enable()


def _grows_evenly(work: Callable[[int], object], few: int) -> bool:
    began = time.thread_time()
    work(few)
    between = time.thread_time()
    work(few * TIMES)
    return time.thread_time() - between < 3 * TIMES * (between - began)
