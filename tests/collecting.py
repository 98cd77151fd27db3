"""Keeps the garbage collector away while pytest collects tests."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage meanwhile: nearly all that is made then lasts as long as the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
