"""Outputs of async requests, awaited: what comes to an inbox, and all the ways in which it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncInbox,
    AsyncJob,
    AsyncRequestCanceled,
    AsyncRequestExpired,
    AsyncRequestFailed,
    AuthenticationError,
    ConfigurationError,
    DeadlineExceeded,
    DeliveredElsewhere,
    InvalidRequestError,
    JsonValue,
    NotFoundError,
    ResponseValidationError,
    WebhookDeliveryFailed,
)
from baseten_sdk._core.policy.backoff import Backoff
from baseten_sdk.emulator import Emulator
from baseten_sdk.receiver import MemoryStore, SQLiteStore, StoredDelivery, WebhookReceiver
from tests._async.conftest import QUICK
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import behaving

pytestmark = pytest.mark.anyio

SECRET = "whsec_" + "s" * 40
ELSEWHERE = "https://example.com/hook"


class Transcript(BaseModel):
    text: str


@pytest.fixture
async def client(emu: Emulator) -> AsyncIterator[AsyncClient]:
    """One transport will do: nothing here is its business."""
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK) as client:
        yield client


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def quiet(client: AsyncClient, store: MemoryStore) -> AsyncInbox:
    """An inbox into which nothing comes but what the test puts there."""
    return client.webhooks.inbox(store, url=ELSEWHERE)


async def submitted(client: AsyncClient, spec: str = "queue=5, run=5", hook: str | None = ELSEWHERE) -> AsyncJob:
    return await client.deployments("abcd1234").async_predict(
        {"text": "hello"}, webhook_endpoint=hook, max_time_in_queue_seconds=20, extra_headers=behaving(spec)
    )


def stored(job: AsyncJob, data: JsonValue = None, errors: JsonValue = None) -> StoredDelivery:
    body = json.dumps({"request_id": job.request_id, "data": data, "errors": errors or []}).encode()
    return StoredDelivery(job.request_id, body, 1.0)


# --- what comes


async def test_an_output_is_received_and_awaited() -> None:
    with Emulator(webhook_secrets=[SECRET]) as emu:
        async with (
            AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints) as client,
            client.webhooks.listen(secrets=[SECRET], port=0) as inbox,
        ):
            job = await submitted(client, "queue=0, run=0.05", inbox.url)
            assert await job.result(inbox, response_model=Transcript, deadline=30) == Transcript(text="hello")
            assert await job.result(inbox) == {"text": "hello"}
            found = await inbox.get(job.request_id, response_model=Transcript)
            assert found is not None
            assert found.data == Transcript(text="hello")
            assert await inbox.get("another") is None
        assert [delivery.status_code for delivery in emu.deliveries.wait_for(1)] == [200]


async def test_what_is_not_signed_by_one_of_the_secrets_never_comes(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    async with client.webhooks.listen(secrets=SECRET, port=0) as inbox:
        job = await submitted(client, "queue=0, run=0", inbox.url)
        (delivery,) = emu.deliveries.wait_for(1)
        assert delivery.status_code == 401
        with pytest.raises(WebhookDeliveryFailed, match="submit the request again"):
            await job.result(inbox, deadline=30)


async def test_an_output_that_was_there_first_is_returned_at_once(
    client: AsyncClient, emu: Emulator, quiet: AsyncInbox, store: MemoryStore
) -> None:
    job = await submitted(client, "queue=100")
    store.add([stored(job, [1, 2])])
    sent = len(emu.requests)
    assert await job.result(quiet, response_model=tuple[int, int], deadline=0.001) == (1, 2)
    assert len(emu.requests) == sent


async def test_an_output_wakes_its_waiter_and_nobody_is_asked(client: AsyncClient, emu: Emulator) -> None:
    async with client.webhooks.listen(secrets=[], port=0, allow_unsigned=True) as inbox:
        job = await submitted(client, "queue=0, run=0.2", inbox.url)
        sent = len(emu.requests)
        assert await job.result(inbox, deadline=30) == {"text": "hello"}
        assert len(emu.requests) == sent


async def test_null_is_an_output(client: AsyncClient, quiet: AsyncInbox, store: MemoryStore) -> None:
    job = await submitted(client, "queue=100")
    store.add([stored(job, None)])
    assert await job.result(quiet) is None
    with pytest.raises(ResponseValidationError):
        await job.result(quiet, response_model=Transcript)


async def test_an_output_of_another_type_is_not_lost(
    client: AsyncClient, quiet: AsyncInbox, store: MemoryStore
) -> None:
    job = await submitted(client, "queue=100")
    store.add([stored(job, {"words": 3})])
    with pytest.raises(ResponseValidationError, match=r"is not a Transcript: text: Field required") as caught:
        await job.result(quiet, response_model=Transcript)
    assert caught.value.request_id == job.request_id
    assert b"words" in caught.value.body
    found = await quiet.get(job.request_id)
    assert found is not None
    assert found.data == {"words": 3}


async def test_a_type_that_cannot_be_is_refused_before_anything_is_waited_for(
    client: AsyncClient, quiet: AsyncInbox
) -> None:
    job = await submitted(client, "queue=100")
    with pytest.raises(InvalidRequestError, match="not a type that pydantic can validate"):
        await job.result(quiet, response_model=threading.Thread)


async def test_a_store_that_another_process_fills_is_looked_into(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stores on one file, as two processes have them."""
    monkeypatch.setattr("baseten_sdk._async.queue.inbox.LOOK_INTERVALS", Backoff(0.001, 0.01))
    ours, theirs = SQLiteStore(tmp_path / "jobs.sqlite"), SQLiteStore(tmp_path / "jobs.sqlite")
    inbox = client.webhooks.inbox(ours, url=ELSEWHERE)
    job = await submitted(client, "queue=100")
    late = threading.Timer(0.1, theirs.add, [[stored(job, "from afar")]])
    late.start()
    assert await job.result(inbox, deadline=30) == "from afar"
    late.join()
    ours.close()
    theirs.close()


