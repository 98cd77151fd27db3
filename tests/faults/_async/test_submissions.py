"""`async_predict` makes one job or none: after whatever may have made one, it is not sent again."""

from __future__ import annotations

import threading

import pytest

from baseten_sdk import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AsyncClient,
    Endpoints,
    ResponseValidationError,
    Retry,
    Timeout,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.clock import AsyncClock
from tests._async.calling import KEY, LONG, SHORT
from tests.faults.scripted import PATIENCE, Action, Hold, Read, Reset, ScriptedServer, Send, Tell, refusing_port, reply
from tests.patience import growing

pytestmark = pytest.mark.anyio

ACCEPTED = reply(b'{"request_id": "r1"}')
QUICK = Retry(max_retries=3, initial=0.001, maximum=0.002, on_read_timeout=True)

AMBIGUOUS: dict[str, list[Action]] = {
    "closed": [Read()],
    "reset": [Read(), Reset()],
    "half-a-head": [Send(b"HTTP/1.1 202 Acc")],
    "garbage": [Send(b"garbage\r\n\r\n")],
    "no-body": [Send(b"HTTP/1.1 202 Accepted\r\nContent-Length: 50\r\n\r\n")],
    "half-a-body": [Send(b'HTTP/1.1 202 Accepted\r\nContent-Length: 50\r\n\r\n{"request')],
    "silence": [Read(), Hold()],
    "silence-in-the-body": [Send(b"HTTP/1.1 202 Accepted\r\nContent-Length: 50\r\n\r\n{"), Hold()],
    "page": [reply(b"<html>", "200 OK")],
    **{
        status: [reply(b"{}", f"{status} No")]
        for status in ("400", "401", "402", "403", "404", "408", "409", "413", "422", "500", "502", "504", "529")
    },
}


def client_of(transport: TransportName, port: int, patience: float = LONG) -> AsyncClient:
    return AsyncClient(
        api_key=KEY,
        endpoints=Endpoints(model=f"http://127.0.0.1:{port}/{{model_id}}"),
        transport=transport,
        retry=QUICK,
        timeout=Timeout(connect=PATIENCE, first_byte=patience, idle=patience),
    )


@pytest.mark.parametrize("script", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_what_may_have_made_a_job_is_not_repeated(script: list[Action], transport: TransportName) -> None:
    for patience in growing(SHORT if Hold() in script else LONG):
        with ScriptedServer(script, [ACCEPTED]) as server:
            async with client_of(transport, server.port, patience) as client:
                with pytest.raises((APIConnectionError, APIStatusError, ResponseValidationError)) as caught:
                    await client.deployments("abcd1234").async_predict({"a": 1})
        error = caught.value
        assert isinstance(error, APIError)
        assert error.attempts == 1
        if server.requests:
            assert len(server.requests) == 1
            return


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_what_made_no_job_is_repeated(status: str, transport: TransportName) -> None:
    with ScriptedServer([reply(b"{}", status), reply(b"{}", status), ACCEPTED, Hold()]) as server:
        async with client_of(transport, server.port) as client:
            assert (await client.deployments("abcd1234").async_predict({"a": 1})).request_id == "r1"
    assert len(server.requests) == 3


async def test_a_connection_that_was_refused_made_no_job(transport: TransportName) -> None:
    async with client_of(transport, refusing_port()) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.deployments("abcd1234").async_predict({"a": 1})
    assert caught.value.attempts == 4


async def test_a_connection_that_dies_under_a_submission_is_not_replaced(transport: TransportName) -> None:
    with ScriptedServer([ACCEPTED, Read(), Reset()], [ACCEPTED]) as server:
        async with client_of(transport, server.port) as client:
            deployment = client.deployments("abcd1234")
            assert (await deployment.async_predict({"a": 1})).request_id == "r1"
            with pytest.raises(APIConnectionError):
                await deployment.async_predict({"a": 2})
    assert len(server.requests) == 2


async def test_a_connection_that_was_closed_before_is_replaced_before_anything_is_sent(
    transport: TransportName,
) -> None:
    gone = threading.Event()
    with ScriptedServer([ACCEPTED, Tell(gone)], [ACCEPTED, Hold()]) as server:
        async with client_of(transport, server.port) as client:
            deployment = client.deployments("abcd1234")
            await deployment.async_predict({"a": 1})
            assert gone.wait(LONG)
            await AsyncClock().sleep(0.01)
            await deployment.async_predict({"a": 2})
    assert len(server.requests) == 2
