"""The pytest plugin, in pytest runs of its own: fixtures, the guard, its options."""

from __future__ import annotations

import anyio
import pytest

from baseten_sdk import AsyncClient, Client, user
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator

pytest_plugins = ["pytester"]

TRANSPORTS: tuple[TransportName, ...] = ("direct", "httpx")

ASK = """
from baseten_sdk import AsyncClient, Client, user
from baseten_sdk.testing import Emulator, at

MODEL = "openai/gpt-oss-120b"

def ask(client):
    return client.chat.completions.create(model=MODEL, messages=[user("Say hello")]).text
"""

LEAVE = """
import socket

def leave():
    with socket.socket() as used:
        used.connect(("192.0.2.1", 443))
"""


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Load all that the tests below use: pytester forgets what was loaded within it, and would load it twice."""

    async def ask(client: AsyncClient) -> None:
        async with client:
            await client.chat.completions.create(model="emulator/chat", messages=[user("Say hello")])

    with Emulator() as emulator:
        for transport in TRANSPORTS:
            with Client(api_key=emulator.api_key, endpoints=emulator.endpoints, transport=transport) as client:
                client.chat.completions.create(model="emulator/chat", messages=[user("Say hello")])
                client.deployments("abcd1234").predict({})
                client.models.list()
        for backend in ("asyncio", "trio"):
            anyio.run(ask, AsyncClient(api_key=emulator.api_key, endpoints=emulator.endpoints), backend=backend)


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    """Run tests in this process, with warnings as errors."""
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error", *arguments)


def test_fixtures(pytester: pytest.Pytester) -> None:
    source = """
import pytest

def test_the_client_reaches_the_emulator(baseten_emulator, baseten_client):
    assert isinstance(baseten_emulator, Emulator)
    assert ask(baseten_client) == "hello"
    assert len(baseten_emulator.requests) == 1

def test_faults_are_scripted(baseten_emulator, baseten_client):
    baseten_emulator.faults.add(at(1).status(503))
    assert ask(baseten_client) == "hello"
    assert [request.status for request in baseten_emulator.requests] == [503, 200]

def test_clients_that_a_program_makes_by_itself_reach_it_too(baseten_emulator):
    with Client() as own:
        assert ask(own) == "hello"
        assert own.deployments("abcd1234").predict({"n": 1}) == {"n": 1}

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_the_async_client_is_closed_for_the_test(async_baseten_client):
    reply = await async_baseten_client.chat.completions.create(model=MODEL, messages=[user("Say hello")])
    assert reply.text == "hello"
"""
    run(pytester, ASK + source).assert_outcomes(passed=5)


def test_a_test_whose_program_would_leave_the_machine_fails(pytester: pytest.Pytester) -> None:
    source = """
import pytest
from baseten_sdk import Endpoints

def test_a_deployment(baseten_client):
    with Client(api_key="k", endpoints=Endpoints()) as own:
        own.deployments("abcd1234").predict({})

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_an_async_one(baseten_emulator):
    async with AsyncClient(api_key="k", endpoints=Endpoints()) as own:
        await own.deployments("abcd1234").predict({})
"""
    result = run(pytester, ASK + source)
    result.assert_outcomes(failed=3)
    lines = ["*would leave this machine: look up model-abcd1234.api.baseten.co port 443*"] * 3
    result.stdout.fnmatch_lines(lines)


def test_the_failure_is_the_guard_s_whatever_the_program_made_of_it(pytester: pytest.Pytester) -> None:
    source = """
import pytest

def to_another_error():
    try:
        leave()
    except BaseException:
        raise RuntimeError("no service") from None

def test_it_becomes_another_error(baseten_emulator):
    to_another_error()

def test_it_is_expected(baseten_emulator):
    with pytest.raises(RuntimeError):
        to_another_error()

def test_it_becomes_a_skip(baseten_emulator):
    try:
        to_another_error()
    except RuntimeError:
        pytest.skip("no network")

def test_another_error_stays(baseten_emulator):
    raise RuntimeError("of its own") from KeyError("its cause")
"""
    result = run(pytester, LEAVE + source)
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(["The test would leave this machine: connect to 192.0.2.1 port 443. Point*"] * 3)
    result.stdout.fnmatch_lines(["*KeyError: 'its cause'", "*RuntimeError: of its own"])
    result.stdout.no_fnmatch_line("*no service*")


def test_sync_clients_are_told_at_once_whatever_carries_them(pytester: pytest.Pytester) -> None:
    source = """
import pytest
from baseten_sdk import Endpoints

ADDRESS, NAME = "https://192.0.2.1/v1", "http://example.com/v1"

@pytest.mark.parametrize(("url", "transport"), [(ADDRESS, "direct"), (NAME, "direct"), (NAME, "httpx")])
def test_a_model(baseten_emulator, url, transport):
    with Client(api_key="k", base_url=url, transport=transport) as own:
        try:
            ask(own)
        except Exception as error:
            raise AssertionError("it was made an error of the client's, and tried again") from error
"""
    result = run(pytester, ASK + source)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["The test would leave this machine: *"] * 3)
    result.stdout.no_fnmatch_line("*tried again*")


FAULTS = """
import pytest
from baseten_sdk.testing import at, every

def test_one_that_never_strikes(baseten_emulator, baseten_client):
    baseten_emulator.faults.add(at(2).on("/chat").status(503), every().on("/predict").drop())
    baseten_emulator.faults.push("status=500", path="/nowhere")
    assert ask(baseten_client) == "hello"

