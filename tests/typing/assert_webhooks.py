"""What type checkers make of inboxes, results and the receiver. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_type

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from baseten_sdk import (
    AsyncClient,
    AsyncInbox,
    AsyncJob,
    AsyncPredictResult,
    AsyncRequestStatus,
    Client,
    Inbox,
    Job,
    JsonValue,
    verify,
)
from baseten_sdk.receiver import JSONLStore, MemoryStore, SQLiteStore, StoredDelivery, WebhookReceiver, WebhookStore
from baseten_sdk.webhooks import parse


class Transcript(BaseModel):
    text: str


@dataclass
class Point:
    x: int


class OwnStore:
    def add(self, deliveries: Sequence[StoredDelivery], /) -> None: ...

    def get(self, request_id: str, /) -> StoredDelivery | None: ...

    def close(self) -> None: ...


class NoStore:
    def get(self, request_id: str) -> str:
        return request_id


async def an_output_has_the_type_that_was_asked_for(job: AsyncJob, inbox: AsyncInbox) -> None:
    assert_type(await job.result(inbox), JsonValue)
    assert_type(await job.result(inbox, deadline=3600, session="s"), JsonValue)
    assert_type(await job.result(inbox, response_model=Transcript), Transcript)
    assert_type(await job.result(inbox, response_model=list[Point], deadline=3600), list[Point])
    assert_type(await inbox.get("r1"), AsyncPredictResult[JsonValue] | None)
    assert_type(await inbox.get("r1", response_model=Transcript), AsyncPredictResult[Transcript] | None)


def so_has_its_twin(job: Job, inbox: Inbox, other: AsyncInbox) -> None:
    assert_type(job.result(inbox), JsonValue)
    assert_type(job.result(inbox, response_model=dict[str, Point]), dict[str, Point])
    assert_type(inbox.get("r1", response_model=Transcript), AsyncPredictResult[Transcript] | None)
    job.result(other)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


async def many_are_told_with_their_statuses(client: AsyncClient, jobs: list[AsyncJob]) -> None:
    async for job, status in client.async_requests.as_completed(jobs, deadline=3600):
        assert_type(job, AsyncJob)
        assert_type(status, AsyncRequestStatus)


def so_are_its_twins(client: Client, jobs: Iterator[Job]) -> None:
    for job, status in client.async_requests.as_completed(jobs):
        assert_type(job, Job)
        assert_type(status, AsyncRequestStatus)


async def an_inbox_is_opened(client: AsyncClient, twin: Client) -> None:
    async with client.webhooks.listen(secrets="whsec_x", url="https://example.com", store="a.sqlite") as inbox:
        assert_type(inbox, AsyncInbox)
        assert_type(inbox.url, str)
    with twin.webhooks.listen(secrets=["whsec_x", "whsec_y"], port=0, store=OwnStore()) as other:
        assert_type(other, Inbox)
    assert_type(client.webhooks.inbox(SQLiteStore("a.sqlite"), url="https://example.com"), AsyncInbox)


def anything_with_the_methods_is_a_store() -> None:
    stores: list[WebhookStore] = [MemoryStore(), SQLiteStore("a"), JSONLStore("a"), OwnStore()]
    assert_type(stores[0].get("r1"), StoredDelivery | None)
    receiver = WebhookReceiver(secrets="whsec_x", store=OwnStore(), path="/hook", tolerance=None)
    Starlette(routes=[Mount("/baseten", receiver)])
    WebhookReceiver(secrets="whsec_x", store=NoStore())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def a_request_is_verified(request: Request, raw: list[tuple[bytes, bytes]], stored: StoredDelivery) -> None:
    body = await request.body()
    assert_type(verify(body, request.headers, "whsec_x"), AsyncPredictResult[JsonValue])
    assert_type(verify(body, raw, ["whsec_x"], None, response_model=Transcript), AsyncPredictResult[Transcript])
    assert_type(
        verify(body, {"x-baseten-signature": "v1=00"}, "whsec_x", response_model=list[int]).data, list[int] | None
    )
    assert_type(parse(body), AsyncPredictResult[JsonValue])
    assert_type(stored.result(response_model=Point), AsyncPredictResult[Point])
    verify("text", {}, "whsec_x")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
