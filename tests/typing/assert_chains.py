"""What type checkers make of a chain's methods. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from typing import assert_type

from pydantic import BaseModel

from baseten_sdk import (
    AsyncChain,
    AsyncChainItems,
    AsyncChainStream,
    AsyncClient,
    AsyncJob,
    AsyncRequestStatus,
    CancelResult,
    Chain,
    ChainItems,
    ChainStream,
    Client,
    Job,
    JsonValue,
    ModelError,
    QueueStatus,
    RemoteException,
    RemoteFrame,
)


class Answer(BaseModel):
    text: str


async def the_result_has_the_type_that_was_asked_for(chain: AsyncChain, twin: Chain) -> None:
    given = {"text": "Hi"}
    assert_type(await chain.run_remote(given, response_model=Answer), Answer)
    assert_type(await chain.run_remote(Answer(text="Hi"), response_model=tuple[int, str]), tuple[int, str])
    assert_type(await chain.run_remote(response_model=list[Answer]), list[Answer])
    assert_type(await chain.run_remote(given), JsonValue | bytes)
    assert_type(await chain.run_remote(), JsonValue | bytes)
    assert_type(await chain.run_remote(b"\x81"), bytes)
    assert_type(twin.run_remote(given, response_model=Answer, timeout=3, request_id="mine"), Answer)
    assert_type(twin.run_remote(b"\x81"), bytes)


async def frames_have_types(chain: AsyncChain, twin: Chain) -> None:
    assert_type(chain.stream_run_remote({"text": "Hi"}), AsyncChainStream)
    assert_type(twin.stream_run_remote(), ChainStream)
    async with chain.stream_run_remote({}) as stream:
        assert_type(stream, AsyncChainStream)
        assert_type(await stream.header(Answer), Answer)
        assert_type(await stream.header(), JsonValue)
        assert_type(stream.items(Answer), AsyncChainItems[Answer])
        async for item in stream.items(Answer):
            assert_type(item, Answer)
        async for value in stream.items():
            assert_type(value, JsonValue)
        assert_type(await stream.footer(dict[str, int]), dict[str, int])
    with twin.stream_run_remote({}) as again:
        assert_type(again.items(Answer), ChainItems[Answer])
        assert_type(again.footer(), JsonValue)
        for text in again.text():
            assert_type(text, str)


async def a_run_has_a_handle(client: AsyncClient, twin: Client) -> None:
    chain = client.chains("chain123", environment="staging")
    assert_type(chain, AsyncChain)
    assert_type(chain.chain_id, str)
    job = await chain.async_run_remote(
        {"text": "Hi"}, webhook_endpoint="https://example.com/done", priority=1, max_time_in_queue_seconds=3600
    )
    assert_type(job, AsyncJob)
    assert_type(job.chain_id, str | None)
    assert_type(job.model_id, str | None)
    assert_type(await job.wait(), AsyncRequestStatus)
    assert_type(await chain.queue_status(), QueueStatus)
    assert_type(chain.job("0f1e"), AsyncJob)
    assert_type(await client.async_requests.get("0f1e", chain_id="chain123"), AsyncRequestStatus)
    assert_type(twin.async_requests.cancel("0f1e", chain_id="chain123", regional="eu"), CancelResult)
    assert_type(twin.chains("chain123").async_run_remote(), Job)
    await chain.wake()


def a_remote_exception_is_data(error: ModelError) -> None:
    assert_type(error.remote, RemoteException | None)
    if error.remote is not None:
        assert_type(error.remote.stack, tuple[RemoteFrame, ...])
        assert_type(error.remote.stack[0].lineno, int | None)


def mistakes_are_found(client: Client) -> None:
    chain = client.chains("chain123")
    chain.run_remote({}, response_model=Answer(text=""))  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    chain.run_remote({}, deadlin=5)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # no such option
    chain.run_remote(text="Hi")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # a mapping is meant
    chain.async_run_remote({}, priority="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a text
    client.chains("chain123", env="staging")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # environment
    client.async_requests.get("0f1e", model_id="m", chain_id="c")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
