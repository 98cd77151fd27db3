"""Chains over a socket: run_remote, its frames, async_run_remote, and the errors of chainlets."""

from __future__ import annotations

import pickle

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    BadRequestError,
    ConfigurationError,
    Endpoints,
    InvalidRequestError,
    Limits,
    ModelError,
    RemoteFrame,
    ResponseValidationError,
    StreamDecodeError,
    StreamInterrupted,
    UnprocessableEntityError,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import IDLE, behaving, fields, only
from tests.emulator.receiver import receiver
from tests.faults.scripted import ScriptedServer, reply

pytestmark = pytest.mark.anyio

STREAM: dict[str, object] = {"stream": True, "items": [{"n": 1}, {"n": 2}, {"n": 3}]}


class Text(BaseModel):
    text: str


class Count(BaseModel):
    count: int


class Item(BaseModel):
    n: int


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ({}, "/chain/chain123/environments/production"),
        ({"environment": "staging"}, "/chain/chain123/environments/staging"),
        ({"environment": "development"}, "/chain/chain123/development"),
        ({"deployment_id": "wxyz123"}, "/chain/chain123/deployment/wxyz123"),
        ({"regional": "prod-us"}, "/regional-chain/chain123/prod-us"),
    ],
)
async def test_a_chain_runs_at_every_target(
    client: AsyncClient, emu: Emulator, target: dict[str, str], path: str
) -> None:
    chain = client.chains("chain123", **target)
    assert await chain.run_remote({"text": "hello"}) == "The chain read: hello"
    request = only(emu)
    assert (request.method, request.path) == ("POST", f"{path}/run_remote")
    assert fields(request) == {"text": "hello"}
    assert request.headers["accept"] == "application/json"
    assert chain.chain_id == "chain123"
    assert path in repr(chain)


async def test_arguments_may_be_a_model_and_there_may_be_none(client: AsyncClient, emu: Emulator) -> None:
    chain = client.chains("chain123")
    assert await chain.run_remote(Text(text="a")) == "The chain read: a"
    assert await chain.run_remote() == {}
    assert await chain.run_remote(extra_body={"result": 1}) == 1


@pytest.mark.parametrize("value", [[1, "a"], None, 3.5, {"a": 1}, "text", True])
async def test_the_result_may_be_any_json(client: AsyncClient, value: object) -> None:
    assert await client.chains("chain123").run_remote({"result": value}) == value


async def test_the_result_has_the_type_that_was_asked_for(client: AsyncClient) -> None:
    chain = client.chains("chain123")
    assert await chain.run_remote({"result": {"n": 1}}, response_model=Item) == Item(n=1)
    assert await chain.run_remote({"result": [1, "a"]}, response_model=tuple[int, str]) == (1, "a")
    with pytest.raises(ResponseValidationError, match="n: Field required"):
        await chain.run_remote({"result": {}}, response_model=Item)


async def test_bytes_come_back_as_bytes(client: AsyncClient, emu: Emulator) -> None:
    assert await client.chains("chain123").run_remote(b"\x81\xa1a\x01") == b"\x81\xa1a\x01"
    assert only(emu).headers["content-type"] == "application/octet-stream"


async def test_arguments_without_names_are_not_sent(client: AsyncClient, emu: Emulator) -> None:
    chain = client.chains("chain123")
    with pytest.raises(InvalidRequestError, match="takes its arguments by name"):
        await chain.run_remote(["text"])
    with pytest.raises(InvalidRequestError, match="takes its arguments by name"):
        chain.stream_run_remote("text")
    with pytest.raises(InvalidRequestError, match="takes its arguments by name"):
        await chain.async_run_remote(b"\x81")
    assert len(emu.requests) == 0


async def test_an_argument_of_the_wrong_type_is_told(client: AsyncClient) -> None:
    with pytest.raises(BadRequestError, match="`text`: Input should be a valid string"):
        await client.chains("chain123").run_remote({"text": 5})


