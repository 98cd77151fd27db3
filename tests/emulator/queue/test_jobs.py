from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from baseten_sdk.emulator import Emulator

MODEL = "/model/abcd1234"
SUBMIT = f"{MODEL}/production/async_predict"


class Service:
    """An emulator whose clock only tests move, with 10 seconds in the queue and 20 of running."""

    def __init__(self, emu: Emulator, http: httpx.Client) -> None:
        self.emu = emu
        self.http = http

    def submit(self, spec: str = "request-id=on", **fields: object) -> str:
        reply = self.http.post(SUBMIT, json={"model_input": {"a": 1}, **fields}, headers={"x-emulator": spec})
        assert reply.status_code == 201
        assert set(reply.json()) == {"request_id"}
        request_id: str = reply.json()["request_id"]
        return request_id

    def get(self, request_id: str) -> httpx.Response:
        return self.http.get(f"{MODEL}/async_request/{request_id}")

    def status(self, request_id: str) -> str:
        found: str = self.get(request_id).json()["status"]
        return found

    def cancel(self, request_id: str) -> dict[str, object]:
        reply = self.http.delete(f"{MODEL}/async_request/{request_id}")
        assert reply.status_code == 200
        found: dict[str, object] = reply.json()
        return found


@pytest.fixture
def service() -> Iterator[Service]:
    with (
        Emulator(clock=lambda: 1_000_000.0, queue_seconds=10, run_seconds=20) as emu,
        httpx.Client(
            base_url=emu.url, headers={"authorization": f"Bearer {emu.api_key}"}, trust_env=False, verify=False
        ) as http,
    ):
        yield Service(emu, http)


def test_a_job_goes_through_its_states_on_the_clock(service: Service) -> None:
    request_id = service.submit()
    assert len(request_id) == 32
    seen: list[str] = []
    for seconds in (0, 9.9, 0.1, 19.9, 0.1):
        service.emu.advance(seconds)
        seen.append(service.status(request_id))
    assert seen == ["QUEUED", "QUEUED", "IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"]


def test_a_status_has_exactly_the_fields_of_the_service(service: Service) -> None:
    request_id = service.submit()
    service.emu.advance(30)
    assert service.get(request_id).json() == {
        "request_id": request_id,
        "model_id": "abcd1234",
        "deployment_id": "xxfp5ym",
        "status": "SUCCEEDED",
        "webhook_status": "NO_WEBHOOK_PROVIDED",
        "created_at": "1970-01-12T13:46:40.000000Z",
        "status_at": "1970-01-12T13:47:10.000000Z",
        "errors": [],
    }


def test_a_status_is_kept_for_an_hour(service: Service) -> None:
    request_id = service.submit()
    service.emu.advance(30 + 3600)
    assert service.status(request_id) == "SUCCEEDED"
    service.emu.advance(1)
    assert service.get(request_id).status_code == 404
    assert service.get("0" * 32).status_code == 404


def test_a_status_belongs_to_its_model(service: Service) -> None:
    request_id = service.submit()
    assert service.http.get(f"/model/other123/async_request/{request_id}").status_code == 404
    assert service.http.get(f"/chain/abcd1234/async_request/{request_id}").status_code == 404
    assert service.http.get(f"/regional/abcd1234/eu/async_request/{request_id}").status_code == 200


def test_only_a_queued_job_can_be_canceled_and_a_refusal_is_a_200(service: Service) -> None:
    queued, running, done = service.submit(), service.submit("queue=0"), service.submit("queue=0, run=0")
    answers = {request_id: service.cancel(request_id)["canceled"] for request_id in (queued, running, done)}
    assert answers == {queued: True, running: False, done: False}
    assert [service.status(request_id) for request_id in answers] == ["CANCELED", "IN_PROGRESS", "SUCCEEDED"]
    assert service.cancel(queued)["canceled"] is False
    service.emu.advance(100)
    assert service.status(queued) == "CANCELED"


def test_a_job_that_waits_too_long_expires(service: Service) -> None:
    request_id = service.submit("queue=1000", max_time_in_queue_seconds=60)
    service.emu.advance(59)
    assert service.status(request_id) == "QUEUED"
    service.emu.advance(2)
    assert service.status(request_id) == "EXPIRED"
    assert service.get(request_id).json()["errors"]
    by_default = service.submit("queue=601")
    service.emu.advance(600)
    assert service.status(by_default) == "EXPIRED"


@pytest.mark.parametrize("code", ["MODEL_PREDICT_ERROR", "MODEL_PREDICT_TIMEOUT", "SOMETHING_NEW"])
def test_a_job_may_fail_with_a_code(service: Service, code: str) -> None:
    request_id = service.submit(f"fail-with={code}")
    service.emu.advance(30)
    body = service.get(request_id).json()
    assert body["status"] == "FAILED"
    assert body["errors"][0]["code"] == code


def test_the_input_may_choose_how_a_job_goes(service: Service) -> None:
    request_id = service.submit(model_input={"emulator": {"queue": 0, "run": 5, "fail-with": "MODEL_UNAVAILABLE"}})
    assert service.status(request_id) == "IN_PROGRESS"
    service.emu.advance(5)
    assert service.status(request_id) == "FAILED"


