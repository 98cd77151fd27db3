"""The pytest plugin: fixtures with the service on this machine, and a guard against leaving it.

It owns the fixtures, the option `baseten_guard`, and the marker `baseten_network`. The emulator and the client are
imported when a test first asks for them, so that the plugin costs nothing in suites that do not.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

import pytest

from .network import Watch, watching

if TYPE_CHECKING:
    from baseten_sdk import AsyncClient, Client
    from baseten_sdk.emulator import Emulator

FIXTURES = frozenset({"baseten_emulator", "baseten_client", "async_baseten_client"})
MARKER = "baseten_network"
TRANSPORT: Literal["direct"] = "direct"
"""A mock for httpx that happens to be installed must not come between the client and the emulator."""
ADVICE = (
    "Point the client at `baseten_emulator`, allow the host with the option `baseten_allow_hosts`, or mark the test "
    f"with @pytest.mark.{MARKER}."
)


_WATCH = pytest.StashKey[Watch]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's options to the configuration file."""
    parser.addini(
        "baseten_guard",
        "which tests fail when they would leave this machine: 'fixtures' for those that use a fixture of "
        "baseten-sdk, 'all', or 'off'",
        default="fixtures",
    )
    parser.addini("baseten_allow_hosts", "other hosts that tests may reach", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", f"{MARKER}: the test may leave this machine")
    if config.getini("baseten_guard") not in ("fixtures", "all", "off"):
        raise pytest.UsageError("baseten_guard must be one of: fixtures, all, off")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch a test from its set-up to its end."""
    with ExitStack() as stack:
        if _guarded(item):
            allowed: list[str] = item.config.getini("baseten_allow_hosts")
            item.stash[_WATCH] = stack.enter_context(watching(Watch(_refuse, allowed)))
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that went on after it was refused, such as one whose client tried again."""
    result = yield
    watch = item.stash.get(_WATCH, None)
    if watch is not None and watch.attempts:
        pytest.fail(_message("; ".join(watch.attempts)), pytrace=False)
    return result


@pytest.fixture
def baseten_emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The service on a port of this machine, new for each test.

    `BASETEN_API_KEY`, `BASETEN_EMULATOR` and `BASETEN_BASE_URL` name it while the test runs, so that clients which a
    program makes by itself reach it too. Webhooks are signed with `baseten_emulator.webhook_secrets`.
    """
    from baseten_sdk.emulator import Emulator

    with Emulator(webhook_secrets=["whsec_" + "0" * 40], webhook_interval=0.01) as emulator:
        monkeypatch.setenv("BASETEN_API_KEY", emulator.api_key)
        monkeypatch.setenv("BASETEN_EMULATOR", emulator.url)
        monkeypatch.setenv("BASETEN_BASE_URL", emulator.base_url)
        yield emulator


@pytest.fixture
def baseten_client(baseten_emulator: Emulator) -> Iterator[Client]:
    """A client of the emulator, closed after the test."""
    from baseten_sdk import Client

    emulator = baseten_emulator
    with Client(api_key=emulator.api_key, endpoints=emulator.endpoints, transport=TRANSPORT) as client:
        yield client


@pytest.fixture
def async_baseten_client(baseten_emulator: Emulator) -> Iterator[AsyncClient]:
    """An async client of the emulator, closed after the test. It works with any plugin for async tests, on asyncio
    and trio."""
    from baseten_sdk import AsyncClient

    emulator = baseten_emulator
    client = AsyncClient(api_key=emulator.api_key, endpoints=emulator.endpoints, transport=TRANSPORT)
    yield client
    _close(client)


def _guarded(item: pytest.Item) -> bool:
    mode = item.config.getini("baseten_guard")
    if mode == "off" or item.get_closest_marker(MARKER) is not None:
        return False
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return mode == "all" or not FIXTURES.isdisjoint(fixtures)


def _refuse(attempt: str) -> None:
    pytest.fail(_message(attempt), pytrace=False)


def _message(attempts: str) -> str:
    return f"The test would leave this machine: {attempts}. {ADVICE}"


def _close(client: AsyncClient) -> None:
    """Close a client whose event loop may be over, in a thread and a loop of its own: those of the test's plugin are
    not to be touched."""
    import anyio

    thread = threading.Thread(target=anyio.run, args=(client.aclose,))
    thread.start()
    thread.join()
