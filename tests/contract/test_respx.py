"""What users' own tests do: mocks of httpx answer in the place of the service."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import httpx
import pytest
import respx

from baseten_sdk import (
    APIConnectionError,
    AsyncClient,
    Client,
    FirstByteTimeout,
    RateLimitError,
    Retry,
    StreamInterrupted,
)
from tests.asking import HELLO, MODEL

KEY = "abcd1234.0123456789abcdef"
CHAT = "https://inference.baseten.co/v1/chat/completions"
PREDICT = "https://model-abcd1234.api.baseten.co/environments/production/predict"
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": MODEL,
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}],
}
STREAM = b"".join(
    b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"
    for text in ("H", "i")
)
QUICK = Retry(initial=0.001, maximum=0.001)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASETEN_BASE_URL", raising=False)
    monkeypatch.delenv("BASETEN_EMULATOR", raising=False)


@pytest.fixture
def service() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def test_a_client_made_inside_the_mock_is_mocked(service: respx.MockRouter) -> None:
    route = service.post(CHAT).respond(json=COMPLETION, headers={"X-Baseten-Request-Id": "r-1"})
    with Client(api_key=KEY) as client:
        completion = client.chat.completions.create(model=MODEL, messages=HELLO)
    assert completion.text == "Hi"
    assert completion.meta.request_id == "r-1"
    sent = route.calls.last.request
    assert json.loads(sent.content) == {"model": MODEL, "messages": HELLO}
    assert sent.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.anyio
async def test_an_async_client_made_inside_the_mock_is_mocked(service: respx.MockRouter) -> None:
    service.post(PREDICT).respond(json=[1, 2])
    async with AsyncClient(api_key=KEY) as client:
        assert await client.deployments("abcd1234").predict({"a": 1}) == [1, 2]


def test_a_client_given_to_the_package_is_mocked(service: respx.MockRouter) -> None:
    service.post(CHAT).respond(json=COMPLETION)
    with httpx.Client() as http, Client(api_key=KEY, http_client=http) as client:
        assert client.chat.completions.create(model=MODEL, messages=HELLO).text == "Hi"


@pytest.mark.anyio
async def test_an_async_client_given_to_the_package_is_mocked(service: respx.MockRouter) -> None:
    service.post(CHAT).respond(json=COMPLETION)
    async with httpx.AsyncClient() as http, AsyncClient(api_key=KEY, http_client=http) as client:
        assert (await client.chat.completions.create(model=MODEL, messages=HELLO)).text == "Hi"


@respx.mock
def test_the_decorator_works_too() -> None:
    respx.get("https://inference.baseten.co/v1/models").respond(json={"data": [{"id": MODEL}]})
    with Client(api_key=KEY) as client:
        assert [model.id for model in client.models.list()] == [MODEL]


def test_a_mock_may_stream(service: respx.MockRouter) -> None:
    service.post(CHAT).respond(content=STREAM + b"data: [DONE]\n\n", content_type="text/event-stream")
    with Client(api_key=KEY) as client:
        with client.chat.completions.create(model=MODEL, messages=HELLO, stream=True) as chunks:
            assert "".join(chunk.text for chunk in chunks) == "Hi"
        assert "<0 of 256 in flight" in repr(client)


@pytest.mark.anyio
async def test_a_mock_may_cut_a_stream(service: respx.MockRouter) -> None:
    service.post(CHAT).respond(content=STREAM, content_type="text/event-stream")
    async with AsyncClient(api_key=KEY) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
        assert (await anext(stream)).text + (await anext(stream)).text == "Hi"
        with pytest.raises(StreamInterrupted) as caught:
            await anext(stream)
        assert caught.value.partial is not None
        assert caught.value.partial.text == "Hi"


def test_a_mock_may_fail_and_then_succeed(service: respx.MockRouter) -> None:
    route = service.post(CHAT)
    route.side_effect = [
        httpx.ConnectError("refused"),
        httpx.Response(503),
        httpx.Response(200, json=COMPLETION),
    ]
    with Client(api_key=KEY, retry=QUICK) as client:
        completion = client.chat.completions.create(model=MODEL, messages=HELLO)
    assert completion.meta.attempts == route.call_count == 3


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        (httpx.ConnectError("refused"), APIConnectionError),
        (httpx.ReadError("reset"), APIConnectionError),
        (httpx.RemoteProtocolError("nonsense"), APIConnectionError),
        (httpx.ReadTimeout("slow"), FirstByteTimeout),
        (httpx.Response(429, json={"error": "slow down"}), RateLimitError),
    ],
)
def test_what_a_mock_raises_becomes_an_error_of_the_package(
    service: respx.MockRouter, effect: Exception | httpx.Response, error: type[Exception]
) -> None:
    route = service.post(CHAT)
    if isinstance(effect, httpx.Response):
        route.return_value = effect
    else:
        route.side_effect = effect
    with Client(api_key=KEY, max_retries=0) as client:
        with pytest.raises(error):
            client.chat.completions.create(model=MODEL, messages=HELLO)
        assert "<0 of 256 in flight" in repr(client)


def answer(request: httpx.Request) -> httpx.Response:
    assert request.headers["authorization"] == f"Bearer {KEY}"
    return httpx.Response(200, json={"path": request.url.path, "given": json.loads(request.content)})


def test_a_mock_transport_answers() -> None:
    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        Client(api_key=KEY, http_client=http) as client,
    ):
        output = client.deployments("abcd1234", environment="staging").predict([1])
    assert output == {"path": "/environments/staging/predict", "given": [1]}


@pytest.mark.anyio
async def test_a_mock_transport_answers_async_calls() -> None:
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http,
        AsyncClient(api_key=KEY, http_client=http) as client,
    ):
        output = await client.deployments("abcd1234", environment="staging").predict([1])
    assert output == {"path": "/environments/staging/predict", "given": [1]}


def test_a_hook_of_httpx_may_read_the_reply_first() -> None:
    def answer_compressed(request: httpx.Request) -> httpx.Response:
        content = iter([gzip.compress(b'{"a": 1}')])
        return httpx.Response(
            200, content=content, headers={"content-type": "application/json", "content-encoding": "gzip"}
        )

    for hooks in ([], [httpx.Response.read]):
        with (
            httpx.Client(transport=httpx.MockTransport(answer_compressed), event_hooks={"response": [*hooks]}) as http,
            Client(api_key=KEY, http_client=http) as client,
        ):
            assert client.deployments("abcd1234").predict({}) == {"a": 1}


def test_the_settings_of_the_users_client_hold() -> None:
    def check(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=dict(request.headers))

    with (
        httpx.Client(transport=httpx.MockTransport(check), headers={"x-team": "blue"}, auth=("u", "p")) as http,
        Client(api_key=KEY, http_client=http) as client,
    ):
        seen = client.deployments("abcd1234").predict({})
    assert isinstance(seen, dict)
    assert seen["x-team"] == "blue"
    assert seen["authorization"] == f"Bearer {KEY}"
