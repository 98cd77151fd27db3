"""Compares the work on many pieces with that on a few."""

from __future__ import annotations

import time
from collections.abc import Callable

FEW = 500
TIMES = 8
TRIES = 15


def grows_evenly(work: Callable[[int], object]) -> bool:
    """Whether eight times as many pieces take about eight times as long; quadratic work takes 64 times as long.

    A busy machine makes single measurements several times too long, so one good try of several is enough.
    """
    for _ in range(TRIES):
        began = time.thread_time()
        work(FEW)
        between = time.thread_time()
        work(FEW * TIMES)
        if time.thread_time() - between < 3 * TIMES * (between - began):
            return True
    return False
