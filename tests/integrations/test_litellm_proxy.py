"""LiteLLM's proxy in between, both ways: clients of the proxy on one side, the emulator on the other.

The configuration files are those of examples/litellm, as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import OpenAI
from pydantic import BaseModel

import baseten_sdk
from baseten_sdk import AsyncClient, Client, user
from baseten_sdk.emulator import Emulator
from tests.integrations.proxies import ROOT, Proxies, Proxy

CONFIGURATIONS = ("baseten", "baseten_sdk")


class Invoice(BaseModel):
    number: str
    total: float


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"Sunny in {city}."


@pytest.fixture(scope="module")
def proxies(emu: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Proxy]]:
    """A proxy for each configuration."""
    configs = [ROOT / "examples" / "litellm" / f"{name}.yaml" for name in CONFIGURATIONS]
    with Proxies(emu, configs, tmp_path_factory.mktemp("proxies") / "log") as started:
        started.wait()
        yield dict(zip(CONFIGURATIONS, started.proxies, strict=True))


@pytest.fixture(params=CONFIGURATIONS)
def proxy(request: pytest.FixtureRequest, proxies: dict[str, Proxy]) -> Proxy:
    return proxies[str(request.param)]


@pytest.fixture
def client(proxy: Proxy) -> Iterator[Client]:
    with Client(api_key=proxy.key, base_url=proxy.url, max_retries=0) as client:
        yield client


def test_our_client_talks_to_the_proxy(client: Client) -> None:
    completion = client.chat.completions.create(model="gpt-oss", messages=[user("Say hello world")])
    assert completion.text == "hello world"
    assert completion.usage is not None
    assert completion.usage.total_tokens > 0
    assert "gpt-oss" in [model.id for model in client.models.list()]


def test_our_client_streams_through_the_proxy(client: Client) -> None:
    with client.chat.completions.stream(
        model="gpt-oss", messages=[user("Say hello world")], stream_options={"include_usage": True}
    ) as stream:
        assert "".join(stream.text_stream) == "hello world"
    completion = stream.get_final_completion()
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    plain = client.chat.completions.create(model="gpt-oss", messages=[user("Say hello world")])
    assert plain.usage is not None
    assert completion.usage.total_tokens == plain.usage.total_tokens


async def test_our_async_client_streams_through_the_proxy(proxy: Proxy) -> None:
    async with AsyncClient(api_key=proxy.key, base_url=proxy.url) as client:
        chunks = await client.chat.completions.create(model="gpt-oss", messages=[user("Say hello you")], stream=True)
        async with chunks:
            assert "".join([chunk.text async for chunk in chunks]) == "hello you"


def test_our_client_s_tools_and_objects_go_through_the_proxy(client: Client) -> None:
    run = client.chat.completions.run_tools(
        model="gpt-oss", messages=[user("The weather in Paris and Rome?")], tools=[get_weather]
    )
    assert "Sunny in" in run.until_done().text
    parsed = client.chat.completions.parse(model="gpt-oss", messages=[user("An invoice")], response_format=Invoice)
    assert isinstance(parsed.parsed, Invoice)
    with client.chat.completions.stream(
        model="gpt-oss", messages=[user("The weather in Paris and Rome?")], tools=[get_weather]
    ) as stream:
        calls = stream.get_final_completion().message.tool_calls
    assert [call.function.arguments for call in calls] == ['{"city": "Paris"}', '{"city": "Rome"}']


def test_errors_come_through_the_proxy_with_their_status(client: Client) -> None:
    with pytest.raises(baseten_sdk.BadRequestError):
        client.chat.completions.create(model="gpt-oss", messages=[user("Hello")], temperature=9)
    with pytest.raises(baseten_sdk.BadRequestError, match="no-such-model"):
        client.chat.completions.create(model="no-such-model", messages=[user("Hello")])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("my-model", "/model/abcd1234/environments/production"),
        ("my-model-staging", "/model/abcd1234/environments/staging"),
        ("my-model-pinned", "/model/abcd1234/deployment/wxyz123"),
        ("my-model-us", "/regional/abcd1234/prod-us"),
    ],
)
def test_the_proxy_reaches_every_target_by_our_provider(
    proxies: dict[str, Proxy], emu: Emulator, name: str, path: str
) -> None:
    proxy = proxies["baseten_sdk"]
    with OpenAI(api_key=proxy.key, base_url=proxy.url, max_retries=0) as client:
        completion = client.chat.completions.create(model=name, messages=[{"role": "user", "content": "Say hello"}])
    assert completion.choices[0].message.content == "hello"
    body = emu.requests[-1].json
    assert isinstance(body, dict)
    assert (emu.requests[-1].path, body["model"]) == (f"{path}/sync/v1/chat/completions", "my-model")


def test_the_proxy_reaches_production_by_litellm_s_own_provider(proxies: dict[str, Proxy], emu: Emulator) -> None:
    proxy = proxies["baseten"]
    with Client(api_key=proxy.key, base_url=proxy.url) as client:
        assert client.chat.completions.create(model="my-model", messages=[user("Say hello")]).text == "hello"
    assert emu.requests[-1].path == "/model/abcd1234/environments/production/sync/v1/chat/completions"


def test_openai_s_client_gets_reasoning_and_streams_from_our_provider(proxies: dict[str, Proxy]) -> None:
    proxy = proxies["baseten_sdk"]
    with OpenAI(api_key=proxy.key, base_url=proxy.url, max_retries=0) as client:
        chunks = list(
            client.chat.completions.create(
                model="gpt-oss",
                messages=[{"role": "user", "content": "Say hello world"}],
                reasoning_effort="high",
                stream=True,
                stream_options={"include_usage": True},
            )
        )
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "hello world"
    assert "hello" in "".join(str((delta.model_extra or {}).get("reasoning_content") or "") for delta in deltas)
    assert chunks[-1].usage is not None


def test_embeddings_go_through_the_proxy(proxies: dict[str, Proxy]) -> None:
    proxy = proxies["baseten_sdk"]
    with Client(api_key=proxy.key, base_url=proxy.url) as client:
        reply = client.embeddings.create(model="my-embeddings", input=["a text", "another"])
    assert [len(vector) for vector in reply.vectors] == [16, 16]


@pytest.mark.parametrize("status", [402, 403, 422])
def test_the_statuses_of_our_provider_come_through(proxies: dict[str, Proxy], emu: Emulator, status: int) -> None:
    proxy = proxies["baseten_sdk"]
    emu.faults.push(f"status={status}", times=12)
    try:
        with (
            Client(api_key=proxy.key, base_url=proxy.url, max_retries=0) as client,
            pytest.raises(baseten_sdk.APIStatusError) as caught,
        ):
            client.chat.completions.create(model="gpt-oss", messages=[user("Hello")])
    finally:
        emu.faults.clear()
    assert caught.value.status_code == status


def test_the_proxy_tries_again_and_our_provider_does_not_besides(proxies: dict[str, Proxy], emu: Emulator) -> None:
    proxy = proxies["baseten_sdk"]
    before = len(emu.requests)
    emu.faults.push("status=503", None)
    with Client(api_key=proxy.key, base_url=proxy.url, max_retries=0) as client:
        assert client.chat.completions.create(model="gpt-oss", messages=[user("Say hello")]).text == "hello"
    assert [request.status for request in emu.requests[before:]] == [503, 200]
