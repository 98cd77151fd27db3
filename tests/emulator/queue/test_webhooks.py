from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest

from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.queue.webhooks import sign
from tests.emulator.receiver import Receiver, receiver

SECRET = "whsec_" + "a" * 40
MODEL = "/model/abcd1234"


class Service:
    def __init__(self, emu: Emulator, http: httpx.Client, inbox: Receiver) -> None:
        self.emu = emu
        self.http = http
        self.inbox = inbox

    def submit(self, spec: str = "request-id=on", url: str | None = None) -> str:
        body = {"model_input": {"a": "é"}, "webhook_endpoint": url or self.inbox.url}
        reply = self.http.post(
            f"{MODEL}/production/async_predict", json=body, headers={"x-emulator": f"queue=0, run=0, {spec}"}
        )
        found: str = reply.json()["request_id"]
        return found

    def status(self, request_id: str) -> tuple[str, str]:
        body = self.http.get(f"{MODEL}/async_request/{request_id}").json()
        return body["status"], body["webhook_status"]


@pytest.fixture
def service() -> Iterator[Service]:
    with (
        receiver() as inbox,
        Emulator(webhook_secrets=[SECRET], webhook_interval=0.01) as emu,
        httpx.Client(
            base_url=emu.url, headers={"authorization": f"Bearer {emu.api_key}"}, trust_env=False, verify=False
        ) as http,
    ):
        yield Service(emu, http, inbox)


