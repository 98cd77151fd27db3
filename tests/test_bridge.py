"""A client of one flavor leads to one of the other, with the same settings."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import httpx
import pytest

from baseten_sdk import AsyncClient, Client, ConfigurationError, Limits
from baseten_sdk.emulator import Emulator

HEADERS = {"x-team": "blue"}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.mark.anyio
async def test_a_client_leads_to_an_async_one_that_sends_the_same(emulator: Emulator) -> None:
    with Client(
        api_key=emulator.api_key,
        endpoints=emulator.endpoints,
        default_headers=HEADERS,
        limits=Limits(concurrency=3),
        transport="direct",
    ).with_options(max_retries=7) as client:
        async with client.to_async() as other:
            assert isinstance(other, AsyncClient)
            assert other.limits == Limits(concurrency=3)
            assert other._service.options.retry.max_retries == 7
            await other.models.list()
        # Its connections were its own.
        client.models.list()
    assert [request.headers["x-team"] for request in emulator.requests] == ["blue", "blue"]
    assert len({request.client for request in emulator.requests}) == 2


@pytest.mark.anyio
async def test_an_async_client_leads_to_one_without_await(emulator: Emulator) -> None:
    async with AsyncClient(
        api_key=emulator.api_key, endpoints=emulator.endpoints, default_headers=HEADERS, transport="direct"
    ) as client:
        with client.to_sync() as other:
            assert isinstance(other, Client)
            other.models.list()
    assert emulator.requests[0].headers["x-team"] == "blue"


def test_an_http_client_serves_one_flavor() -> None:
    with httpx.Client() as http, pytest.raises(ConfigurationError, match=r"httpx\.AsyncClient in an AsyncClient"):
        Client(api_key="k", http_client=http).to_async()
    http_async = httpx.AsyncClient()
    with pytest.raises(ConfigurationError, match=r"an httpx\.Client works in a Client"):
        AsyncClient(api_key="k", http_client=http_async).to_sync()


def test_what_nobody_closes_leads_to_what_nobody_closes() -> None:
    client = Client(api_key="k").detached()
    copies = [client.to_async(), client.to_async().to_sync(), pickle.loads(pickle.dumps(client)).to_async()]
    assert [copy._setup.settings.owned for copy in copies] == [False, False, False]
