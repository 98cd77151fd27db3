"""LiteLLM in this process: its own provider for Baseten, and this package as one."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable, Mapping
from importlib import import_module
from inspect import iscoroutinefunction

import httpx
import litellm
import pytest
import pytest_asyncio
from litellm import CustomStreamWrapper, EmbeddingResponse, ModelResponse, exceptions
from pydantic import BaseModel

from baseten_sdk import APIStatusError, Client, Timeout
from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.litellm import PROVIDER, BasetenLLM, register
from baseten_sdk.integrations.litellm.request import LiteLLMRequest, messages_of

# Of LiteLLM's own code, which says so at its first use of a type, and at every chunk.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*the `ReadOnly` qualifier"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
]

MODEL = "openai/gpt-oss-120b"
HELLO: list[object] = [{"role": "user", "content": "Say hello world"}]
WEATHER: list[object] = [{"role": "user", "content": "The weather in Paris and Rome?"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


class Invoice(BaseModel):
    number: str
    total: float


@pytest_asyncio.fixture(scope="module", autouse=True)
async def tidied() -> AsyncIterator[None]:
    """LiteLLM keeps the clients of its own provider; the async ones are closed in the loop that they were used in."""
    yield
    module = import_module("litellm")
    kept = list(module.in_memory_llm_clients_cache.cache_dict.values())
    await module.close_litellm_async_clients()
    for client in kept:
        if hasattr(client, "close") and not iscoroutinefunction(client.close):
            client.close()
    gc.collect()


@pytest.fixture(autouse=True)
def registered(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(litellm, "custom_provider_map", [])
    monkeypatch.setattr(litellm, "suppress_debug_info", True)
    register(BasetenLLM(endpoints=emu.endpoints, api_key=emu.api_key))


def asked(model: str, messages: list[object], **given: object) -> ModelResponse:
    call: Callable[..., object] = litellm.completion
    response = call(model=model, messages=messages, **given)
    assert isinstance(response, ModelResponse)
    return response


def streamed(model: str, messages: list[object], **given: object) -> list[object]:
    call: Callable[..., object] = litellm.completion
    response = call(model=model, messages=messages, stream=True, **given)
    assert isinstance(response, CustomStreamWrapper)
    return list(response)


async def asked_async(model: str, messages: list[object], **given: object) -> ModelResponse:
    response: object = await litellm.acompletion(model=model, messages=messages, **given)
    assert isinstance(response, ModelResponse)
    return response


async def streamed_async(model: str, messages: list[object], **given: object) -> list[object]:
    response: object = await litellm.acompletion(model=model, messages=messages, stream=True, **given)
    assert isinstance(response, AsyncIterator)
    return [chunk async for chunk in response]


def whole(chunks: list[object]) -> ModelResponse:
    """The response that LiteLLM makes of chunks."""
    built = litellm.stream_chunk_builder(chunks)
    assert isinstance(built, ModelResponse)
    return built


def calls(response: ModelResponse) -> list[tuple[str | None, object]]:
    found = response.choices[0].message.model_dump().get("tool_calls") or []
    return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in found]


def sent(emu: Emulator) -> Mapping[str, object]:
    body = emu.requests[-1].json
    assert isinstance(body, dict)
    return body


PARIS_AND_ROME = [("get_weather", {"city": "Paris"}), ("get_weather", {"city": "Rome"})]
OWN = f"{PROVIDER}/{MODEL}"
THEIRS = f"baseten/{MODEL}"


@pytest.fixture(params=[OWN, THEIRS])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(model: str, emu: Emulator) -> dict[str, object]:
    """Where LiteLLM's own provider finds the emulator; this package's knows."""
    return {} if model == OWN else {"api_base": emu.endpoints.model_apis, "api_key": emu.api_key}


async def test_both_providers_answer(model: str, place: dict[str, object]) -> None:
    for response in (
        asked(model, HELLO, **place),
        await asked_async(model, HELLO, **place),
        whole(streamed(model, HELLO, stream_options={"include_usage": True}, **place)),
        whole(await streamed_async(model, HELLO, stream_options={"include_usage": True}, **place)),
    ):
        assert response.choices[0].message.content == "hello world"
        assert response.choices[0].finish_reason == "stop"
        usage = response.model_dump()["usage"]
        assert (usage["prompt_tokens"], usage["completion_tokens"]) == (7, 2)


async def test_both_providers_call_tools(model: str, place: dict[str, object]) -> None:
    for response in (
        asked(model, WEATHER, tools=TOOLS, **place),
        await asked_async(model, WEATHER, tools=TOOLS, **place),
        whole(streamed(model, WEATHER, tools=TOOLS, **place)),
        whole(await streamed_async(model, WEATHER, tools=TOOLS, **place)),
    ):
        assert calls(response) == PARIS_AND_ROME
        assert response.choices[0].finish_reason == "tool_calls"


def test_both_providers_give_objects(model: str, place: dict[str, object]) -> None:
    response = asked(model, [{"role": "user", "content": "An invoice"}], response_format=Invoice, **place)
    assert isinstance(Invoice.model_validate_json(response.choices[0].message.content or ""), Invoice)


@pytest.mark.parametrize("behavior", ["style=a, tool-ids=fresh", "style=c, tool-interleave", "no-index, tool-pair"])
def test_streamed_calls_are_put_together_whatever_the_style(behavior: str) -> None:
    chunks = streamed(OWN, WEATHER, tools=TOOLS, extra_headers={"x-emulator": behavior})
    assert calls(whole(chunks)) == PARIS_AND_ROME


def test_the_chunks_of_a_stream_belong_together() -> None:
    chunks = streamed(OWN, HELLO, stream_options={"include_usage": True})
    told = [chunk.model_dump() for chunk in chunks if isinstance(chunk, BaseModel)]
    assert {chunk["id"] for chunk in told} == {told[0]["id"]}
    assert [bool(chunk.get("usage")) for chunk in told] == [False] * (len(told) - 1) + [True]


def test_reasoning_is_told() -> None:
    given: dict[str, object] = {"reasoning_effort": "high", "allowed_openai_params": ["reasoning_effort"]}
    plain, stream = asked(OWN, HELLO, **given), whole(streamed(OWN, HELLO, **given))
    thought = plain.choices[0].message.model_dump()["reasoning_content"]
    assert "hello" in thought
    assert stream.choices[0].message.model_dump()["reasoning_content"] == thought


@pytest.mark.parametrize(
    ("target", "path", "name"),
    [
        ("zai-org/GLM-5.2", "/v1", "zai-org/GLM-5.2"),
        ("abcd1234", "/model/abcd1234/environments/production/sync/v1", "abcd1234"),
        ("model/x9#org/m", "/model/x9/environments/production/sync/v1", "org/m"),
        ("model/x9?environment=staging", "/model/x9/environments/staging/sync/v1", "x9"),
        ("model/x9?environment=development", "/model/x9/development/sync/v1", "x9"),
        ("model/x9?deployment_id=wxyz123#m", "/model/x9/deployment/wxyz123/sync/v1", "m"),
        ("model/x9?regional=prod-us", "/regional/x9/prod-us/sync/v1", "x9"),
    ],
)
async def test_every_target_is_reached(emu: Emulator, target: str, path: str, name: str) -> None:
    for response in (asked(f"{PROVIDER}/{target}", HELLO), await asked_async(f"{PROVIDER}/{target}", HELLO)):
        assert response.choices[0].message.content == "hello world"
        assert (emu.requests[-1].path, sent(emu)["model"]) == (f"{path}/chat/completions", name)


def test_the_name_that_an_engine_serves_may_be_given_as_litellm_has_it(emu: Emulator) -> None:
    asked(f"{PROVIDER}/abcd1234", HELLO, served_model_name="org/m")
    assert (emu.requests[-1].path, sent(emu)["model"]) == (
        "/model/abcd1234/environments/production/sync/v1/chat/completions",
        "org/m",
    )
    assert "served_model_name" not in sent(emu)


def test_a_base_url_is_obeyed(emu: Emulator) -> None:
    base = f"{emu.endpoints.model.format(model_id='x9')}/development/sync/v1"
    asked(f"{PROVIDER}/my-model", HELLO, api_base=base, api_key=emu.api_key)
    assert (emu.requests[-1].path, sent(emu)["model"]) == ("/model/x9/development/sync/v1/chat/completions", "my-model")


def test_parameters_and_options_are_told_apart(emu: Emulator) -> None:
    asked(OWN, HELLO, temperature=0.5, top_k=4, extra_body={"min_p": 0.1}, session="s-1", extra_headers={"x-a": "b"})
    body = dict(sent(emu))
    del body["messages"]
    assert body == {"model": MODEL, "temperature": 0.5, "top_k": 4, "min_p": 0.1}
    assert (emu.requests[-1].headers["x-session-affinity"], emu.requests[-1].headers["x-a"]) == ("s-1", "b")


def test_a_response_goes_back_as_a_message(emu: Emulator) -> None:
    response = asked(OWN, WEATHER, tools=TOOLS)
    message = response.choices[0].message
    told = [{"role": "tool", "tool_call_id": call.id, "content": "Sunny"} for call in message.tool_calls or []]
    assert asked(OWN, [*WEATHER, message, *told], tools=TOOLS).choices[0].message.content == "The tool says: Sunny"
    history = sent(emu)["messages"]
    assert isinstance(history, list)
    assert set(history[1]) <= {"role", "content", "tool_calls"}
    assert messages_of({"messages": [message]})[0]["content"] is None


def test_the_headers_of_a_reply_are_where_litellm_looks_for_them() -> None:
    response = asked(OWN, HELLO, extra_headers={"x-emulator": "ratelimit=3"})
    headers = response._hidden_params["additional_headers"]
    assert headers["x-ratelimit-remaining-requests"] == "3"
    assert headers["llm_provider-x-baseten-request-id"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, exceptions.BadRequestError),
        (401, exceptions.AuthenticationError),
        (402, exceptions.PaymentRequiredError),
        (403, exceptions.PermissionDeniedError),
        (404, exceptions.NotFoundError),
        (408, exceptions.Timeout),
        (409, exceptions.APIError),
        (413, exceptions.APIError),
        (422, exceptions.UnprocessableEntityError),
        (429, exceptions.RateLimitError),
        (500, exceptions.InternalServerError),
        (502, exceptions.BadGatewayError),
        (503, exceptions.ServiceUnavailableError),
        (504, exceptions.Timeout),
        (529, exceptions.APIError),
    ],
)
def test_an_error_is_litellm_s_and_keeps_its_status(status: int, kind: type[Exception]) -> None:
    troubled: dict[str, object] = {"extra_headers": {"x-emulator": f"status={status}"}, "max_retries": 0}
    for call in (asked, streamed):
        with pytest.raises(kind) as caught:
            call(OWN, HELLO, **troubled)
        assert getattr(caught.value, "status_code", None) == status
        assert isinstance(caught.value.__cause__, APIStatusError)
        assert "request id" in str(caught.value)


async def test_the_errors_of_async_calls_are_the_same() -> None:
    troubled: dict[str, object] = {"extra_headers": {"x-emulator": "status=404"}, "max_retries": 0}
    with pytest.raises(exceptions.NotFoundError):
        await asked_async(OWN, HELLO, **troubled)
    with pytest.raises(exceptions.NotFoundError):
        await streamed_async(OWN, HELLO, **troubled)


def test_the_router_can_read_how_long_to_wait() -> None:
    troubled = {"x-emulator": "status=429, retry-after=7"}
    with pytest.raises(exceptions.RateLimitError) as caught:
        asked(OWN, HELLO, extra_headers=troubled, max_retries=0)
    assert caught.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("behavior", "kind"),
    [
        ("drop", exceptions.APIConnectionError),
        ("cut=3", exceptions.APIConnectionError),
        ("reply=not-json", exceptions.APIConnectionError),
        ("stream-error=object", exceptions.APIError),
    ],
)
def test_a_stream_that_breaks_is_litellm_s_error(behavior: str, kind: type[Exception]) -> None:
    # In the middle of a stream LiteLLM wraps it, so that its router may fall back.
    with pytest.raises((kind, exceptions.MidStreamFallbackError)) as caught:
        streamed(OWN, HELLO, extra_headers={"x-emulator": behavior}, max_retries=0)
    assert isinstance(getattr(caught.value, "original_exception", None) or caught.value, kind)


def test_a_reply_that_cannot_be_read_is_litellm_s_error() -> None:
    with pytest.raises(exceptions.APIResponseValidationError):
        asked(OWN, HELLO, extra_headers={"x-emulator": "reply=not-json"}, max_retries=0)


def test_a_prompt_that_is_too_long_is_litellm_s_error() -> None:
    troubled = {"x-emulator": '{"status": 400, "message": "This model\'s maximum context length is 8192 tokens"}'}
    with pytest.raises(exceptions.ContextWindowExceededError):
        asked(OWN, HELLO, extra_headers=troubled, max_retries=0)


def test_what_is_no_target_is_refused_with_the_grammar() -> None:
    with pytest.raises(exceptions.BadRequestError, match="A target is a slug"):
        asked(f"{PROVIDER}/model/x9?region=a", HELLO)


@pytest.mark.parametrize("seconds", [7, 7.5])
def test_timeouts_are_read_in_either_form(seconds: float) -> None:
    def read(timeout: object) -> object:
        return LiteLLMRequest.of({"model": MODEL, "timeout": timeout}).options.get("timeout")

    assert read(seconds) == seconds
    assert read(None) is None
    whole_timeout = read(httpx.Timeout(seconds, connect=2))
    assert isinstance(whole_timeout, Timeout)
    assert (whole_timeout.connect, whole_timeout.first_byte, whole_timeout.idle) == (2, seconds, seconds)


async def test_embeddings_are_made_by_a_dedicated_model(emu: Emulator) -> None:
    model = f"{PROVIDER}/model/x9#m"
    embed: Callable[..., object] = litellm.embedding
    plain: object = embed(model=model, input=["a text", "another"])
    other: object = await litellm.aembedding(model=model, input="a text")
    assert isinstance(plain, EmbeddingResponse)
    assert isinstance(other, EmbeddingResponse)
    assert [len(each["embedding"]) for each in plain.data] == [16, 16]
    assert other.data[0]["embedding"] == plain.data[0]["embedding"]
    assert plain.usage is not None
    assert plain.usage.prompt_tokens == 3
    assert (emu.requests[-1].path, sent(emu)["model"]) == (
        "/model/x9/environments/production/sync/v1/embeddings",
        "m",
    )


def test_callers_share_connections_by_their_keys(emu: Emulator) -> None:
    for _ in range(3):
        asked(OWN, HELLO)
    ports = [request.client for request in emu.requests[-3:]]
    assert len(set(ports)) == 1
    asked(OWN, HELLO, api_key=emu.api_key)
    assert emu.requests[-1].client not in ports


def test_a_client_of_yours_is_used_and_not_closed(emu: Emulator) -> None:
    with Client(api_key=emu.api_key, endpoints=emu.endpoints, default_headers={"x-team": "blue"}) as client:
        register(BasetenLLM(client=client))
        assert asked(OWN, HELLO).choices[0].message.content == "hello world"
        assert emu.requests[-1].headers["x-team"] == "blue"


def test_registering_again_replaces(emu: Emulator) -> None:
    register(BasetenLLM(endpoints=emu.endpoints, api_key=emu.api_key), provider="other")
    register(BasetenLLM(endpoints=emu.endpoints, api_key=emu.api_key))
    assert [item["provider"] for item in litellm.custom_provider_map] == ["other", PROVIDER]
    assert asked(f"other/{MODEL}", HELLO).choices[0].message.content == "hello world"


def test_the_page_of_litellm_runs_with_a_base_url(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
    question: list[object] = [{"role": "user", "content": "Explain quantum computing"}]
    base = emu.endpoints.model_apis
    assert asked(THEIRS, question, max_tokens=500, temperature=0.7, api_base=base).choices[0].message.content
    engine = f"{emu.endpoints.model.format(model_id='abcd1234')}/environments/production/sync/v1"
    assert asked("baseten/abcd1234", question, max_tokens=500, temperature=0.7, api_base=engine).choices
    text = ""
    response = litellm.completion(
        model=THEIRS, messages=question, stream=True, stream_options={"include_usage": True}, api_base=base
    )
    assert isinstance(response, CustomStreamWrapper)
    for chunk in response:
        if chunk.choices and chunk.choices[0].delta.content:
            text += chunk.choices[0].delta.content
    assert "quantum" in text


async def test_many_calls_at_once_share_an_async_client() -> None:
    responses = await asyncio.gather(*(asked_async(OWN, HELLO) for _ in range(20)))
    assert {response.choices[0].message.content for response in responses} == {"hello world"}