def digest(secret: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_a_result_is_delivered_signed_over_the_raw_body(service: Service) -> None:
    request_id = service.submit()
    (delivery,) = service.emu.deliveries.wait_for(1)
    (body,) = service.inbox.bodies
    (headers,) = service.inbox.headers
    assert headers["x-baseten-signature"] == digest(SECRET, body)
    assert headers["x-baseten-request-id"] == request_id
    assert headers["content-type"] == "application/json"
    assert (delivery.attempt, delivery.status_code, delivery.body, delivery.url) == (1, 200, body, service.inbox.url)
    payload = delivery.json
    assert isinstance(payload, dict)
    assert set(payload) == {"request_id", "model_id", "deployment_id", "type", "time", "data", "errors"}
    assert payload["data"] == {"a": "é"}
    assert payload["type"] == "async_request_completed"
    assert abs(datetime.fromisoformat(str(payload["time"])).timestamp() - time.time()) < 60
    assert service.status(request_id) == ("SUCCEEDED", "SUCCEEDED")


def test_a_failure_is_delivered_without_data(service: Service) -> None:
    request_id = service.submit("fail-with=MODEL_PREDICT_ERROR")
    payload = service.emu.deliveries.wait_for(1)[0].json
    assert isinstance(payload, dict)
    assert payload["data"] is None
    assert payload["errors"] == [{"code": "MODEL_PREDICT_ERROR", "message": "the model's code raised"}]
    assert service.status(request_id) == ("FAILED", "SUCCEEDED")


def test_both_secrets_sign_during_a_rotation_and_only_two(service: Service) -> None:
    second = service.emu.rotate_webhook_secret()
    assert service.emu.webhook_secrets == (second, SECRET)
    assert len(second) == len(SECRET)
    service.submit()
    service.emu.deliveries.wait_for(1)
    (body,), (headers,) = service.inbox.bodies, service.inbox.headers
    assert headers["x-baseten-signature"] == f"{digest(second, body)},{digest(SECRET, body)}"
    third = service.emu.rotate_webhook_secret()
    assert service.emu.webhook_secrets == (third, second)


def test_without_a_secret_nothing_is_signed() -> None:
    with receiver() as inbox, Emulator() as emu:
        body = {"model_input": {}, "webhook_endpoint": inbox.url}
        headers = {"authorization": f"Bearer {emu.api_key}"}
        httpx.post(f"{emu.url}{MODEL}/production/async_predict", json=body, headers=headers)
        emu.deliveries.wait_for(1)
        assert "x-baseten-signature" not in inbox.headers[0]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_s_error_is_tried_again(service: Service, status: int) -> None:
    service.inbox.statuses = [status]
    request_id = service.submit()
    first, second = service.emu.deliveries.wait_for(2)
    assert [(each.attempt, each.status_code) for each in (first, second)] == [(1, status), (2, 200)]
    assert service.status(request_id) == ("SUCCEEDED", "SUCCEEDED")


def test_after_the_last_attempt_the_output_is_lost(service: Service) -> None:
    service.inbox.statuses = [503] * 5
    request_id = service.submit()
    service.emu.deliveries.wait_for(2)
    assert service.status(request_id) == ("WEBHOOK_FAILED", "FAILED")
    assert len(service.inbox.statuses) == 3


@pytest.mark.parametrize("status", [302, 400, 404, 429])
def test_any_other_refusal_ends_the_delivery(service: Service, status: int) -> None:
    service.inbox.statuses = [status]
    request_id = service.submit()
    assert service.emu.deliveries.wait_for(1)[0].status_code == status
    assert service.status(request_id) == ("WEBHOOK_FAILED", "FAILED")


def test_an_endpoint_that_does_not_answer_in_time_has_failed() -> None:
    with receiver() as inbox, Emulator(webhook_timeout=0.05) as emu:
        inbox.silent = True
        body = {"model_input": {}, "webhook_endpoint": inbox.url}
        headers = {"authorization": f"Bearer {emu.api_key}"}
        httpx.post(f"{emu.url}{MODEL}/production/async_predict", json=body, headers=headers)
        (delivery,) = emu.deliveries.wait_for(1)
        assert (delivery.status_code, delivery.error) == (None, "no answer within 0.05 seconds")


def test_an_endpoint_that_is_not_there_has_failed(service: Service) -> None:
    service.submit(url="http://127.0.0.1:1/")
    assert "Connect" in str(service.emu.deliveries.wait_for(1)[0].error)


def test_a_delivery_may_come_twice(service: Service) -> None:
    service.submit("webhook=duplicate")
    first, second = service.emu.deliveries.wait_for(2)
    assert first.request_id == second.request_id
    assert len(service.inbox.bodies) == 2


@pytest.mark.parametrize(
    ("handling", "outcome"), [("lost", ("WEBHOOK_FAILED", "FAILED")), ("astray", ("SUCCEEDED", "SUCCEEDED"))]
)
def test_a_delivery_may_never_come(service: Service, handling: str, outcome: tuple[str, str]) -> None:
    missing = service.submit(f"webhook={handling}")
    service.submit()
    service.emu.deliveries.wait_for(1)
    assert service.status(missing) == outcome
    assert len(service.inbox.bodies) == 1


def test_a_canceled_job_delivers_nothing() -> None:
    with receiver() as inbox, Emulator(clock=lambda: 1.0, queue_seconds=10, run_seconds=10) as emu:
        headers = {"authorization": f"Bearer {emu.api_key}"}
        body = {"model_input": {}, "webhook_endpoint": inbox.url}
        path = f"{emu.url}{MODEL}"
        ids = [
            httpx.post(f"{path}/production/async_predict", json=body, headers=headers).json()["request_id"]
            for _ in range(2)
        ]
        httpx.delete(f"{path}/async_request/{ids[0]}", headers=headers)
        canceled = httpx.get(f"{path}/async_request/{ids[0]}", headers=headers).json()
        assert (canceled["status"], canceled["webhook_status"]) == ("CANCELED", "CANCELED")
        waiting = httpx.get(f"{path}/async_request/{ids[1]}", headers=headers).json()
        assert waiting["webhook_status"] == "PENDING"
        emu.advance(20)
        assert [each.request_id for each in emu.deliveries.wait_for(1)] == [ids[1]]


def test_stopping_ends_deliveries_that_wait() -> None:
    with receiver() as inbox:
        inbox.silent = True
        with Emulator(queue_seconds=0, run_seconds=0, webhook_timeout=60) as emu:
            headers = {"authorization": f"Bearer {emu.api_key}"}
            body = {"model_input": {}, "webhook_endpoint": inbox.url}
            httpx.post(f"{emu.url}{MODEL}/production/async_predict", json=body, headers=headers)
        assert len(emu.deliveries) == 0


def test_a_signature_is_lower_case_hex_under_the_whole_secret() -> None:
    body = b'{"a":1}'
    assert sign(body, [SECRET, "b"]) == f"{digest(SECRET, body)},{digest('b', body)}"


def test_attempts_are_two_seconds_apart_on_the_clock() -> None:
    with receiver() as inbox, Emulator(clock=lambda: 1.0, queue_seconds=0, run_seconds=0) as emu:
        inbox.statuses = [503, 503, 503]
        headers = {"authorization": f"Bearer {emu.api_key}"}
        body = {"model_input": {}, "webhook_endpoint": inbox.url}
        httpx.post(f"{emu.url}{MODEL}/production/async_predict", json=body, headers=headers)
        assert emu.deliveries.wait_for(1)[0].status_code == 503
        emu.advance(1.9)
        assert len(emu.deliveries) == 1
        emu.advance(0.1)
        assert [each.attempt for each in emu.deliveries.wait_for(2)] == [1, 2]
        assert len(inbox.statuses) == 1


def test_a_delivery_may_be_late() -> None:
    with receiver() as inbox, Emulator(clock=lambda: 1.0, queue_seconds=0, run_seconds=0) as emu:
        headers = {"authorization": f"Bearer {emu.api_key}", "x-emulator": "webhook-delay=30"}
        body = {"model_input": {"n": 1}, "webhook_endpoint": inbox.url}
        httpx.post(f"{emu.url}{MODEL}/production/async_predict", json=body, headers=headers)
        (job,) = emu.jobs
        emu.advance(29)
        status = httpx.get(f"{emu.url}{MODEL}/async_request/{job.request_id}", headers=headers).json()
        assert (status["status"], status["webhook_status"]) == ("SUCCEEDED", "PENDING")
        emu.advance(1)
        emu.deliveries.wait_for(1)
        assert (job.model_input, job.webhook_status) == ({"n": 1}, "SUCCEEDED")


def test_a_replaced_secret_signs_for_a_day() -> None:
    with Emulator(clock=lambda: 1.0, webhook_secrets=[SECRET]) as emu:
        second = emu.rotate_webhook_secret()
        emu.advance(24 * 3600)
        assert SECRET in emu.webhook_secrets
        emu.advance(1)
        assert emu.webhook_secrets[0] == second
        assert len(emu.webhook_secrets) == 1


def test_nothing_is_tried_again_after_a_timeout() -> None:
    with receiver() as inbox, Emulator(webhook_timeout=0.05, webhook_interval=0) as emu:
        inbox.silent = True
        headers = {"authorization": f"Bearer {emu.api_key}", "x-emulator": "queue=0, run=0"}
        body = {"model_input": {}, "webhook_endpoint": inbox.url}
        httpx.post(f"{emu.url}{MODEL}/production/async_predict", json=body, headers=headers)
        emu.deliveries.wait_for(1)
        (job,) = emu.jobs
        assert job.webhook_status == "FAILED"
    assert len(emu.deliveries) == 1