def test_the_queue_s_depth_is_counted_for_each_deployment(service: Service) -> None:
    service.submit()
    service.submit("queue=0")
    service.submit("queue=0, run=0")
    depth = service.http.get(f"{MODEL}/production/async_queue_status").json()
    assert (depth["num_queued_requests"], depth["num_in_progress_requests"]) == (1, 1)
    assert set(depth) == {"model_id", "deployment_id", "num_queued_requests", "num_in_progress_requests"}
    other = service.http.get(f"{MODEL}/development/async_queue_status").json()
    assert other["num_queued_requests"] == 0


def test_a_sleeping_deployment_delays_its_jobs(service: Service) -> None:
    service.emu.scale_to_zero("abcd1234")
    request_id = service.submit("queue=0")
    assert service.emu.state("abcd1234") == "WAKING_UP"
    assert service.status(request_id) == "QUEUED"
    service.emu.advance(1)
    assert service.status(request_id) == "IN_PROGRESS"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"model_input": "text"},
        {"model_input": {}, "priority": 3},
        {"model_input": {}, "priority": True},
        {"model_input": {}, "max_time_in_queue_seconds": 9},
        {"model_input": {}, "max_time_in_queue_seconds": 259_201},
        {"model_input": {}, "inference_retry_config": {"max_attempts": 0}},
        {"model_input": {}, "inference_retry_config": {"initial_delay_ms": 10_001}},
        {"model_input": {}, "inference_retry_config": {"max_delay_ms": "1"}},
        {"model_input": {}, "webhook_endpoint": "http://example.com/hook"},
        {"model_input": {}, "webhook_endpoint": "not a url"},
        {"model_input": {}, "webhook_endpoint": 5},
    ],
)
def test_a_wrong_submission_is_a_400(service: Service, body: object) -> None:
    reply = service.http.post(SUBMIT, json=body)
    assert reply.status_code == 400
    assert reply.json()["error_code"] == "client_error"
    assert service.http.post(SUBMIT, content=b"{").status_code == 400


def test_the_limits_themselves_are_accepted(service: Service) -> None:
    service.submit(priority=2, max_time_in_queue_seconds=259_200)
    service.submit(
        priority=0, max_time_in_queue_seconds=10, inference_retry_config={"max_attempts": 10, "max_delay_ms": 0}
    )


def test_a_payload_over_256_kib_is_a_413_in_the_service_s_words(service: Service) -> None:
    frame = len(b'{"model_input": {"x": ""}}')
    fits = b'{"model_input": {"x": "' + b"a" * (262_144 - frame) + b'"}}'
    assert service.http.post(SUBMIT, content=fits).status_code == 201
    reply = service.http.post(SUBMIT, content=fits + b" ")
    assert reply.status_code == 413
    assert reply.json()["error"] == "payload size of 262145 bytes exceeds maximum size of 262144 bytes"


def test_capacity_may_be_exceeded(service: Service) -> None:
    reply = service.http.post(SUBMIT, json={"model_input": {}}, headers={"x-emulator": "capacity"})
    assert (reply.status_code, reply.json()["error_code"]) == (429, "CAPACITY_EXCEEDED")


def test_a_full_queue_refuses_more() -> None:
    with (
        Emulator(clock=lambda: 5.0, queue_seconds=10, queue_limit=2) as emu,
        httpx.Client(
            base_url=emu.url, headers={"authorization": f"Bearer {emu.api_key}"}, trust_env=False, verify=False
        ) as http,
    ):
        replies = [http.post(SUBMIT, json={"model_input": {}}) for _ in range(3)]
        assert [reply.status_code for reply in replies] == [201, 201, 429]
        assert replies[2].json()["error_code"] == "CAPACITY_EXCEEDED"
        assert http.post("/model/other123/production/async_predict", json={"model_input": {}}).status_code == 201
        assert len(emu.jobs) == 3
        emu.advance(10)
        assert http.post(SUBMIT, json={"model_input": {}}).status_code == 201


def test_status_calls_may_be_limited_to_20_a_second() -> None:
    with (
        Emulator(clock=lambda: 5.0, status_rate_limit=20) as emu,
        httpx.Client(
            base_url=emu.url, headers={"authorization": f"Bearer {emu.api_key}"}, trust_env=False, verify=False
        ) as http,
    ):
        path = f"{MODEL}/production/async_queue_status"
        assert [http.get(path).status_code for _ in range(21)] == [200] * 20 + [429]
        emu.advance(1)
        assert http.get(path).status_code == 200


def test_jobs_are_submitted_from_many_threads(service: Service) -> None:
    ids: list[str] = []
    headers = {"authorization": f"Bearer {service.emu.api_key}"}

    def submit() -> None:
        with httpx.Client(base_url=service.emu.url, headers=headers, trust_env=False, verify=False) as client:
            ids.extend(client.post(SUBMIT, json={"model_input": {}}).json()["request_id"] for _ in range(5))

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 20
