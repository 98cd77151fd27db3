"""Clients of httpx and of its successor httpx2, which take the same calls and raise the same errors."""

from __future__ import annotations

import httpx
import httpx2
import pytest

from baseten_sdk import (
    APIConnectionError,
    AsyncClient,
    ClientClosedError,
    ConfigurationError,
    FirstByteTimeout,
    InvalidRequestError,
    StreamInterrupted,
    Timeout,
)
from tests._async.calling import CHUNK, KEY, LONG, MODELS, SHORT, expect, stream_of
from tests.faults.scripted import Hold, Read, ScriptedServer, Send, events, refusing_port

pytestmark = pytest.mark.anyio


class Team(httpx2.AsyncClient):
    """A class of the user's own."""


HttpClient = httpx.AsyncClient | httpx2.AsyncClient
LIBRARIES = [httpx.AsyncClient, httpx2.AsyncClient, Team]


def client_over(http: HttpClient, base_url: str, **limits: float) -> AsyncClient:
    return AsyncClient(api_key=KEY, base_url=base_url, http_client=http, timeout=Timeout(**limits), max_retries=0)


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_client_is_used_as_it_is_and_never_closed(library: type[HttpClient]) -> None:
    with ScriptedServer([MODELS, events(CHUNK, "[DONE]", end=True), Hold()]) as server:
        async with library(headers={"x-team": "blue"}, trust_env=False) as http:
            async with client_over(http, server.url) as client:
                assert len(await client.models.list()) == 1
                async with await stream_of(client) as stream:
                    assert [chunk.text async for chunk in stream] == ["Hi"]
            assert not http.is_closed
        assert server.connections == 1
    assert all(b"x-team: blue" in request.lower() for request in server.requests)


@pytest.mark.parametrize("library", LIBRARIES)
async def test_what_it_raises_is_told_in_this_packages_words(library: type[HttpClient]) -> None:
    async with library(trust_env=False) as http:
        async with client_over(http, f"http://127.0.0.1:{refusing_port()}/v1") as client:
            assert (await expect(client, APIConnectionError)).phase == "connect"
        with ScriptedServer([Read()], [Send(b"nonsense\r\n\r\n"), Hold()], [Read(), Hold()], [events(CHUNK)]) as server:
            async with client_over(http, server.url, first_byte=LONG) as client:
                assert (await expect(client, APIConnectionError)).phase == "first_byte"
                assert (await expect(client, APIConnectionError)).phase == "first_byte"
            async with client_over(http, server.url, first_byte=SHORT) as client:
                late = await expect(client, FirstByteTimeout)
                assert isinstance(late, FirstByteTimeout)
                assert late.limit == SHORT
            async with client_over(http, server.url) as client:
                stream = await stream_of(client)
                assert (await anext(stream)).text == "Hi"
                with pytest.raises(StreamInterrupted):
                    await anext(stream)


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_client_that_is_closed_says_so(library: type[HttpClient]) -> None:
    http = library(trust_env=False)
    await http.aclose()
    async with client_over(http, "http://127.0.0.1:9/v1") as client:
        with pytest.raises(ClientClosedError):
            await client.models.list()


@pytest.mark.parametrize("library", LIBRARIES)
async def test_an_error_of_a_hook_of_yours_is_not_translated(library: type[HttpClient]) -> None:
    class Mine(Exception):
        pass

    async def refuse(request: object) -> None:
        raise Mine

    async with (
        library(event_hooks={"request": [refuse]}, trust_env=False) as http,
        client_over(http, "http://127.0.0.1:9/v1") as client,
    ):
        with pytest.raises(Mine):
            await client.models.list()


async def test_it_does_not_go_with_what_it_brings_itself() -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        with pytest.raises(ConfigurationError, match="http_client="):
            AsyncClient(api_key=KEY, http_client=http, transport="direct")
        async with client_over(http, "http://127.0.0.1:9/v1") as client:
            with pytest.raises(InvalidRequestError):
                await client.request("GET", "http://127.0.0.1:99999/v1")
