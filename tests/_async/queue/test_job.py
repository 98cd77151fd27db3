"""Async requests over a socket: submission, status, cancelling and waiting, on clocks that nobody waits for."""

from __future__ import annotations

import pytest

from baseten_sdk import (
    APIConnectionError,
    AsyncClient,
    AsyncJob,
    AsyncRequestCanceled,
    AsyncRequestError,
    AsyncRequestExpired,
    AsyncRequestFailed,
    BadGatewayError,
    DeadlineExceeded,
    FirstByteTimeout,
    InferenceRetryConfig,
    InternalServerError,
    InvalidRequestError,
    Limits,
    NotFoundError,
    RateLimitError,
    ResponseValidationError,
    ServiceUnavailableError,
    Timeout,
    WebhookDeliveryFailed,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests._async.fake_clock import AsyncFakeClock
from tests.asking import IDLE, behaving, fields, only
from tests.emulator.receiver import receiver
from tests.patience import growing

pytestmark = pytest.mark.anyio

HOOK = "https://example.com/hook?x=1"


async def submitted(client: AsyncClient, spec: str = "queue=5, run=5", hook: str | None = None) -> AsyncJob:
    return await client.deployments("abcd1234").async_predict(
        {"a": 1}, webhook_endpoint=hook, extra_headers=behaving(spec)
    )


async def test_every_field_is_sent(client: AsyncClient, emu: Emulator) -> None:
    job = await client.deployments("abcd1234").async_predict(
        {"prompt": "é"},
        webhook_endpoint=HOOK,
        priority=2,
        max_time_in_queue_seconds=259_200,
        inference_retry_config={"max_attempts": 10, "initial_delay_ms": 0, "max_delay_ms": 60_000},
        extra_body={"model_input": {"prompt": "replaced"}, "new": None},
    )
    request = only(emu)
    assert (request.method, request.path) == ("POST", "/model/abcd1234/environments/production/async_predict")
    assert fields(request) == {
        "model_input": {"prompt": "replaced"},
        "webhook_endpoint": HOOK,
        "priority": 2,
        "max_time_in_queue_seconds": 259_200,
        "inference_retry_config": {"max_attempts": 10, "initial_delay_ms": 0, "max_delay_ms": 60_000},
        "new": None,
    }
    assert request.headers["content-type"] == "application/json"
    assert len(job.request_id) == 32
    assert job.model_id == "abcd1234"
    assert job.request_id in repr(job)


async def test_nothing_is_sent_but_what_was_given(client: AsyncClient, emu: Emulator) -> None:
    await client.deployments("abcd1234").async_predict({"a": None}, session="s", request_id="mine")
    assert fields(only(emu)) == {"model_input": {"a": None}}
    assert only(emu).headers["x-session-affinity"] == "s"
    assert only(emu).headers["x-baseten-customer-request-id"] == "mine"


@pytest.mark.parametrize("endpoint", ["http://localhost:8000/x", "http://127.0.0.1/x", "http://[::1]:1/x", HOOK])
async def test_a_webhook_is_https_or_local(client: AsyncClient, emu: Emulator, endpoint: str) -> None:
    await client.deployments("abcd1234").async_predict(
        {}, webhook_endpoint=endpoint, extra_headers=behaving("webhook=astray, queue=0, run=0")
    )
    assert fields(only(emu))["webhook_endpoint"] == endpoint


@pytest.mark.parametrize(
    "endpoint",
    ["http://example.com", "ftp://example.com", "example.com/x", "", "https://", "https://a b/", "https://["],
)
async def test_any_other_webhook_is_refused(client: AsyncClient, emu: Emulator, endpoint: str) -> None:
    with pytest.raises(InvalidRequestError, match="webhook_endpoint"):
        await client.deployments("abcd1234").async_predict({}, webhook_endpoint=endpoint)
    assert len(emu.requests) == 0


@pytest.mark.parametrize("priority", [-1, 3, True])
async def test_priority_has_limits(client: AsyncClient, emu: Emulator, priority: int) -> None:
    with pytest.raises(InvalidRequestError, match="priority must be an integer from 0 to 2"):
        await client.deployments("abcd1234").async_predict({}, priority=priority)
    assert len(emu.requests) == 0


@pytest.mark.parametrize("seconds", [9, 259_201])
async def test_time_in_the_queue_has_limits(client: AsyncClient, emu: Emulator, seconds: int) -> None:
    with pytest.raises(InvalidRequestError, match="max_time_in_queue_seconds"):
        await client.deployments("abcd1234").async_predict({}, max_time_in_queue_seconds=seconds)
    assert len(emu.requests) == 0


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 11}, "max_attempts"),
        ({"initial_delay_ms": -1}, "initial_delay_ms"),
        ({"initial_delay_ms": 10_001}, "initial_delay_ms"),
        ({"max_delay_ms": 60_001}, "max_delay_ms"),
        ({"max_retries": 1}, "max_retries"),
    ],
)
async def test_the_retry_config_has_limits(
    client: AsyncClient, emu: Emulator, config: InferenceRetryConfig, name: str
) -> None:
    with pytest.raises(InvalidRequestError, match=name):
        await client.deployments("abcd1234").async_predict({}, inference_retry_config=config)
    assert len(emu.requests) == 0