async def test_a_receiver_in_your_own_application_feeds_an_inbox(client: AsyncClient) -> None:
    receiver = WebhookReceiver(secrets=SECRET, store=MemoryStore())
    inbox = client.webhooks.inbox(receiver, url=ELSEWHERE)
    job = await submitted(client, "queue=100")
    late = threading.Timer(0.05, lambda: _arrive(receiver, job))
    late.start()
    assert await job.result(inbox, deadline=30) == "mounted"
    late.join()


def _arrive(receiver: WebhookReceiver, job: AsyncJob) -> None:
    delivery = stored(job, "mounted")
    receiver.store.add([delivery])
    receiver._notify([delivery])


# --- what does not come


async def test_a_failure_is_told_by_the_delivery(client: AsyncClient, emu: Emulator) -> None:
    async with client.webhooks.listen(secrets=[], port=0, allow_unsigned=True) as inbox:
        job = await submitted(client, "queue=0, run=0, fail-with=MODEL_PREDICT_ERROR", inbox.url)
        with pytest.raises(AsyncRequestFailed, match="MODEL_PREDICT_ERROR: the model's code raised") as caught:
            await job.result(inbox, response_model=Transcript, deadline=30)
        assert caught.value.status.request_id == job.request_id


async def test_a_failure_is_told_by_the_status(client: AsyncClient, quiet: AsyncInbox, clock: AsyncFakeClock) -> None:
    job = await submitted(client, "queue=0, run=0, fail-with=MODEL_PREDICT_ERROR, webhook=lost")
    with pytest.raises(AsyncRequestFailed, match="MODEL_PREDICT_ERROR: the model's code raised"):
        await job.result(quiet, response_model=Transcript)


async def test_a_failure_is_told_when_its_status_is_no_longer_kept(
    client: AsyncClient, emu: Emulator, quiet: AsyncInbox, store: MemoryStore
) -> None:
    job = await submitted(client, "queue=0, run=0, webhook=astray")
    emu.advance(4000)
    store.add([stored(job, errors=[{"code": "MODEL_UNAVAILABLE", "message": "gone", "more": 1}])])
    with pytest.raises(AsyncRequestFailed, match="MODEL_UNAVAILABLE: gone") as caught:
        await job.result(quiet)
    assert caught.value.status.errors[0].code == "MODEL_UNAVAILABLE"


