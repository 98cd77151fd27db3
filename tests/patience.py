"""Limits of time that a test can hit on purpose, without being hit by them on a slow machine."""

from __future__ import annotations

from collections.abc import Iterator


def growing(first: float) -> Iterator[float]:
    """Limits to try in turn, each ten times the last, until one was long enough.

    A test that waits for a limit wants it short. On a machine that stands still meanwhile, a short one may be reached
    before there was anything to see: such a try proves nothing, and the test makes another one. It leaves the loop
    with the first try that it has seen enough of.

    Raises:
        AssertionError: No limit was long enough.
    """
    for factor in (1, 10, 100):
        yield first * factor
    raise AssertionError(f"Even {first * 100:g} s were too short.")