async def test_a_body_that_is_too_large_is_refused_before_it_is_sent(client: AsyncClient, emu: Emulator) -> None:
    frame = len(b'{"model_input":{"a":""}}')
    fits = {"a": "x" * (256 * 1024 - frame)}
    await client.deployments("abcd1234").async_predict(fits)
    assert len(only(emu).body) == 262_144
    with pytest.raises(InvalidRequestError, match=r"262,145 bytes.*Limits\(async_payload"):
        await client.deployments("abcd1234").async_predict({"a": f"{fits['a']}x"})
    assert len(emu.requests) == 1


async def test_the_status_is_read(client: AsyncClient, clock: AsyncFakeClock) -> None:
    job = await submitted(client)
    status = await client.async_requests.get(job.request_id, model_id="abcd1234")
    assert (status.request_id, status.model_id) == (job.request_id, "abcd1234")
    assert (status.status, status.webhook_status, status.errors) == ("QUEUED", "NO_WEBHOOK_PROVIDED", [])
    assert not status.is_terminal
    assert status.raise_for_status() is status
    assert status.created_at is not None
    assert status.created_at.utcoffset() is not None
    assert status.meta.status_code == 200
    clock._pass_elsewhere(7)
    assert (await job.status()).status == "IN_PROGRESS"


async def test_a_request_that_nobody_knows_is_not_found(client: AsyncClient) -> None:
    with pytest.raises(NotFoundError, match="does not exist"):
        await client.async_requests.get("0" * 32, model_id="abcd1234")
    job = await submitted(client)
    with pytest.raises(NotFoundError):
        await client.async_requests.get(job.request_id, model_id="another1")


async def test_the_status_of_a_regional_request_is_at_its_host(client: AsyncClient, emu: Emulator) -> None:
    job = await client.deployments("abcd1234", regional="prod-us").async_predict({})
    await client.async_requests.get(job.request_id, model_id="abcd1234", regional="prod-us")
    await client.async_requests.cancel(job.request_id, model_id="abcd1234", regional="prod-us")
    path = f"/regional/abcd1234/prod-us/async_request/{job.request_id}"
    assert [(request.method, request.path) for request in emu.requests[1:]] == [("GET", path), ("DELETE", path)]


async def test_a_queued_request_is_canceled(client: AsyncClient, emu: Emulator) -> None:
    job = await submitted(client, "queue=100")
    result = await job.cancel()
    assert result.canceled
    assert result.request_id == job.request_id
    assert result.message
    assert (emu.requests[-1].method, emu.requests[-1].body) == ("DELETE", b"")
    with pytest.raises(AsyncRequestCanceled) as caught:
        (await job.wait()).raise_for_status()
    assert caught.value.status.status == "CANCELED"


async def test_canceling_too_late_is_a_result_not_an_error(client: AsyncClient) -> None:
    job = await submitted(client, "queue=0, run=100")
    result = await client.async_requests.cancel(job.request_id, model_id="abcd1234")
    assert result.canceled is False
    assert result.meta.status_code == 200