async def test_an_expired_request_is_no_failed_one(
    client: AsyncClient, quiet: AsyncInbox, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=100, webhook=astray")
    with pytest.raises(AsyncRequestExpired, match="Raise max_time_in_queue_seconds"):
        await job.result(quiet)
    assert 20 <= sum(clock.sleeps) < 40


async def test_an_expired_request_whose_delivery_came_is_no_failed_one(
    client: AsyncClient, emu: Emulator, quiet: AsyncInbox, store: MemoryStore
) -> None:
    job = await submitted(client, "queue=100, webhook=astray")
    emu.advance(30)
    store.add([stored(job, errors=[{"code": "MODEL_UNAVAILABLE", "message": "too long"}])])
    with pytest.raises(AsyncRequestExpired):
        await job.result(quiet)


async def test_a_canceled_request_gives_nothing(client: AsyncClient, quiet: AsyncInbox, clock: AsyncFakeClock) -> None:
    job = await submitted(client, "queue=15")
    await job.cancel()
    with pytest.raises(AsyncRequestCanceled):
        await job.result(quiet)


async def test_an_output_that_went_elsewhere_is_told(
    client: AsyncClient, quiet: AsyncInbox, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=0, run=0, webhook=astray")
    with pytest.raises(DeliveredElsewhere, match=r"not to this inbox.*webhook_endpoint=inbox.url") as caught:
        await job.result(quiet)
    assert caught.value.status.webhook_status == "SUCCEEDED"
    assert sum(clock.sleeps) < 6


async def test_an_output_that_is_lost_is_told(client: AsyncClient, quiet: AsyncInbox, clock: AsyncFakeClock) -> None:
    job = await submitted(client, "queue=0, run=0, webhook=lost")
    with pytest.raises(WebhookDeliveryFailed, match="submit the request again"):
        await job.result(quiet)
    assert sum(clock.sleeps) < 6


async def test_a_lost_delivery_that_was_stored_all_the_same_is_an_output(
    client: AsyncClient, quiet: AsyncInbox, store: MemoryStore, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=0, run=0, webhook=lost")

    def pass_elsewhere(seconds: float) -> None:
        if sum(clock.sleeps) > 2:
            store.add([stored(job, "late")])

    clock._pass_elsewhere = pass_elsewhere
    assert await job.result(quiet) == "late"


async def test_a_request_without_a_webhook_cannot_be_waited_for(
    client: AsyncClient, quiet: AsyncInbox, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=15", None)
    with pytest.raises(WebhookDeliveryFailed, match="without a webhook_endpoint"):
        await job.result(quiet)
    assert sum(clock.sleeps) < 5


async def test_a_delivery_that_never_ends_is_waited_for_a_minute(
    client: AsyncClient, quiet: AsyncInbox, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=0, run=0, webhook-delay=10000")
    with pytest.raises(WebhookDeliveryFailed, match="had not arrived 60 s later"):
        await job.result(quiet)
    assert 60 <= sum(clock.sleeps) < 65


async def test_an_output_that_takes_too_long_is_late_and_the_request_goes_on(
    client: AsyncClient, emu: Emulator, quiet: AsyncInbox, store: MemoryStore, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=15, run=100")
    with pytest.raises(DeadlineExceeded, match=r"had not arrived after 18 s\. The request was IN_PROGRESS") as caught:
        await job.result(quiet, deadline=18)
    assert (caught.value.limit, caught.value.request_id) == (18, job.request_id)
    assert "result() again with a larger deadline=" in str(caught.value)
    assert "max_retries" not in str(caught.value)
    assert sum(clock.sleeps) == pytest.approx(18)
    store.add([stored(job, "done")])
    assert await job.result(quiet) == "done"


async def test_a_request_that_nobody_knows_is_not_found(
    client: AsyncClient, quiet: AsyncInbox, clock: AsyncFakeClock
) -> None:
    job = client.deployments("abcd1234").job("0" * 32)
    with pytest.raises(NotFoundError) as caught:
        await job.result(quiet)
    assert "its output is gone: submit it again" in caught.value.__notes__[0]


async def test_a_service_that_does_not_answer_does_not_end_the_wait(
    client: AsyncClient, emu: Emulator, quiet: AsyncInbox, store: MemoryStore, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=15")
    emu.script(["status=503", "status=429", "drop", "status=502"] * 3)

    def pass_elsewhere(seconds: float) -> None:
        if sum(clock.sleeps) > 15:
            store.add([stored(job, "all the same")])

    clock._pass_elsewhere = pass_elsewhere
    assert await job.result(quiet, max_retries=0) == "all the same"


async def test_a_key_that_is_refused_ends_the_wait(
    client: AsyncClient, emu: Emulator, quiet: AsyncInbox, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=15")
    emu.script(["status=403"])
    with pytest.raises(AuthenticationError):
        await job.result(quiet)


async def test_questions_keep_to_their_pace_however_many_wait(
    client: AsyncClient, emu: Emulator, quiet: AsyncInbox, clock: AsyncFakeClock
) -> None:
    for _ in range(100):
        client._service.pacing.reserve(clock.now())
    job = await submitted(client, "queue=0, run=0, webhook=astray")
    with pytest.raises(DeliveredElsewhere):
        await job.result(quiet)
    assert sum(clock.sleeps) > 100 / 20


# --- inboxes


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_a_port_that_is_taken_is_told(client: AsyncClient, taken: int, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=rf"cannot listen on 127\.0\.0\.1:{taken}"):
        async with client.webhooks.listen(secrets=SECRET, port=taken, store=tmp_path / "jobs.jsonl"):
            raise AssertionError
    SQLiteStore(tmp_path / "jobs.sqlite").close()


async def test_the_url_is_yours_where_baseten_comes_another_way(client: AsyncClient) -> None:
    async with client.webhooks.listen(secrets=SECRET, port=0, url=ELSEWHERE) as inbox:
        assert inbox.url == ELSEWHERE
        assert ELSEWHERE in repr(inbox)
        assert SECRET not in repr(vars(inbox))


@pytest.mark.parametrize("url", ["http://example.com", "example.com", "ftp://example.com"])
async def test_a_url_that_baseten_cannot_post_to_is_refused(client: AsyncClient, url: str) -> None:
    with pytest.raises(InvalidRequestError, match="url must be"):
        async with client.webhooks.listen(secrets=SECRET, port=0, url=url):
            raise AssertionError
    with pytest.raises(InvalidRequestError, match="url must be"):
        client.webhooks.inbox(MemoryStore(), url=url)


async def test_what_was_received_is_there_after_a_restart(client: AsyncClient, emu: Emulator, tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    async with client.webhooks.listen(secrets=[], port=0, store=path, allow_unsigned=True) as inbox:
        job = await submitted(client, "queue=0, run=0", inbox.url)
        emu.deliveries.wait_for(1)
    async with client.webhooks.listen(secrets=[], port=0, store=path, allow_unsigned=True) as inbox:
        assert await job.result(inbox, deadline=30) == {"text": "hello"}


# unasync: remove
async def test_many_outputs_are_awaited_side_by_side(client: AsyncClient, emu: Emulator) -> None:
    outputs: list[JsonValue] = []

    async def one(inbox: AsyncInbox) -> None:
        job = await submitted(client, "queue=0, run=0.3", inbox.url)
        outputs.append(await job.result(inbox, deadline=30))

    async with client.webhooks.listen(secrets=[], port=0, allow_unsigned=True) as inbox:
        async with anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(one, inbox)
        assert inbox._waiting == {}
    assert outputs == [{"text": "hello"}] * 100


async def test_a_waiter_that_is_cancelled_is_forgotten(client: AsyncClient, quiet: AsyncInbox) -> None:
    job = await submitted(client, "queue=100")
    with anyio.move_on_after(0.05) as scope:
        await job.result(quiet)
    assert scope.cancelled_caught
    assert quiet._waiting == {}


# unasync: end
