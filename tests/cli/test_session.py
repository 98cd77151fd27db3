"""The options of every command that say how the key is sent and whether a name routes."""

from __future__ import annotations

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import KEY, Run

SAY = ("Say hello",)


def test_a_gateway_gets_its_scheme_by_option_or_environment(run: Run, emu: Emulator) -> None:
    gateway = ("--base-url", emu.gateway_url, "chat", "-m", "baseten/mymodel-4", *SAY)
    assert run("--auth-scheme", "api-key", *gateway).out == "hello\n"
    assert run(*gateway, env={"BASETEN_AUTH_SCHEME": "api-key"}).out == "hello\n"
    assert {request.headers["authorization"] for request in emu.requests} == {f"Api-Key {KEY}"}
    refused = run(*gateway)
    assert refused.code == ExitCode.AUTH
    assert '--auth-scheme "api-key"' in refused.err
    assert run("--auth-scheme", "basic", *gateway).code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ((), "/model/mistral7/environments/production/sync/v1/chat/completions"),
        (("--no-route-by-name",), "/v1/chat/completions"),
    ],
)
def test_routing_by_name_can_be_turned_off(run: Run, emu: Emulator, options: tuple[str, ...], path: str) -> None:
    assert run(*options, "chat", "-m", "mistral7", *SAY).out == "hello\n"
    assert [request.path for request in emu.requests] == [path]


def test_a_404_of_a_routed_name_says_which_option_sends_it_as_it_is(run: Run, emu: Emulator) -> None:
    emu.script(["status=404"])
    ended = run("chat", "-m", "mistral7", *SAY)
    assert ended.code == ExitCode.NOT_FOUND
    assert "--no-route-by-name" in ended.err
    assert "route_by_name=" not in ended.err


def test_a_404_of_a_slug_says_which_command_lists_the_models(run: Run, emu: Emulator) -> None:
    emu.script(["status=404"])
    ended = run("chat", "-m", "a/b", *SAY)
    assert "`baseten-sdk models`" in ended.err
    assert "client.models" not in ended.err
