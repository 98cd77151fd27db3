"""The pytest plugin: fixtures with the service on this machine, and a guard against leaving it.

It owns the fixtures, their options and markers, and what of them fails a test. The emulator and the client are imported
when a test first asks for them, so that the plugin costs nothing in suites that do not.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

import pytest

from . import recording
from .network import Guard, guarding

if TYPE_CHECKING:
    from baseten_sdk import AsyncClient, Client
    from baseten_sdk.emulator import Emulator

FIXTURES = frozenset({"baseten_emulator", "baseten_client", "async_baseten_client"})
NETWORK = "baseten_network"
UNUSED = "baseten_unused_faults"
TRANSPORT: Literal["direct"] = "direct"
"""A mock for httpx that happens to be installed must not come between the client and the emulator."""

_GUARD = pytest.StashKey[Guard]()
_EMULATOR = pytest.StashKey["Emulator"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's options to the command line and the configuration file."""
    recording.add_option(parser)
    parser.addini(
        "baseten_guard",
        "which tests fail if they try to reach another machine: 'fixtures' for those that use a fixture of "
        "baseten-sdk, 'all', or 'off'",
        default="fixtures",
    )
    parser.addini("baseten_allow_hosts", "other hosts that tests may reach", type="args", default=[])
    parser.addini(
        "baseten_models",
        "models that baseten_emulator serves in addition to its own; '*' for any",
        type="args",
        default=[],
    )
    parser.addini(
        "baseten_unused_faults",
        "what happens to a test if no request met one of its faults: 'fail' or 'ignore'",
        default="fail",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and refuse values that no option has."""
    config.addinivalue_line("markers", f"{NETWORK}: the test may reach other machines")
    config.addinivalue_line("markers", recording.DECLARATION)
    config.addinivalue_line("markers", f"{UNUSED}: the test passes even if no request met some of its faults")
    for option, values in {"baseten_guard": ("fixtures", "all", "off"), UNUSED: ("fail", "ignore")}.items():
        if config.getini(option) not in values:
            raise pytest.UsageError(f"{option} must be one of: {', '.join(values)}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a test with a cassette its emulator, whether or not it asks for it."""
    if recording.marker(item) is not None and isinstance(item, pytest.Function):
        item.fixturenames.insert(0, "baseten_emulator")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Guard a test from its set-up to its end."""
    with ExitStack() as stack:
        if _guarded(item):
            allowed: list[str] = item.config.getini("baseten_allow_hosts")
            item.stash[_GUARD] = stack.enter_context(guarding(Guard(_refuse, allowed)))
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test whose connection was refused, even if it caught the error, and a test whose faults were never
    used."""
    try:
        result = yield
    except (KeyboardInterrupt, SystemExit, pytest.exit.Exception):
        raise
    except BaseException:
        if (refusal := _refusal(item) or recording.missing(item)) is not None:
            raise refusal from None
        raise
    if (failure := _refusal(item) or recording.missing(item) or _unused_faults(item)) is not None:
        raise failure
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test whose fixtures were refused a connection after it, even if they caught the error."""
    guard = item.stash.get(_GUARD, None)
    before = 0 if guard is None else len(guard.attempts)
    result = yield
    if guard is not None and (later := guard.attempts[before:]):
        raise _network_failure("; ".join(dict.fromkeys(later)))
    return result


@pytest.fixture
def baseten_emulator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator of the service on a port of this machine, new for each test.

    While the test runs, `BASETEN_API_KEY`, `BASETEN_EMULATOR` and `BASETEN_BASE_URL` point to it. Clients that a
    program makes by itself therefore reach it too. Webhooks are signed with `baseten_emulator.webhook_secrets`. Like
    the service, it answers 404 if it does not have the model. In a test with a cassette, replies come from the
    cassette. While a cassette is recorded, `BASETEN_API_KEY` stays yours.
    """
    from baseten_sdk.emulator import Emulator

    cassette = recording.cassette_of(request.node)
    models: list[str] = request.config.getini("baseten_models")
    with Emulator(
        webhook_secrets=["whsec_" + "0" * 40],
        webhook_interval=0.01,
        models=[model for model in models if model != "*"],
        strict_models="*" not in models,
        cassette=cassette,
    ) as emulator:
        if cassette is None or cassette.record == "none":
            monkeypatch.setenv("BASETEN_API_KEY", emulator.api_key)
        monkeypatch.setenv("BASETEN_EMULATOR", emulator.url)
        monkeypatch.setenv("BASETEN_BASE_URL", emulator.base_url)
        request.node.stash[_EMULATOR] = emulator
        yield emulator


@pytest.fixture
def baseten_client(baseten_emulator: Emulator) -> Iterator[Client]:
    """A client of the emulator, closed after the test."""
    from baseten_sdk import Client

    with Client(endpoints=baseten_emulator.endpoints, transport=TRANSPORT) as client:
        yield client


@pytest.fixture
def async_baseten_client(baseten_emulator: Emulator) -> Iterator[AsyncClient]:
    """An async client of the emulator, closed after the test.

    It works with any plugin for async tests, on asyncio and trio.
    """
    from baseten_sdk import AsyncClient

    client = AsyncClient(endpoints=baseten_emulator.endpoints, transport=TRANSPORT)
    yield client
    _close(client)


def _guarded(item: pytest.Item) -> bool:
    mode = item.config.getini("baseten_guard")
    if mode == "off" or item.get_closest_marker(NETWORK) is not None or recording.records(item):
        return False
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return mode == "all" or not FIXTURES.isdisjoint(fixtures)


def _refusal(item: pytest.Item) -> BaseException | None:
    """Return the failure of a test that tried to leave the machine."""
    guard = item.stash.get(_GUARD, None)
    return _network_failure("; ".join(dict.fromkeys(guard.attempts))) if guard is not None and guard.attempts else None


def _unused_faults(item: pytest.Item) -> BaseException | None:
    """Return the failure of a test that prepared faults for nothing."""
    emulator = item.stash.get(_EMULATOR, None)
    ignored = item.config.getini(UNUSED) == "ignore" or item.get_closest_marker(UNUSED) is not None
    if emulator is None or ignored or not (unused := emulator.faults.unused):
        return None
    return pytest.fail.Exception(
        f"The test ended before these faults met a request: {'; '.join(unused)}. Check their numbers and paths "
        f"against baseten_emulator.requests, or mark the test with @pytest.mark.{UNUSED}.",
        pytrace=False,
    )


def _refuse(attempt: str) -> None:
    raise _network_failure(attempt)


def _network_failure(attempts: str) -> BaseException:
    return pytest.fail.Exception(
        f"The test would leave this machine: {attempts}. Point the client at `baseten_emulator`, allow the host with "
        f"the option `baseten_allow_hosts`, or mark the test with @pytest.mark.{NETWORK}.",
        pytrace=False,
    )


def _close(client: AsyncClient) -> None:
    """Close a client whose event loop may be over, in its own thread and loop: those of the test's plugin are
    not to be touched."""
    import anyio

    thread = threading.Thread(target=anyio.run, args=(client.aclose,))
    thread.start()
    thread.join()