async def test_the_exception_of_a_chainlet_is_a_model_error_with_its_stack(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(ModelError) as caught:
        await client.chains("chain123").run_remote({}, extra_headers=behaving("chain-error"), max_retries=0)
    error = caught.value
    assert error.remote is not None
    assert (error.remote.name, error.remote.module) == ("ValueError", "builtins")
    assert error.remote.stack == (RemoteFrame("/app/model/main.py", 12, "run_remote", "raise ValueError"),)
    assert error.exception == "ValueError"
    assert str(error).endswith(
        'Remote stack, innermost last:\n  File "/app/model/main.py", line 12, in run_remote\n    raise ValueError\n'
        "ValueError: Internal Server Error"
    )
    again = pickle.loads(pickle.dumps(error))
    assert again == error
    assert again.remote == error.remote


async def test_a_chainlet_s_own_status_keeps_its_class_and_has_the_stack_too(client: AsyncClient) -> None:
    with pytest.raises(UnprocessableEntityError) as caught:
        await client.chains("chain123").run_remote({}, extra_headers=behaving("status=422, shape=6"))
    assert caught.value.remote is not None
    assert "in run_remote" in str(caught.value)


@pytest.mark.parametrize("spec", ["request-id=on", "pieces=1", "burst", "length"])
async def test_frames_are_read_in_order(client: AsyncClient, emu: Emulator, spec: str) -> None:
    async with client.chains("chain123").stream_run_remote(STREAM, extra_headers=behaving(spec)) as stream:
        assert await stream.header(Count) == Count(count=3)
        assert [item async for item in stream.items(Item)] == [Item(n=1), Item(n=2), Item(n=3)]
        assert await stream.footer() == {"done": True}
        assert await stream.header() == {"count": 3}
        assert [item async for item in stream.items()] == []
        assert stream.meta.status_code == 200
    assert IDLE in repr(client)
    assert only(emu).headers["accept"] == "*/*"


async def test_items_alone_may_be_read(client: AsyncClient) -> None:
    async with client.chains("chain123").stream_run_remote(STREAM) as stream:
        assert [item async for item in stream.items()] == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize("most", [1, 30, 60])
async def test_a_stream_of_frames_has_a_bound_on_the_whole(emu: Emulator, most: int) -> None:
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, limits=Limits(stream=most)) as client:
        async with client.chains("chain123").stream_run_remote(STREAM, extra_headers=behaving("pieces=1")) as stream:
            with pytest.raises(StreamDecodeError, match=rf"larger than {most} bytes; see Limits\(stream=...\)"):
                _ = [item async for item in stream.items()]
            with pytest.raises(StreamInterrupted, match="without a footer"):
                await stream.footer()
        assert IDLE in repr(client)


async def test_a_stream_of_frames_may_be_left_early_and_go_on(client: AsyncClient) -> None:
    async with client.chains("chain123").stream_run_remote(STREAM) as stream:
        async for item in stream.items(Item):
            assert item.n == 1
            break
        with pytest.raises(ConfigurationError, match="Read the items first"):
            await stream.footer()
        assert [item.n async for item in stream.items(Item)] == [2, 3]
        assert await stream.footer() == {"done": True}
    async with client.chains("chain123").stream_run_remote(STREAM) as stream:
        await stream.header()
    assert IDLE in repr(client)


async def test_header_and_footer_may_be_missing(client: AsyncClient) -> None:
    given = {**STREAM, "header": None, "footer": None}
    async with client.chains("chain123").stream_run_remote(given) as stream:
        with pytest.raises(StreamDecodeError, match="has no header"):
            await stream.header()
        assert len([item async for item in stream.items()]) == 3
        with pytest.raises(StreamInterrupted, match="without a footer; the chain may have failed"):
            await stream.footer()
    assert IDLE in repr(client)


async def test_a_chain_that_fails_in_the_middle_lacks_its_footer(client: AsyncClient) -> None:
    async with client.chains("chain123").stream_run_remote(STREAM, extra_headers=behaving("end=2")) as stream:
        assert [item async for item in stream.items()] == [{"n": 1}]
        with pytest.raises(StreamInterrupted) as caught:
            await stream.footer()
    assert caught.value.url is not None
    assert caught.value.url.endswith("/run_remote")


@pytest.mark.parametrize("spec", ["cut=2, pause=20", "cut=2, reset, pause=20"])
async def test_a_broken_connection_is_told_after_what_had_arrived(client: AsyncClient, spec: str) -> None:
    async with client.chains("chain123").stream_run_remote(STREAM, extra_headers=behaving(spec)) as stream:
        assert await anext(stream.items()) == {"n": 1}
        with pytest.raises(StreamInterrupted):
            await anext(stream.items())
    assert IDLE in repr(client)