async def test_waiting_ends_with_success(client: AsyncClient, emu: Emulator, clock: AsyncFakeClock) -> None:
    job = await submitted(client, "queue=20, run=20")
    status = await job.wait()
    assert status.succeeded
    assert status.is_terminal
    assert status.raise_for_status() is status
    assert 40 <= sum(clock.sleeps) <= 60
    assert clock.sleeps[0] < 1
    assert clock.sleeps == sorted(clock.sleeps)
    assert len(emu.requests) < 20


@pytest.mark.parametrize(
    ("spec", "state", "error", "complaint"),
    [
        ("fail-with=MODEL_PREDICT_ERROR", "FAILED", AsyncRequestFailed, "MODEL_PREDICT_ERROR: the model's code raised"),
        ("queue=100", "EXPIRED", AsyncRequestExpired, "expired in the queue"),
    ],
)
async def test_waiting_ends_with_a_failure_that_raises_on_demand(
    client: AsyncClient,
    clock: AsyncFakeClock,
    spec: str,
    state: str,
    error: type[AsyncRequestError],
    complaint: str,
) -> None:
    job = await client.deployments("abcd1234").async_predict(
        {}, max_time_in_queue_seconds=10, extra_headers=behaving(spec)
    )
    status = await job.wait()
    assert status.status == state
    assert status.is_terminal
    assert not status.succeeded
    assert len(status.errors) == 1
    with pytest.raises(error, match=complaint) as caught:
        status.raise_for_status()
    assert caught.value.status is status


async def test_waiting_includes_the_delivery(client: AsyncClient, emu: Emulator) -> None:
    with receiver() as inbox:
        job = await submitted(client, "queue=0, run=0", inbox.url)
        status = await job.wait(deadline=5)
    assert status.succeeded
    assert status.webhook_status == "SUCCEEDED"
    assert len(inbox.bodies) == 1


async def test_an_output_that_is_lost_is_a_failure(client: AsyncClient, emu: Emulator) -> None:
    job = await submitted(client, "queue=0, run=0, webhook=lost", HOOK)
    status = await job.wait(deadline=5)
    assert status.status == "WEBHOOK_FAILED"
    with pytest.raises(WebhookDeliveryFailed, match="submit the request again"):
        status.raise_for_status()


