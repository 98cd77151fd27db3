from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from baseten_sdk.emulator import Emulator
from baseten_sdk.errors import ConfigurationError
from tests.emulator.exchanges import CHAT, ask


def test_it_serves_while_it_is_entered_and_not_after() -> None:
    with Emulator() as emu:
        url = emu.url
        assert (
            httpx.get(f"{emu.base_url}/models", headers={"authorization": f"Bearer {emu.api_key}"}).status_code == 200
        )
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_its_port_can_be_used_again_at_once() -> None:
    with Emulator() as emu:
        port = emu.port
        httpx.get(emu.url)
    with Emulator(port=port) as emu:
        assert emu.port == port


def test_a_taken_port_is_named_and_leaves_nothing_behind() -> None:
    before = threading.active_count()
    with Emulator() as emu, pytest.raises(ConfigurationError, match=rf"127.0.0.1:{emu.port}: address already in use"):
        Emulator(port=emu.port).start()
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("host", "port", "problem"),
    [
        ("127.0.0.1", 65536, "no such port"),
        ("127.0.0.1", -1, "no such port"),
        ("192.0.2.1", 0, "cannot assign requested address"),
        ("nowhere.invalid", 0, "nowhere.invalid:0: "),
    ],
)
def test_an_address_that_cannot_be_used_is_named(host: str, port: int, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        Emulator(host=host, port=port).start()


def test_stopping_ends_requests_that_would_never_end() -> None:
    with Emulator() as emu:
        headers = {"authorization": f"Bearer {emu.api_key}", "x-emulator": "hang"}
        ended = threading.Event()

        def hang() -> None:
            try:
                httpx.get(f"{emu.base_url}/models", headers=headers, timeout=30)
            except httpx.HTTPError:
                ended.set()

        caller = threading.Thread(target=hang)
        caller.start()
        emu.requests.wait_for(1)
    caller.join(60)
    assert ended.is_set()


def test_it_may_be_started_again_and_stopped_twice() -> None:
    emu = Emulator()
    for _ in range(2):
        emu.start()
        assert httpx.get(emu.url).status_code == 404
        emu.stop()
        emu.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = emu.url


def test_starting_twice_is_refused(emu: Emulator) -> None:
    with pytest.raises(RuntimeError, match="running already"):
        emu.start()


def test_requests_are_recorded_as_they_came(emu: Emulator, http: httpx.Client) -> None:
    http.post("/model/abcd1234/production/predict?a=%20b", json={"x": 1}, headers={"x-test-a": "1"})
    seen = emu.requests[0]
    assert (seen.method, seen.path, seen.query) == ("POST", "/model/abcd1234/production/predict", "a=%20b")
    assert seen.json == {"x": 1}
    assert seen.headers["X-Test-A"] == "1"
    assert seen.status == 200
    emu.requests.clear()
    assert len(emu.requests) == 0


def test_one_connection_is_kept_for_many_requests(emu: Emulator, http: httpx.Client) -> None:
    for _ in range(3):
        http.post(CHAT, json=ask(stream=True))
    assert len({seen.client for seen in emu.requests}) == 1
    assert emu.connections == 1


def test_a_caller_who_leaves_is_noticed(emu: Emulator, http: httpx.Client) -> None:
    with http.stream("POST", CHAT, json=ask(stream=True), headers={"x-emulator": "stall=1"}) as response:
        next(response.iter_raw())
    emu.requests.wait_until(lambda seen: seen[0].disconnected)


def test_a_request_that_is_cut_off_in_its_body_is_not_recorded(emu: Emulator, http: httpx.Client) -> None:
    with socket.create_connection((emu.host, emu.port)) as connection:
        connection.sendall(b"POST /v1/models HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nshort")
    http.get("/v1/models")
    assert [seen.method for seen in emu.requests] == ["GET"]


def test_the_app_answers_in_process_without_a_socket() -> None:
    emu = Emulator()

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=emu.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://emulator") as client:
            return await client.post(CHAT, json=ask(), headers={"authorization": f"Api-Key {emu.api_key}"})

    assert asyncio.run(call()).json()["object"] == "chat.completion"


def test_endpoints_are_templates_that_reach_it(emu: Emulator, http: httpx.Client) -> None:
    endpoints = emu.endpoints
    regional = endpoints.model_regional.format(model_id="abcd1234", environment="prod-us")
    assert http.post(f"{regional}/predict", json=[1]).json() == [1]
    model = endpoints.model.format(model_id="abcd1234")
    assert http.post(f"{model}/environments/staging/predict", json=[1]).json() == [1]
    chain = endpoints.chain.format(chain_id="chain123")
    assert http.post(f"{chain}/production/run_remote", json={"text": "a"}).json() == "The chain read: a"
    chain = endpoints.chain_regional.format(chain_id="chain123", environment="prod-us")
    assert http.post(f"{chain}/run_remote", json={"text": "a"}).json() == "The chain read: a"
    assert http.get(f"{endpoints.model_apis}/models").status_code == 200


def test_importing_the_package_loads_no_server() -> None:
    code = "import sys, baseten_sdk.emulator; sys.exit('uvicorn' in sys.modules or 'starlette' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}, check=False).returncode == 0


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "import baseten_sdk.emulator as emulator\n"
        "try: emulator.Emulator\n"
        "except ImportError as error: sys.exit(0 if 'baseten-sdk[emulator]' in str(error) else 2)\n"
        "sys.exit(3)"
    )
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}, check=False).returncode == 0
