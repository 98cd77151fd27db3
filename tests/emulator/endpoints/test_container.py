"""A container and a gateway, as the emulator plays them."""

from __future__ import annotations

import httpx
import pytest

from baseten_sdk.emulator import Emulator

BODY = {"model": "baseten/mymodel-4", "messages": [{"role": "user", "content": "Say hello"}]}


def test_a_container_asks_for_no_key_and_has_the_routes_of_a_truss(emu: Emulator) -> None:
    url = emu.container_url
    reply = httpx.post(f"{url}/v1/models/model:predict", json={"a": 1})
    assert (reply.status_code, reply.json()) == (200, {"a": 1})
    assert not [name for name in reply.headers if name.startswith("x-baseten")]
    assert httpx.get(f"{url}/v1/models/model:predict").json() == {}
    assert httpx.get(f"{url}/v1/models/model").status_code == 200
    chat = httpx.post(f"{url}/v1/chat/completions", json=BODY).json()
    assert chat["choices"][0]["message"]["content"] == "hello"
    assert httpx.post(f"{url}/v1/embeddings", json={"model": "m", "input": "x"}).status_code == 200
    for path in ("health", "wake", "async_predict", "production/predict", "v1/models/other:predict"):
        assert httpx.post(f"{url}/{path}", json={}).status_code == 404


def test_its_faults_are_asked_for_like_all_others(emu: Emulator) -> None:
    reply = httpx.post(f"{emu.container_url}/v1/models/model:predict", json={}, headers={"x-emulator": "not-ready"})
    assert (reply.status_code, reply.json()) == (503, {"error": "Model with name model is not ready."})
    assert httpx.post(f"{emu.container_url}/x", headers={"x-emulator": "status=500"}).status_code == 500


@pytest.mark.parametrize(("scheme", "status"), [("Api-Key", 200), ("api-key", 200), ("Bearer", 403), ("Basic", 403)])
def test_a_gateway_takes_its_key_as_an_api_key_only(emu: Emulator, scheme: str, status: int) -> None:
    headers = {"authorization": f"{scheme} {emu.api_key}"}
    assert httpx.post(f"{emu.gateway_url}/chat/completions", json=BODY, headers=headers).status_code == status


def test_a_gateway_has_nothing_of_deployments(emu: Emulator) -> None:
    headers = {"authorization": f"Api-Key {emu.api_key}"}
    assert httpx.post(f"{emu.url}/gateway/model/abcd1234/predict", json={}, headers=headers).status_code == 404
