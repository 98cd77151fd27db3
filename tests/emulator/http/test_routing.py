from __future__ import annotations

import httpx
import pytest

from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.http.routing import Address, resolve


@pytest.mark.parametrize(
    ("path", "environment", "deployment", "development"),
    [
        ("/model/abcd1234/production/predict", "production", None, False),
        ("/model/abcd1234/environments/staging%2Fa/predict", "staging/a", None, False),
        ("/model/abcd1234/development/predict", None, None, True),
        ("/model/abcd1234/deployment/wxyz123/predict", None, "wxyz123", False),
    ],
)
def test_a_target_is_read_from_the_path(
    path: str, environment: str | None, deployment: str | None, development: bool
) -> None:
    address = resolve("localhost", path)
    assert address is not None
    assert (address.environment, address.deployment, address.development) == (environment, deployment, development)
    assert address.route == ("predict",)


def test_a_real_host_routes_as_the_service_does() -> None:
    assert resolve("model-abcd1234.api.baseten.co", "/production/predict") == resolve(
        "localhost", "/model/abcd1234/production/predict"
    )
    regional = Address("model", "abcd1234", "prod-us-east", None, ("predict",), regional=True, bare=True)
    assert resolve("model-abcd1234-prod-us-east.api.baseten.co", "/predict") == regional
    assert resolve("inference.baseten.co", "/v1/models") == resolve("localhost", "/v1/models")
    chain = resolve("chain-abcd1234.api.baseten.co:443", "/production/run_remote")
    assert chain is not None
    assert chain.surface == "chain"


def test_a_regional_place_refuses_prefixed_paths() -> None:
    assert resolve("localhost", "/regional/abcd1234/prod-us/production/predict") is None
    assert resolve("localhost", "/regional/abcd1234/prod-us/predict") is not None


def test_an_ordinary_host_refuses_bare_paths_but_for_async_requests() -> None:
    assert resolve("localhost", "/model/abcd1234/predict") is None
    assert resolve("localhost", "/model/abcd1234/async_request/abc") is not None


def test_production_and_its_long_form_are_one_deployment() -> None:
    short = resolve("localhost", "/model/abcd1234/production/wake")
    long = resolve("localhost", "/model/abcd1234/environments/production/wake")
    assert short is not None
    assert long is not None
    assert short.deployment_id == long.deployment_id
    assert len(short.deployment_id) == 7


@pytest.mark.parametrize("path", ["/", "/v2/models", "/model", "/model/abcd1234", "/nowhere"])
def test_nothing_else_has_a_place(path: str) -> None:
    assert resolve("localhost", path) is None


def test_a_host_header_routes_over_the_socket(http: httpx.Client) -> None:
    reply = http.post("/environments/prod/predict", json="hi", headers={"host": "model-abcd1234.api.baseten.co"})
    assert reply.json() == "hi"
    assert reply.headers["x-baseten-model-id"] == "abcd1234"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Api-Key"])
def test_both_schemes_carry_the_key(emu: Emulator, scheme: str) -> None:
    headers = {"authorization": f"{scheme} {emu.api_key}"}
    assert httpx.get(f"{emu.base_url}/models", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer no"}, {"x-api-key": "x"}, {"authorization": "Basic x"}]
)
def test_a_bad_key_is_403_on_the_model_apis_and_401_elsewhere(emu: Emulator, headers: dict[str, str]) -> None:
    shared = httpx.post(f"{emu.base_url}/chat/completions", json={}, headers=headers)
    assert (shared.status_code, shared.json()) == (403, {"error": "please check the api-key you provided"})
    assert not [name for name in shared.headers if name.startswith("x-baseten")]
    assert httpx.post(f"{emu.url}/model/abcd1234/production/predict", json={}, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/models"),
        ("PUT", "/model/abcd1234/production/predict"),
        ("GET", "/model/abcd1234/production/async_predict"),
        ("GET", "/model/abcd1234/production/wake"),
        ("GET", "/chain/abcd1234/production/run_remote"),
    ],
)
def test_a_wrong_method_is_405(http: httpx.Client, method: str, path: str) -> None:
    assert http.request(method, path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/v1/embeddings", "/model/abcd1234/production/nothing", "/chain/abcd1234/production/predict"]
)
def test_a_path_without_an_endpoint_is_404(http: httpx.Client, path: str) -> None:
    assert http.post(path).json() == {"detail": "Not Found"}