def test_all_strike(baseten_emulator, baseten_client):
    baseten_emulator.faults.add(at(1).status(503), every().delay(0.001))
    baseten_emulator.faults.push("drip", None, times=5)
    assert ask(baseten_client) == "hello"

def test_what_was_taken_back_is_not_asked_for(baseten_emulator):
    baseten_emulator.faults.add(at(1).status(503))
    baseten_emulator.faults.clear()

@pytest.mark.baseten_unused_faults
def test_a_marked_one(baseten_emulator):
    baseten_emulator.faults.add(at(1).status(503))
"""


def test_a_fault_that_never_struck_fails_the_test(pytester: pytest.Pytester) -> None:
    result = run(pytester, ASK + FAULTS)
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.fnmatch_lines(
        ["*before these faults met a request: status=503 on /chat; drop on /predict; status=500 on /nowhere. Check*"]
    )


def test_unused_faults_may_be_ignored(pytester: pytest.Pytester) -> None:
    run(pytester, ASK + FAULTS, "-o", "baseten_unused_faults=ignore").assert_outcomes(passed=4)


MODELS = """
import pytest
from baseten_sdk import NotFoundError

def test_a_slip_of_the_pen(baseten_client):
    with pytest.raises(NotFoundError, match="openai/gpt-oss-210b"):
        baseten_client.chat.completions.create(model="openai/gpt-oss-210b", messages=[user("Say hello")])

def test_a_new_one(baseten_client):
    baseten_client.chat.completions.create(model="acme/new", messages=[user("Say hello")])
    assert ("acme/new" in [model.id for model in baseten_client.models.list()]) is LISTED
"""


@pytest.mark.parametrize(("models", "passed", "listed"), [("", 1, False), ("acme/new", 2, True), ("*", 1, False)])
def test_a_model_that_is_not_there_is_refused(
    pytester: pytest.Pytester, models: str, passed: int, listed: bool
) -> None:
    source = f"LISTED = {listed}\n{ASK}{MODELS}"
    result = run(pytester, source, "-o", f"baseten_models={models}")
    result.assert_outcomes(passed=passed, failed=2 - passed)


def test_a_test_that_swallows_the_refusal_fails_too(pytester: pytest.Pytester) -> None:
    source = """
def test_it(baseten_emulator):
    for _ in range(2):
        try:
            leave()
        except BaseException:
            pass
"""
    result = run(pytester, LEAVE + source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["The test would leave this machine: connect to 192.0.2.1 port 443. Point*"])


def test_a_fixture_that_swallows_the_refusal_fails_its_test_before_it_and_after_it(pytester: pytest.Pytester) -> None:
    source = """
import pytest

def try_to_leave():
    try:
        leave()
    except BaseException:
        pass

@pytest.fixture
def before(baseten_emulator):
    try_to_leave()

@pytest.fixture
def after(baseten_emulator):
    yield
    try_to_leave()

@pytest.fixture
def neither(baseten_emulator):
    yield

def test_before(before):
    pass

def test_after(after):
    pass

def test_neither(neither):
    pass
"""
    result = run(pytester, LEAVE + source)
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_after*"])
    assert str(result.stdout).count("The test would leave this machine: connect to 192.0.2.1 port 443") >= 2


@pytest.mark.parametrize(("mode", "failed"), [("fixtures", 0), ("off", 0), ("all", 1)])
def test_which_tests_are_guarded_is_an_option(pytester: pytest.Pytester, mode: str, failed: int) -> None:
    source = """
import pytest

def test_it():
    with pytest.raises(OSError):
        with socket.socket() as used:
            used.settimeout(0.001)
            used.connect(("192.0.2.1", 443))
"""
    result = run(pytester, LEAVE + source, "-o", f"baseten_guard={mode}")
    result.assert_outcomes(failed=failed, passed=1 - failed)


def test_a_marked_test_and_an_allowed_host_pass(pytester: pytest.Pytester) -> None:
    source = """
import pytest

@pytest.mark.baseten_network
def test_marked(baseten_emulator):
    with pytest.raises(OSError):
        with socket.socket() as used:
            used.settimeout(0.001)
            used.connect(("192.0.2.1", 443))

def test_allowed(baseten_emulator):
    with pytest.raises(OSError):
        with socket.socket() as used:
            used.settimeout(0.001)
            used.connect(("192.0.2.2", 443))
"""
    run(pytester, LEAVE + source, "--strict-markers", "-o", "baseten_allow_hosts=192.0.2.2").assert_outcomes(passed=2)


@pytest.mark.parametrize("option", ["baseten_guard", "baseten_unused_faults"])
def test_an_unknown_value_is_refused(pytester: pytest.Pytester, option: str) -> None:
    result = run(pytester, "", "-o", f"{option}=maybe")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_it_costs_nothing_in_a_suite_that_does_not_use_it(pytester: pytest.Pytester) -> None:
    source = """
import sys

def test_nothing_was_loaded():
    import baseten_sdk
    assert [name for name in ("httpx", "pydantic", "starlette", "uvicorn", "yaml") if name in sys.modules] == []
    assert "Client" in baseten_sdk.__all__
"""
    pytester.makepyfile(source)
    blocked = ("anyio", "respx", "hypothesispytest", "xdist", "timeout")
    plugins = [argument for name in blocked for argument in ("-p", f"no:{name}")]
    pytester.runpytest_subprocess("-p", "no:cacheprovider", *plugins).assert_outcomes(passed=1)
