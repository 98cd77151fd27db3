"""The operations of the service's inference API, restated, and the exact request that the package makes of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from baseten_sdk import Chain, Client, Deployment
from tests.asking import HELLO

MODEL_HOST = "https://model-abcd1234.api.baseten.co"
REGIONAL_HOST = "https://model-abcd1234-prod-us.api.baseten.co"
CHAIN_HOST = "https://chain-efgh5678.api.baseten.co"
REGIONAL_CHAIN_HOST = "https://chain-efgh5678-prod-us.api.baseten.co"
KEY = "abcd1234.0123456789abcdef"
ID = "0123456789abcdef0123456789abcdef"

TARGETS = ("production", "development", "environments/{env_name}", "deployment/{deployment_id}")

OPERATIONS = {
    *(("POST", f"/{target}/{action}") for target in TARGETS for action in ("predict", "async_predict", "wake")),
    *(("POST", f"/{target}/{action}") for target in TARGETS for action in ("run_remote", "async_run_remote")),
    *(("GET", f"/{target}/async_queue_status") for target in TARGETS),
    *(("POST", f"/{action}") for action in ("predict", "run_remote", "async_predict", "async_run_remote", "wake")),
    ("GET", "/async_queue_status"),
    ("GET", "/async_request/{request_id}"),
    ("DELETE", "/async_request/{request_id}"),
}

SHORTHAND = "production"
"""The same as `environments/production`, which is what the package sends."""


@dataclass(frozen=True)
class Sent:
    """A request as the package made it."""

    method: str
    url: str
    body: object


class Service:
    """Answers everything, and notes what it was asked."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.sent.append(Sent(request.method, str(request.url), body))
        if request.url.path.endswith("/wake") or request.url.path == "/wake":
            return httpx.Response(202)
        if request.method == "GET" and "queue" in request.url.path:
            return httpx.Response(200, json={"num_queued_requests": 0, "num_in_progress_requests": 0})
        if "async_request" in request.url.path:
            return httpx.Response(200, json={"request_id": ID, "status": "QUEUED", "canceled": True})
        return httpx.Response(201, json={"request_id": ID})


ACTIONS: dict[str, tuple[Callable[[Deployment], object], str, object]] = {
    "predict": (lambda deployment: deployment.predict({"a": 1}), "POST", {"a": 1}),
    "async_predict": (
        lambda deployment: deployment.async_predict({"a": 1}, priority=1),
        "POST",
        {"model_input": {"a": 1}, "priority": 1},
    ),
    "async_queue_status": (lambda deployment: deployment.queue_status(), "GET", None),
    "wake": (lambda deployment: deployment.wake(), "POST", None),
}

PLACES: dict[str, tuple[Callable[[Client], Deployment], str]] = {
    "environments/{env_name}": (
        lambda client: client.deployments("abcd1234", environment="staging"),
        f"{MODEL_HOST}/environments/staging",
    ),
    "development": (
        lambda client: client.deployments("abcd1234", environment="development"),
        f"{MODEL_HOST}/development",
    ),
    "deployment/{deployment_id}": (
        lambda client: client.deployments("abcd1234", deployment_id="wxyz123"),
        f"{MODEL_HOST}/deployment/wxyz123",
    ),
    "production": (lambda client: client.deployments("abcd1234"), f"{MODEL_HOST}/environments/production"),
    "": (lambda client: client.deployments("abcd1234", regional="prod-us"), REGIONAL_HOST),
}

CHAIN_ACTIONS: dict[str, tuple[Callable[[Chain], object], str, object]] = {
    "run_remote": (lambda chain: chain.run_remote({"a": 1}), "POST", {"a": 1}),
    "async_run_remote": (
        lambda chain: chain.async_run_remote({"a": 1}, priority=1),
        "POST",
        {"model_input": {"a": 1}, "priority": 1},
    ),
    "async_queue_status": (lambda chain: chain.queue_status(), "GET", None),
    "wake": (lambda chain: chain.wake(), "POST", None),
}

