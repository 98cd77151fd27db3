"""The pytest plugin, in pytest runs of its own: fixtures, the guard, its options."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

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


def run(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    """Run tests that load nothing of the package; pytester forgets what was loaded meanwhile, and it would be loaded
    twice."""
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)


def run_apart(pytester: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    """Run tests in a process of their own."""
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error", *arguments)


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
    run_apart(pytester, ASK + source).assert_outcomes(passed=5)


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
    result = run_apart(pytester, ASK + source)
    result.assert_outcomes(failed=3)
    lines = ["*would leave this machine: look up model-abcd1234.api.baseten.co port 443*"] * 3
    result.stdout.fnmatch_lines(lines)


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
    result.stdout.fnmatch_lines(["*connect to 192.0.2.1 port 443; connect to 192.0.2.1 port 443*"])


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


def test_an_unknown_mode_is_refused(pytester: pytest.Pytester) -> None:
    result = run(pytester, "", "-o", "baseten_guard=maybe")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
