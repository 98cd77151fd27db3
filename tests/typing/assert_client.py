"""What type checkers make of the clients and their configuration. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TypeVar, assert_type

import httpx
import tenacity
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncDeployment,
    AsyncRequestStatus,
    CancelResult,
    ChatCompletion,
    Client,
    Cost,
    Deployment,
    Endpoints,
    Limits,
    LimitStoreError,
    Model,
    ModelList,
    Prices,
    Response,
    Retry,
    RetryEvent,
    Timeout,
    ToolRun,
)
from baseten_sdk.limit_stores import FileLimitStore, LimitStore, RedisLimitStore, StateChange

T = TypeVar("T")


class Store:
    """A store of the user's own."""

    def change(self, change: StateChange[T], /) -> T:
        return change(None, 0.0)[1]

    def close(self) -> None: ...


class HalfAStore:
    def change(self, change: StateChange[T], /) -> T:
        return change(None, 0.0)[1]


def limits_are_shared_by_a_name_or_a_store() -> None:
    Limits(requests_per_minute=60, shared="limits.db")
    Limits(requests_per_minute=60, shared=Path("limits.db"))
    Limits(tokens_per_minute=60, shared=RedisLimitStore("redis://h", name="prod"))
    Limits(tokens_per_minute=60, shared=FileLimitStore("limits.db"))
    Limits(tokens_per_minute=60, shared=Store())
    Limits(tokens_per_minute=60, shared=HalfAStore())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Limits(tokens_per_minute=60, shared=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(Limits().store, LimitStore | None)
    assert_type(FileLimitStore("limits.db").change(lambda state, now: (b"", now)), float)
    assert_type(LimitStoreError("No.", transient=True).transient, bool)
    assert_type(LimitStoreError("No.").store, str)


class Counted(BaseModel):
    input_tokens: int


class Mine(Client):
    """A client of the user's own."""


async def fetched() -> str:
    return "key"


def told(event: RetryEvent) -> None:
    assert_type(event.wait, float)


def a_client_is_made_from_what_it_needs() -> None:
    Client()
    Client(api_key="key", base_url="https://gateway.example.com/v1", timeout=30, deadline=60, max_retries=0)
    Client(api_key=lambda: "key", endpoints=Endpoints(model_apis="http://127.0.0.1:8787/v1"))
    Client(timeout=Timeout(30, connect=1), retry=Retry(5, random=Random(1), wait=tenacity.wait_fixed(1)))
    Client(limits=Limits(concurrency=8), default_headers={"x-a": "1"}, default_query={"a": 1})
    Client(http_client=httpx.Client(), transport="httpx", hooks=[told, print])
    Client(auth_scheme="api-key", route_by_name=False)
    AsyncClient(api_key=fetched, http_client=httpx.AsyncClient())
    AsyncClient(api_key=lambda: "key", hooks=(told,))


def a_client_is_closed(client: Client) -> None:
    assert_type(client.close(), None)
    with client as same:
        assert_type(same, Client)


async def an_asynchronous_client_is_closed(client: AsyncClient) -> None:
    assert_type(await client.aclose(), None)
    async with client as same:
        assert_type(same, AsyncClient)


def other_options_give_the_same_kind_of_client(client: Client, other: AsyncClient, mine: Mine) -> None:
    assert_type(client.with_options(timeout=3, session="s"), Client)
    assert_type(other.with_options(deadline=None), AsyncClient)
    assert_type(mine.with_options(max_retries=0), Mine)


def deployments_have_one_target(client: Client, other: AsyncClient) -> None:
    assert_type(client.deployments("abcd1234"), Deployment)
    assert_type(client.deployments("abcd1234", environment="staging"), Deployment)
    assert_type(other.deployments("abcd1234", deployment_id="wxyz123"), AsyncDeployment)
    assert_type(other.deployments("abcd1234", regional="prod-us"), AsyncDeployment)


async def any_request_gives_a_reply_or_a_type(client: Client, other: AsyncClient) -> None:
    assert_type(client.request("POST", "messages", json={"model": "m"}), Response)
    assert_type(client.request("POST", "messages", json=None, response_model=Counted), Counted)
    assert_type(client.request("GET", "models", response_model=dict[str, object]), dict[str, object])
    assert_type(await other.request("GET", "models", params={"a": "b"}, timeout=3), Response)
    assert_type(await other.request("POST", "count", content=b"x", response_model=list[int]), list[int])


async def models_are_listed(client: Client, other: AsyncClient) -> None:
    models = client.models.list()
    assert_type(models, ModelList)
    for model in models:
        assert_type(model, Model)
    assert_type(models[0].id, str)
    assert_type(await other.models.list(timeout=3), ModelList)


async def async_requests_are_asked_about(client: Client, other: AsyncClient) -> None:
    assert_type(client.async_requests.get("0f1e", model_id="abcd1234"), AsyncRequestStatus)
    assert_type(client.async_requests.cancel("0f1e", model_id="abcd1234"), CancelResult)
    assert_type(await other.async_requests.get("0f1e", model_id="m", regional="eu"), AsyncRequestStatus)
    assert_type(await other.async_requests.cancel("0f1e", model_id="m", timeout=3), CancelResult)


def mistakes_are_found(client: Client) -> None:
    Client("key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # by position
    Client(http_client=httpx.AsyncClient())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # its twin's
    Client(auth_scheme="basic")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no such scheme
    Client(transport="aiohttp")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no such transport
    Client(timeout="30")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a text
    Client(hooks=[len])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]  # takes no event
    client.with_options(time_out=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no such option
    client.async_requests.get("0f1e")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # no model
    client.request("GET", "models", response_model=5)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    Timeout(conect=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no such phase


async def prices_are_typed(client: Client, other: AsyncClient, completion: ChatCompletion, run: ToolRun) -> None:
    prices = client.models.prices()
    assert_type(prices, Prices)
    assert_type(await other.models.prices(), Prices)
    assert_type(prices.cost(completion), Cost | None)
    assert_type(prices.cost(run, model="a/b"), Cost | None)
    assert_type(prices["a/b"].cached, Decimal | None)
    prices.cost("a/b")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no reply
    prices.cost(completion, "a/b")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # by position
