"""What cannot or must not be sent is refused before anything is: an error that names the place, and no connection."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from baseten_sdk import AsyncClient, ConfigurationError, Endpoints, InvalidRequestError
from tests._async.calling import KEY
from tests.asking import HELLO, MODEL
from tests.faults.scripted import Hold, ScriptedServer

pytestmark = pytest.mark.anyio

CYCLE: list[object] = []
CYCLE.append(CYCLE)


def nested(levels: int) -> object:
    value: list[object] = []
    for _ in range(levels):
        value = [value]
    return value


NO_JSON: dict[str, object] = {
    "nan": math.nan,
    "infinity": -math.inf,
    "decimal-nan": Decimal("NaN"),
    "decimal-infinity": Decimal("Infinity"),
    "bytes": b"x",
    "bytearray": bytearray(b"x"),
    "set": {1},
    "frozenset": frozenset({1}),
    "tuple-key": {(1, 2): 3},
    "bytes-key": {b"a": 1},
    "nan-key": {math.nan: 1},
    "surrogate": "\ud800",
    "surrogate-key": {"\ud800": 1},
    "cycle": CYCLE,
    "deep": nested(10_000),
    "iterator": iter([1]),
    "object": object(),
    "function": len,
    "complex": 1j,
    "digits": 10**6_000,
}

UNSENDABLE = ["a\r\nX: y", "a\n", "a\0", "é", "a\u2028b", "a\x7f", "\ud800", "a\x1b[0m"]
ESCAPES = [
    "",
    ".",
    "..",
    "../x",
    "%2e%2e",
    "%252e%252e",
    "//evil.example",
    "\\\\evil.example",
    "?a",
    "#a",
    "http://evil.example",
    "HTTPS:evil.example",
    "a/../b",
    "a/%2e%2e/b",
    "..;/a",
    "a//b",
    "a\tb",
]
NO_IDS = [*ESCAPES, "x@evil.example/", "a@b", "a/b", "a%20b", "%00"]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A server that nothing ever reaches."""
    with ScriptedServer([Hold()]) as server:
        yield server
        assert server.connections == 0


@pytest.fixture
async def client(server: ScriptedServer) -> AsyncIterator[AsyncClient]:
    endpoints = Endpoints(model_apis=server.url, model=f"http://127.0.0.1:{server.port}/{{model_id}}")
    async with AsyncClient(api_key=KEY, endpoints=endpoints, timeout=0.5) as client:
        yield client


@pytest.mark.parametrize("value", NO_JSON.values(), ids=NO_JSON)
async def test_what_has_no_json_form_is_refused_with_its_path(client: AsyncClient, value: object) -> None:
    deployment = client.deployments("abcd1234")
    body = {"rows": [{"value": value}]}
    with pytest.raises(InvalidRequestError, match=r"\$\.rows\[0\]\.value"):
        await deployment.predict(body)
    with pytest.raises(InvalidRequestError, match=r"\$\.model_input\.rows\[0\]\.value"):
        await deployment.async_predict(body)
    with pytest.raises(InvalidRequestError, match=r"\$\.rows\[0\]\.value"):
        await deployment.sync("x", json=body)
    with pytest.raises(InvalidRequestError, match=r"\$\.extra\.rows\[0\]\.value"):
        await client.chat.completions.create(model=MODEL, messages=HELLO, extra_body={"extra": body})
    with pytest.raises(InvalidRequestError, match=r"\$\.messages\[0\]\.content"):
        await client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": [{"x": value}]}])


@pytest.mark.parametrize("value", UNSENDABLE)
async def test_what_no_header_can_hold_is_refused(client: AsyncClient, value: str) -> None:
    for name in (value, "x-fine"):
        with pytest.raises(InvalidRequestError, match="extra_headers"):
            await client.models.list(extra_headers={name: value})
    with pytest.raises(InvalidRequestError, match="session"):
        await client.models.list(session=value)
    with pytest.raises(InvalidRequestError, match="request_id"):
        await client.models.list(request_id=value)
    with pytest.raises(InvalidRequestError, match="method"):
        await client.request(value, "x")
    with pytest.raises(InvalidRequestError, match="content_type"):
        await client.request("POST", "x", content=b"x", content_type=value)


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding", "Connection", "Upgrade", "TE", "Trailer"])
async def test_a_header_that_frames_the_message_is_refused(client: AsyncClient, name: str) -> None:
    with pytest.raises(InvalidRequestError, match="set by the transport"):
        await client.models.list(extra_headers={name: "5"})


@pytest.mark.parametrize("value", NO_IDS)
async def test_an_id_that_is_none_is_refused(client: AsyncClient, value: str) -> None:
    with pytest.raises(ConfigurationError, match="model_id"):
        client.deployments(value)
    with pytest.raises(ConfigurationError, match="environment"):
        client.deployments("abcd1234", environment=value)
    with pytest.raises(ConfigurationError, match="deployment_id"):
        client.deployments("abcd1234", deployment_id=value)
    with pytest.raises(ConfigurationError, match="regional"):
        client.deployments("abcd1234", regional=value)
    with pytest.raises(ConfigurationError, match="request_id"):
        client.deployments("abcd1234").job(value)
    with pytest.raises(ConfigurationError, match="chain_id"):
        client.chains(value)


@pytest.mark.parametrize("path", ESCAPES)
async def test_a_path_that_could_leave_is_refused(client: AsyncClient, path: str) -> None:
    with pytest.raises(InvalidRequestError, match="path"):
        await client.deployments("abcd1234").sync(path)
    with pytest.raises(InvalidRequestError):
        await client.request("GET", path)


async def test_a_url_of_another_host_is_refused(client: AsyncClient, server: ScriptedServer) -> None:
    for url in (
        "https://evil.example/v1",
        f"http://127.0.0.1.evil.example:{server.port}/v1",
        f"http://me@127.0.0.1:{server.port}/v1/models",
        f"{server.url}@evil.example/",
        f"{server.url}/../x",
        "ftp://127.0.0.1/",
        "//evil.example/v1",
    ):
        with pytest.raises(InvalidRequestError):
            await client.request("GET", url)


async def test_an_async_request_beyond_its_limits_is_refused(client: AsyncClient) -> None:
    deployment = client.deployments("abcd1234")
    with pytest.raises(InvalidRequestError, match="262,144"):
        await deployment.async_predict({"text": "x" * 262_144})
    for priority in (-1, 3):
        with pytest.raises(InvalidRequestError, match="priority"):
            await deployment.async_predict({}, priority=priority)
    for seconds in (9, 259_201):
        with pytest.raises(InvalidRequestError, match="max_time_in_queue_seconds"):
            await deployment.async_predict({}, max_time_in_queue_seconds=seconds)
    for webhook in ("ftp://x.example", "http://x.example", "https://", "x", "https://a b"):
        with pytest.raises(InvalidRequestError, match="webhook_endpoint"):
            await deployment.async_predict({}, webhook_endpoint=webhook)
    with pytest.raises(InvalidRequestError, match=r"inference_retry_config\.max_attempts"):
        await deployment.async_predict({}, inference_retry_config={"max_attempts": 11})


@pytest.mark.parametrize("url", ["ftp://x", "evil", "http://", "https://a b", "https://x/?q", "https://x/../y", ""])
async def test_a_base_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        AsyncClient(api_key=KEY, base_url=url)