CHAIN_PLACES: dict[str, tuple[Callable[[Client], Chain], str]] = {
    "environments/{env_name}": (
        lambda client: client.chains("efgh5678", environment="staging"),
        f"{CHAIN_HOST}/environments/staging",
    ),
    "development": (
        lambda client: client.chains("efgh5678", environment="development"),
        f"{CHAIN_HOST}/development",
    ),
    "deployment/{deployment_id}": (
        lambda client: client.chains("efgh5678", deployment_id="wxyz123"),
        f"{CHAIN_HOST}/deployment/wxyz123",
    ),
    "production": (lambda client: client.chains("efgh5678"), f"{CHAIN_HOST}/environments/production"),
    "": (lambda client: client.chains("efgh5678", regional="prod-us"), REGIONAL_CHAIN_HOST),
}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.delenv("BASETEN_BASE_URL", raising=False)
    monkeypatch.delenv("BASETEN_EMULATOR", raising=False)
    return Service()


def client_of(service: Service) -> Client:
    return Client(api_key=KEY, http_client=httpx.Client(transport=httpx.MockTransport(service)))


def test_there_are_32_operations_and_all_are_covered() -> None:
    assert len(OPERATIONS) == 32
    covered = {
        (method, f"/{place}/{action}".replace("//", "/"))
        for places, actions in ((PLACES, ACTIONS), (CHAIN_PLACES, CHAIN_ACTIONS))
        for place in places
        for action, (_, method, _) in actions.items()
    }
    assert covered | {("GET", "/async_request/{request_id}"), ("DELETE", "/async_request/{request_id}")} == OPERATIONS


@pytest.mark.parametrize("action", CHAIN_ACTIONS)
@pytest.mark.parametrize("place", CHAIN_PLACES)
def test_an_operation_of_a_chain_is_asked_for_exactly(service: Service, place: str, action: str) -> None:
    find, base = CHAIN_PLACES[place]
    act, method, body = CHAIN_ACTIONS[action]
    act(find(client_of(service)))
    assert service.sent == [Sent(method, f"{base}/{action}", body)]


@pytest.mark.parametrize("place", CHAIN_PLACES)
def test_the_status_of_a_chain_s_request_is_asked_for_at_its_host(service: Service, place: str) -> None:
    find, base = CHAIN_PLACES[place]
    job = find(client_of(service)).async_run_remote({})
    job.status()
    job.cancel()
    url = f"{REGIONAL_CHAIN_HOST if base == REGIONAL_CHAIN_HOST else CHAIN_HOST}/async_request/{ID}"
    assert service.sent[1:] == [Sent("GET", url, None), Sent("DELETE", url, None)]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("place", PLACES)
def test_an_operation_is_asked_for_exactly(service: Service, place: str, action: str) -> None:
    find, base = PLACES[place]
    act, method, body = ACTIONS[action]
    act(find(client_of(service)))
    assert service.sent == [Sent(method, f"{base}/{action}", body)]


@pytest.mark.parametrize("place", PLACES)
def test_the_status_of_a_request_is_asked_for_at_its_host(service: Service, place: str) -> None:
    find, base = PLACES[place]
    job = find(client_of(service)).job(ID)
    job.status()
    job.cancel()
    url = f"{REGIONAL_HOST if base == REGIONAL_HOST else MODEL_HOST}/async_request/{ID}"
    assert service.sent == [Sent("GET", url, None), Sent("DELETE", url, None)]


def test_paths_outside_of_the_specification_are_asked_for_exactly(service: Service) -> None:
    deployment = client_of(service).deployments("abcd1234")
    deployment.sync("v1/embeddings", json={"input": "a"})
    deployment.sync("health")
    assert service.sent == [
        Sent("POST", f"{MODEL_HOST}/environments/production/sync/v1/embeddings", {"input": "a"}),
        Sent("GET", f"{MODEL_HOST}/environments/production/sync/health", None),
    ]


def test_the_model_apis_are_asked_for_exactly() -> None:
    sent: list[Sent] = []

    def record(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        sent.append(Sent(request.method, str(request.url), body))
        message = {"role": "assistant", "content": "Hi"}
        return httpx.Response(200, json={"data": [], "choices": [{"message": message}]})

    client = Client(api_key=KEY, http_client=httpx.Client(transport=httpx.MockTransport(record)))
    client.models.list()
    client.chat.completions.create(model="a/b", messages=HELLO)
    client.chat.completions.create(model="abcd1234", messages=HELLO)
    engine = f"{MODEL_HOST}/environments/production/sync/v1/chat/completions"
    assert sent == [
        Sent("GET", "https://inference.baseten.co/v1/models", None),
        Sent("POST", "https://inference.baseten.co/v1/chat/completions", {"model": "a/b", "messages": HELLO}),
        Sent("POST", engine, {"model": "abcd1234", "messages": HELLO}),
    ]