async def test_an_end_inside_a_frame_is_a_cut(transport: TransportName) -> None:
    with ScriptedServer([reply(b"\x02\0\0\0\x011\x03\0")]) as server:
        endpoints = Endpoints(chain=f"{server.url}/chain/{{chain_id}}")
        async with (
            AsyncClient(api_key="k", endpoints=endpoints, transport=transport) as client,
            client.chains("chain123").stream_run_remote() as stream,
        ):
            assert await stream.header() == 1
            with pytest.raises(StreamInterrupted, match="inside a frame, of which 2 bytes had arrived"):
                await anext(stream.items())


async def test_what_is_no_frame_is_told(client: AsyncClient) -> None:
    async with client.chains("chain123").stream_run_remote(
        {"result": "text"}, extra_headers=behaving("octet-stream")
    ) as stream:
        with pytest.raises(StreamDecodeError, match="is not a tag; is this a stream of frames"):
            await stream.header()
    assert IDLE in repr(client)


async def test_an_item_of_another_type_ends_the_stream(client: AsyncClient) -> None:
    async with client.chains("chain123").stream_run_remote(STREAM) as stream:
        with pytest.raises(StreamDecodeError, match=r"the item is not a .*Text.*: text: Field required"):
            await anext(stream.items(Text))
        assert IDLE in repr(client)


async def test_a_frame_has_a_largest_size(emu: Emulator, transport: TransportName) -> None:
    async with (
        AsyncClient(
            api_key=emu.api_key, endpoints=emu.endpoints, limits=Limits(event=20), transport=transport
        ) as client,
        client.chains("chain123").stream_run_remote({"stream": True, "items": ["x" * 50]}) as stream,
    ):
        with pytest.raises(StreamDecodeError, match="larger than the 20"):
            [item async for item in stream.items()]


async def test_a_stream_may_be_read_as_bytes_instead(client: AsyncClient) -> None:
    async with client.chains("chain123").stream_run_remote({"result": "text"}) as stream:
        assert [text async for text in stream.text()] == ['"text"']
        with pytest.raises(ConfigurationError, match="in one way"):
            await stream.header()


async def test_a_stream_has_to_be_entered(client: AsyncClient) -> None:
    stream = client.chains("chain123").stream_run_remote(STREAM)
    with pytest.raises(ConfigurationError, match=r"chain\.stream_run_remote"):
        await stream.footer()


async def test_arguments_are_sent_wrapped_to_the_queue(client: AsyncClient, emu: Emulator) -> None:
    with receiver() as inbox:
        job = await client.chains("chain123").async_run_remote(
            Text(text="hello"),
            webhook_endpoint=inbox.url,
            priority=2,
            max_time_in_queue_seconds=10,
            inference_retry_config={"max_attempts": 1},
            extra_headers=behaving("queue=0, run=0"),
        )
        assert fields(only(emu)) == {
            "model_input": {"text": "hello"},
            "webhook_endpoint": inbox.url,
            "priority": 2,
            "max_time_in_queue_seconds": 10,
            "inference_retry_config": {"max_attempts": 1},
        }
        status = await job.wait(deadline=5)
    assert (job.chain_id, job.model_id) == ("chain123", None)
    assert repr(job).endswith(f"Job(request_id={job.request_id!r}, chain_id='chain123')")
    assert (status.succeeded, status.chain_id, status.model_id) == (True, "chain123", None)
    assert b'"The chain read: hello"' in inbox.bodies[0]


async def test_a_job_of_a_chain_is_asked_for_by_the_chain(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    chain = client.chains("chain123", regional="prod-us")
    job = await chain.async_run_remote({}, extra_headers=behaving("queue=100"))
    status = await client.async_requests.get(job.request_id, chain_id="chain123", regional="prod-us")
    assert status.status == "QUEUED"
    assert (await chain.queue_status()).num_queued_requests == 1
    assert (await client.async_requests.cancel(job.request_id, chain_id="chain123", regional="prod-us")).canceled
    assert (await chain.job(job.request_id).status()).status == "CANCELED"
    path = f"/regional-chain/chain123/prod-us/async_request/{job.request_id}"
    assert [request.path for request in emu.requests if "async_request" in request.path] == [path] * 3


async def test_a_chain_is_woken(client: AsyncClient, emu: Emulator) -> None:
    emu.scale_to_zero("chain123")
    await client.chains("chain123").wake()
    assert emu.state("chain123") in ("WAKING_UP", "ACTIVE")
    assert only(emu).path == "/chain/chain123/environments/production/wake"