async def test_a_delivery_that_never_ends_is_waited_for_a_minute(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    with receiver() as inbox:
        inbox.silent = True
        job = await submitted(client, "queue=0, run=0", inbox.url)
        status = await job.wait()
    assert status.delivery_pending
    assert status.succeeded
    assert 60 <= sum(clock.sleeps) <= 80


async def test_waiting_has_a_deadline_after_which_the_request_goes_on(
    client: AsyncClient, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=100, run=1")
    with pytest.raises(DeadlineExceeded, match=r"was still QUEUED after 10 s\. It continues") as caught:
        await job.wait(deadline=10)
    assert caught.value.request_id == job.request_id
    assert caught.value.limit == 10
    assert str(caught.value).endswith(
        f"It continues. Call wait() again with a larger deadline=, or use a webhook. [request id {job.request_id}]"
    )
    assert sum(clock.sleeps) <= 10
    assert (await job.wait()).succeeded


async def test_a_question_that_the_deadline_cuts_off_is_the_end_of_the_waiting(
    client: AsyncClient, emu: Emulator
) -> None:
    job = await submitted(client, "queue=100, run=1")
    emu.script(["hang"])
    with pytest.raises(DeadlineExceeded, match=r"had not ended after 0\.1 s. It continues"):
        await job.wait(deadline=0.1)


async def test_waiting_bears_with_a_busy_service(client: AsyncClient, emu: Emulator, clock: AsyncFakeClock) -> None:
    job = await submitted(client, "queue=2, run=2")
    emu.script(["status=429", "status=503", None, "status=502"])
    assert (await job.wait()).succeeded


async def test_waiting_outlasts_what_repetitions_do_not(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=2, run=2")
    emu.script(["status=503", "status=429", "drop", "status=500"])
    assert (await job.wait(max_retries=0)).succeeded


async def test_waiting_in_vain_tells_what_the_trouble_was(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    job = await submitted(client, "queue=0, run=0")
    emu.script(["status=503"] * 50)
    with pytest.raises(DeadlineExceeded, match="had not ended after 10 s") as caught:
        await job.wait(deadline=10, max_retries=0)
    assert isinstance(caught.value.__cause__, ServiceUnavailableError)


async def test_waiting_ends_where_there_is_nothing_to_wait_for(client: AsyncClient, clock: AsyncFakeClock) -> None:
    with pytest.raises(NotFoundError):
        await client.deployments("abcd1234").job("0" * 32).wait(deadline=10)


async def test_status_calls_are_spaced_out(client: AsyncClient, emu: Emulator, clock: AsyncFakeClock) -> None:
    job = await submitted(client)
    sent = len(emu.requests)
    began = clock.time
    for _ in range(10):
        await job.status()
        await job.cancel()
        await client.deployments("abcd1234").queue_status()
        await client.with_options(session="other").async_requests.get(job.request_id, model_id="abcd1234")
    assert len(emu.requests) - sent == 40
    assert 39 / 20 <= clock.time - began < 39 / 20 * 1.2
    assert max(clock.sleeps) == pytest.approx(min(clock.sleeps))


async def test_the_pace_of_status_calls_may_be_changed(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(
        transport=transport, api_key=emu.api_key, endpoints=emu.endpoints, limits=Limits(status_calls=1)
    ) as client:
        clock = AsyncFakeClock()
        client._service.caller.clock = clock
        await client.deployments("abcd1234").queue_status()
        await client.deployments("abcd1234").queue_status()
        assert len(clock.sleeps) == 1
        assert 1 <= clock.sleeps[0] < 1.2


async def test_the_turn_of_a_status_call_is_waited_for_within_its_deadline(
    client: AsyncClient, emu: Emulator, clock: AsyncFakeClock
) -> None:
    job = await submitted(client)
    sent = len(emu.requests)
    await job.status()
    for call in (job.status, job.cancel, client.deployments("abcd1234").queue_status):
        with pytest.raises(DeadlineExceeded, match=r"Did not begin.*async requests.*the deadline is 0\.05 s") as caught:
            await call(deadline=0.05)
        assert caught.value.phase == "pace"
    assert not clock.sleeps
    assert len(emu.requests) - sent == 1
    for limit in growing(0.1):
        emu.script(["hang"])
        with pytest.raises(DeadlineExceeded) as cut:
            await job.status(deadline=limit)
        assert cut.value.limit == limit
        if "waiting for the reply" in str(cut.value):
            break


@pytest.mark.parametrize(
    ("status", "error"), [(429, RateLimitError), (503, ServiceUnavailableError), (529, InternalServerError)]
)
async def test_a_submission_that_was_not_taken_is_made_again(
    client: AsyncClient, emu: Emulator, status: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await submitted(client, f"status={status}")
    assert len(emu.requests) == (1 if status == 529 else 3)


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        ("status=500", InternalServerError),
        ("status=502", BadGatewayError),
        ("status=504", InternalServerError),
        ("drop", APIConnectionError),
        ("drop, reset", APIConnectionError),
        ("hang", FirstByteTimeout),
        ("reply=empty", ResponseValidationError),
    ],
)
async def test_a_submission_that_may_have_been_taken_is_not_made_again(
    client: AsyncClient, emu: Emulator, spec: str, error: type[Exception]
) -> None:
    hasty = client.with_options(timeout=Timeout(first_byte=0.1 if spec == "hang" else 60), max_retries=5)
    with pytest.raises(error):
        await submitted(hasty, spec)
    assert len(emu.requests.wait_for(1)) == 1
    assert IDLE in repr(client)


async def test_a_capacity_refusal_is_tried_again_until_it_is_taken(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["capacity", "capacity"])
    job = await client.deployments("abcd1234").async_predict({})
    assert len(emu.requests) == 3
    assert len(job.request_id) == 32
    assert len({request.body for request in emu.requests}) == 1
