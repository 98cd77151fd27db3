"""Keeps garbage collections short: what lasts as long as the session is looked at once."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while pytest collects tests: nearly all that is made then lasts as long as the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    _leave_out_what_is_left()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """After the last test of a file, leave out what pytest keeps of its tests.

    Many tests ask for a collection. Without this, each would look at all that the tests before it left, and late ones
    would take far longer for it than for anything else.
    """
    yield
    if nextitem is None or nextitem.path != item.path:
        _leave_out_what_is_left()


def _leave_out_what_is_left() -> None:
    gc.collect()
    gc.freeze()
