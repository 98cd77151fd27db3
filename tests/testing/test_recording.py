"""Cassettes in pytest, in pytest runs of its own: recorded with a key, replayed without, and what is said of a miss."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from baseten_sdk.emulator import Emulator
from tests.testing.test_plugin import loaded as loaded, run

pytest_plugins = ["pytester"]

KEY = "real.0123456789abcdef"

PROGRAM = """
import os
import pytest
from baseten_sdk import AsyncClient, Client, user
from baseten_sdk.testing import at

MODEL = "openai/gpt-oss-120b"

def ask(client, text="Say hello"):
    return client.chat.completions.create(model=MODEL, messages=[user(text)]).text

@pytest.mark.baseten_cassette
def test_a_client_of_the_fixture(baseten_client):
    assert ask(baseten_client) == "hello"

@pytest.mark.baseten_cassette("shared")
def test_a_client_of_the_program():
    with Client() as client:
        assert ask(client) == "hello"
        assert client.deployments("abcd1234").predict({"n": 1}) == {"n": 1}

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.baseten_cassette("async")
async def test_an_async_client(async_baseten_client):
    answer = await async_baseten_client.chat.completions.create(model=MODEL, messages=[user("Say hello")])
    assert answer.text == "hello"

@pytest.mark.baseten_cassette
def test_a_fault_is_laid_over(baseten_emulator, baseten_client):
    baseten_emulator.faults.add(at(1).status(503))
    assert ask(baseten_client) == "hello"

def test_without_one(baseten_emulator, baseten_client):
    assert ask(baseten_client) == "hello"
    assert os.environ["BASETEN_API_KEY"] == baseten_emulator.api_key
"""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """What stands for the real service, as the environment has it."""
    with Emulator(api_key=KEY) as emulator:
        monkeypatch.setenv("BASETEN_API_KEY", KEY)
        monkeypatch.setenv("BASETEN_EMULATOR", emulator.url)
        yield emulator


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASETEN_API_KEY", "BASETEN_EMULATOR"):
        monkeypatch.delenv(name)


def test_recorded_once_and_replayed(
    pytester: pytest.Pytester, service: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(pytester, PROGRAM, "--baseten-record=new").assert_outcomes(passed=6)
    asked = len(service.requests)
    assert asked == 5, "the two async tests share a cassette"
    files = sorted(path.relative_to(pytester.path).as_posix() for path in pytester.path.rglob("*.yaml"))
    assert files == [
        "cassettes/async.yaml",
        "cassettes/shared.yaml",
        "cassettes/test_recorded_once_and_replayed/test_a_client_of_the_fixture.yaml",
        "cassettes/test_recorded_once_and_replayed/test_a_fault_is_laid_over.yaml",
    ]
    assert all(KEY not in path.read_text() for path in pytester.path.rglob("*.yaml"))
    service.stop()
    forget(monkeypatch)
    run(pytester, PROGRAM).assert_outcomes(passed=6)


def test_a_miss_fails_the_test_that_swallowed_it(
    pytester: pytest.Pytester, service: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(pytester, PROGRAM, "--baseten-record=all").assert_outcomes(passed=6)
    forget(monkeypatch)
    source = PROGRAM.replace(
        """    with Client() as client:
        assert ask(client) == "hello"
""",
        """    with Client() as client:
        try:
            ask(client, "Say goodbye")
        except Exception:
            pass
""",
    )
    result = run(pytester, source)
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*shared.yaml has no such request: POST /v1/chat/completions. If the program is right, record it*",
            "-    content: Say hello",
            "+    content: Say goodbye",
        ]
    )


def test_what_is_needed_is_said(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASETEN_API_KEY", raising=False)
    source = """
import pytest

@pytest.mark.baseten_cassette
def test_it(baseten_client):
    pass

@pytest.mark.baseten_cassette(realtme=True)
def test_a_wrong_option(baseten_client):
    pass
"""
    result = run(pytester, source)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*There is no cassette *test_it.yaml. Record it: run pytest --baseten-record=new*"])
    result.stdout.fnmatch_lines(["*realtme*"])
    result = run(pytester, source, "--baseten-record=new")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*--baseten-record=new asks the service, and that needs a key: set BASETEN_API_KEY.*"])


def test_the_guard_stands_while_a_cassette_is_replayed(
    pytester: pytest.Pytester, service: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(pytester, PROGRAM, "--baseten-record=new").assert_outcomes(passed=6)
    forget(monkeypatch)
    source = PROGRAM.replace(
        'assert ask(baseten_client) == "hello"',
        'assert ask(baseten_client) == "hello"; __import__("socket").getaddrinfo("inference.baseten.co", 443)',
        1,
    )
    run(pytester, source).assert_outcomes(passed=5, failed=1)
