"""What all tests share: asynchronous ones run on asyncio and on trio, and properties take the time they need."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

from tests.collecting import (
    pytest_collection as pytest_collection,
    pytest_collection_finish as pytest_collection_finish,
    pytest_runtest_teardown as pytest_runtest_teardown,
)

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_configure() -> None:
    """Obey Ctrl-C, also where the shell that started the tests ignores it, as for a job in the background: the
    processes that tests start inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend
