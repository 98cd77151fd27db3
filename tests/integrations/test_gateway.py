"""The keys of a Frontier Gateway, and names that only look like ids, in each library."""

from __future__ import annotations

import litellm
import pytest

from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.langchain import ChatBaseten
from baseten_sdk.integrations.litellm import BasetenLLM, register
from baseten_sdk.integrations.llama_index import Baseten

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*the `ReadOnly` qualifier"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
]

NAME = "baseten/mymodel-4"


@pytest.fixture
def gateway(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("BASETEN_AUTH_SCHEME", raising=False)
    return emu.gateway_url


def check(emu: Emulator) -> None:
    request = emu.requests[-1]
    body = request.json
    assert isinstance(body, dict)
    assert request.headers["authorization"] == f"Api-Key {emu.api_key}"
    assert body["model"] == NAME


def test_langchain(emu: Emulator, gateway: str) -> None:
    given = {"model": NAME, "api_key": emu.api_key, "base_url": gateway, "auth_scheme": "api-key"}
    ChatBaseten.model_validate(given).invoke("Say hello")
    check(emu)


def test_langchain_sends_a_name_as_it_is(emu: Emulator) -> None:
    given = {"model": "mistral7", "api_key": emu.api_key, "endpoints": emu.endpoints, "route_by_name": False}
    ChatBaseten.model_validate(given).invoke("Say hello")
    assert emu.requests[-1].path == "/v1/chat/completions"


def test_llama_index(emu: Emulator, gateway: str) -> None:
    Baseten(NAME, api_key=emu.api_key, api_base=gateway, auth_scheme="api-key").complete("Say hello")
    check(emu)


def test_litellm(emu: Emulator, gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(litellm, "custom_provider_map", [])
    register(BasetenLLM(auth_scheme="api-key"), provider="gateway")
    messages = [{"role": "user", "content": "Say hello"}]
    litellm.completion(model=f"gateway/{NAME}", messages=messages, api_key=emu.api_key, api_base=gateway)
    check(emu)
