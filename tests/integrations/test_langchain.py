"""What LangChain's own suites do not ask of `ChatBaseten` and `BasetenEmbeddings`."""

from __future__ import annotations

import json
import pickle

import httpx
import pytest
from langchain_core.exceptions import ModelRefusalError
from langchain_core.language_models import BaseChatModel
from langchain_core.load import dumpd, load
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel, SecretStr, ValidationError

import baseten_sdk
from baseten_sdk import Client
from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.langchain import BasetenEmbeddings, ChatBaseten

MODEL = "openai/gpt-oss-120b"


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"Sunny in {city}."


class Invoice(BaseModel):
    number: str
    total: float
    note: str | None = None


class Loose(BaseModel):
    """Strict mode has no form for an open dict."""

    tags: dict[str, str]


def chat(emu: Emulator, behavior: str = "request-id=on", /, **given: object) -> ChatBaseten:
    """A model of the emulator, which behaves as told."""
    known = {"api_key": emu.api_key, "endpoints": emu.endpoints, "default_headers": {"x-emulator": behavior}}
    place = {} if {"model", "model_id", "model_url"} & given.keys() else {"model": MODEL}
    return ChatBaseten.model_validate({**known, **place, **given})


def sent(emu: Emulator) -> dict[str, object]:
    """The body of the last request."""
    body = emu.requests[-1].json
    assert isinstance(body, dict)
    return dict(body)


def added(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    return whole


def test_only_what_is_set_is_sent(emu: Emulator) -> None:
    chat(emu).invoke("Say hello")
    assert sent(emu) == {"model": MODEL, "messages": [{"role": "user", "content": "Say hello"}]}


def test_parameters_may_be_fields_or_anything_else(emu: Emulator) -> None:
    llm = chat(emu, temperature=0.5, stop_sequences=["x"], top_k=40, model_kwargs={"min_p": 0.1})
    llm.invoke("Say hello", temperature=0.7, session="s-1", extra_body={"bad": ["no"]})
    body = sent(emu)
    del body["model"], body["messages"]
    assert body == {"temperature": 0.7, "stop": ["x"], "top_k": 40, "min_p": 0.1, "bad": ["no"]}
    assert emu.requests[-1].headers["x-session-affinity"] == "s-1"


@pytest.mark.parametrize(
    ("given", "path", "name"),
    [
        ({"model": "zai-org/GLM-5.2"}, "/v1", "zai-org/GLM-5.2"),
        ({"model": "abcd1234"}, "/model/abcd1234/environments/production/sync/v1", "abcd1234"),
        ({"model_id": "abcd1234", "model": "m"}, "/model/abcd1234/environments/production/sync/v1", "m"),
        ({"model_id": "abcd1234"}, "/model/abcd1234/environments/production/sync/v1", "abcd1234"),
        ({"model_id": "x9", "environment": "staging"}, "/model/x9/environments/staging/sync/v1", "x9"),
        ({"model_id": "x9", "environment": "development"}, "/model/x9/development/sync/v1", "x9"),
        ({"model_id": "x9", "deployment_id": "wxyz123"}, "/model/x9/deployment/wxyz123/sync/v1", "x9"),
        ({"model_id": "x9", "regional": "prod-us"}, "/regional/x9/prod-us/sync/v1", "x9"),
    ],
)
def test_every_target_is_reached(emu: Emulator, given: dict[str, object], path: str, name: str) -> None:
    message = chat(emu, "request-id=on", **given).invoke("Say hello")
    assert message.text == "hello"
    assert (emu.requests[-1].path, sent(emu)["model"]) == (f"{path}/chat/completions", name)


@pytest.mark.parametrize("tail", ["", "/", "/predict", "/sync", "/sync/v1", "/sync/v1/"])
def test_a_url_is_taken_as_people_copy_it(emu: Emulator, tail: str) -> None:
    target = f"{emu.endpoints.model.format(model_id='abcd1234')}/environments/staging"
    assert chat(emu, model_url=target + tail).invoke("Say hello").text == "hello"
    assert emu.requests[-1].path == "/model/abcd1234/environments/staging/sync/v1/chat/completions"


def test_endpoints_that_are_given_win_over_the_environment(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASETEN_BASE_URL", "http://127.0.0.1:9/v1")
    assert chat(emu, max_retries=0).invoke("Say hello").text == "hello"
    with pytest.raises(baseten_sdk.APIConnectionError):
        chat(emu, endpoints=None, max_retries=0).invoke("Say hello")
    assert chat(emu, endpoints=None, base_url=emu.base_url).invoke("Say hello").text == "hello"


def test_the_name_to_send_is_that_of_the_url_s_model() -> None:
    url = "https://model-abcd1234.api.baseten.co/environments/production/predict"
    assert ChatBaseten(model_url=url).model_name == "model-abcd1234"
    assert ChatBaseten(model_url=url, model="m").model_name == "m"


def test_what_names_no_model_is_refused() -> None:
    with pytest.raises(ValidationError, match="Say which model"):
        ChatBaseten()
    with pytest.raises(ValidationError, match="must be an http"):
        ChatBaseten(model_url="abcd1234")
    with pytest.raises(baseten_sdk.ConfigurationError, match="one target"):
        ChatBaseten(model_id="x9", environment="a", regional="b").invoke("Hello")


@pytest.mark.parametrize(
    "behavior",
    [
        "style=a, tool-ids=fresh, tool-names=same",
        "style=b, tool-pair",
        "style=c, tool-interleave, tool-join",
        "no-index, null-arguments",
        "style=llama-cpp",
        "finish=early, usage=each",
    ],
)
def test_streamed_calls_are_put_together_whatever_the_style(emu: Emulator, behavior: str) -> None:
    model = chat(emu, behavior).bind_tools([get_weather])
    chunks = list(model.stream("The weather in Paris and Rome?"))
    whole = added([chunk for chunk in chunks if isinstance(chunk, AIMessageChunk)])
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [
        ("get_weather", {"city": "Paris"}),
        ("get_weather", {"city": "Rome"}),
    ]
    assert len({call["id"] for call in whole.tool_calls}) == 2
    assert len([chunk for chunk in chunks if isinstance(chunk, AIMessageChunk) and chunk.usage_metadata]) <= 1
    plain = model.invoke("The weather in Paris and Rome?")
    assert plain.tool_calls == whole.tool_calls


@pytest.mark.parametrize("usage", ["each", "last", "mixed"])
def test_the_usage_of_a_stream_is_that_of_the_whole(emu: Emulator, usage: str) -> None:
    streamed = added(list(chat(emu, f"usage={usage}").stream("Say hello world")))
    assert streamed.usage_metadata == chat(emu).invoke("Say hello world").usage_metadata
    assert streamed.response_metadata["finish_reason"] == "stop"


def test_reasoning_is_shown_and_goes_back(emu: Emulator) -> None:
    llm = chat(emu, "reasoning=reasoning", reasoning_effort="high")
    first = llm.invoke("Say hello")
    streamed = added(list(llm.stream("Say hello")))
    assert first.additional_kwargs["reasoning_content"] == streamed.additional_kwargs["reasoning_content"]
    assert [block["type"] for block in first.content_blocks] == ["reasoning", "text"]
    usual = chat(emu, reasoning_effort="high", output_version="v1").invoke("Say hello")
    for message, name in ((first, "reasoning"), (streamed, "reasoning"), (usual, "reasoning_content")):
        llm.invoke([HumanMessage("Say hello"), message, HumanMessage("Again")])
        history = sent(emu)["messages"]
        assert isinstance(history, list)
        assert history[1] == {
            "role": "assistant",
            "content": "hello",
            name: first.additional_kwargs["reasoning_content"],
        }


def test_a_conversation_with_tools_goes_over_the_wire_as_it_was(emu: Emulator) -> None:
    llm = chat(emu, output_version="v1").bind_tools([get_weather])
    call = llm.invoke("The weather in Paris?")
    told = get_weather.invoke(call.tool_calls[0])
    assert llm.invoke([HumanMessage("The weather in Paris?"), call, told]).text == "The tool says: Sunny in Paris."
    history = sent(emu)["messages"]
    assert isinstance(history, list)
    assert history[1]["tool_calls"][0]["function"] == {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    assert history[1]["content"] == ""
    assert history[2]["tool_call_id"] == call.tool_calls[0]["id"]


def test_a_call_without_valid_arguments_is_kept_and_goes_back(emu: Emulator) -> None:
    broken = AIMessage(
        "", invalid_tool_calls=[{"name": "f", "args": '{"a":', "id": "1", "error": "x", "type": "invalid_tool_call"}]
    )
    messages: list[BaseMessage] = [HumanMessage("f"), broken, ToolMessage("no JSON", tool_call_id="1")]
    chat(emu).invoke(messages)
    history = sent(emu)["messages"]
    assert isinstance(history, list)
    assert history[1]["tool_calls"] == [
        {"type": "function", "id": "1", "function": {"name": "f", "arguments": '{"raw_arguments":"{\\"a\\":"}'}}
    ]


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("any", "required"),
        (True, "required"),
        ("auto", "auto"),
        ("get_weather", {"type": "function", "function": {"name": "get_weather"}}),
        (None, None),
    ],
)
def test_the_choice_of_tools_is_sent_in_the_api_s_words(emu: Emulator, choice: str | bool | None, wire: object) -> None:
    chat(emu).bind_tools([get_weather], tool_choice=choice, parallel_tool_calls=False).invoke("The weather in Paris?")
    assert (sent(emu).get("tool_choice"), sent(emu)["parallel_tool_calls"]) == (wire, False)


def test_hosted_tools_are_passed_on(emu: Emulator) -> None:
    search = {"type": "baseten__exa__web_search_exa"}
    llm = chat(emu, default_headers={"x-baseten-server-tools": "true"}).bind_tools([search])
    llm.invoke("Say hello")
    assert sent(emu)["tools"] == [search]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
@pytest.mark.parametrize("strict", [None, True, False])
async def test_objects_come_out_of_either_method(emu: Emulator, method: str, strict: bool | None) -> None:
    llm = chat(emu).with_structured_output(
        Invoice, method="json_schema" if method == "json_schema" else "function_calling", strict=strict
    )
    assert isinstance(llm.invoke("The invoice"), Invoice)
    assert isinstance(await llm.ainvoke("The invoice"), Invoice)
    assert isinstance(list(llm.stream("The invoice"))[-1], Invoice)


def test_the_model_is_held_to_the_schema_where_strict_mode_can_express_it(emu: Emulator) -> None:
    def schema_sent() -> object:
        wanted = sent(emu)["response_format"]
        assert isinstance(wanted, dict)
        return wanted["json_schema"].get("strict")

    chat(emu).with_structured_output(Invoice).invoke("The invoice")
    assert schema_sent() is True
    assert isinstance(chat(emu).with_structured_output(Loose).invoke("Tags"), Loose)
    assert schema_sent() is None
    with pytest.raises(ValueError, match="tags"):
        chat(emu).with_structured_output(Loose, strict=True)


def test_the_answer_comes_beside_the_object(emu: Emulator) -> None:
    read = chat(emu).with_structured_output(Invoice, include_raw=True).invoke("The invoice")
    assert isinstance(read, dict)
    assert isinstance(read["parsed"], Invoice)
    assert json.loads(read["raw"].text)
    assert read["parsing_error"] is None
    unread = chat(emu, "text=nothing").with_structured_output(Invoice, include_raw=True).invoke("The invoice")
    assert isinstance(unread, dict)
    assert unread["parsed"] is None
    assert "nothing" in str(unread["parsing_error"])


def test_a_refusal_is_langchain_s_error(emu: Emulator) -> None:
    refusing = chat(emu, "refusal")
    with pytest.raises(ModelRefusalError, match="I cannot help"):
        refusing.with_structured_output(Invoice).invoke("The invoice")
    plain, streamed = refusing.invoke("The invoice"), added(list(refusing.stream("The invoice")))
    assert plain.content_blocks == streamed.content_blocks
    refusing.invoke([HumanMessage("The invoice"), plain, HumanMessage("Please")])
    history = sent(emu)["messages"]
    assert isinstance(history, list)
    assert history[1] == {"role": "assistant", "content": "", "refusal": "I cannot help with that."}


async def test_errors_are_those_of_this_package(emu: Emulator) -> None:
    with pytest.raises(baseten_sdk.RateLimitError) as limited:
        chat(emu, "status=429, retry-after=7", max_retries=0).invoke("Hello")
    assert limited.value.retry_after == 7
    with pytest.raises(baseten_sdk.StreamInterrupted):
        list(chat(emu, "cut=3", max_retries=0).stream("Say hello world"))
    with pytest.raises(baseten_sdk.StreamInterrupted):
        async for _ in chat(emu, "cut=3", max_retries=0).astream("Say hello world"):
            pass


async def test_async_calls_never_touch_the_plain_client(emu: Emulator) -> None:
    closed = Client(api_key=emu.api_key)
    closed.close()
    llm = chat(emu, client=closed)
    assert (await llm.ainvoke("Say hello")).text == "hello"
    assert "".join([chunk.text async for chunk in llm.astream("Say hello")]) == "hello"
    with pytest.raises(baseten_sdk.ClientClosedError):
        llm.invoke("Say hello")


def test_a_stream_that_is_left_gives_its_connection_back(emu: Emulator) -> None:
    llm = chat(emu)
    for _ in range(300):  # more than a client has places for
        next(iter(llm.stream("Say hello world")))
    assert llm.invoke("Say hello").text == "hello"


def test_the_key_is_in_nothing_that_leaves_the_process(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASETEN_API_KEY", raising=False)
    for made in (chat(emu), BasetenEmbeddings(model_id="x9", api_key=SecretStr(emu.api_key), endpoints=emu.endpoints)):
        assert emu.api_key not in repr(made)
        assert emu.api_key.encode() not in pickle.dumps(made)
    again = pickle.loads(pickle.dumps(chat(emu)))
    with pytest.raises(baseten_sdk.ConfigurationError, match="No API key"):
        again.invoke("Hello")
    monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
    assert again.invoke("Say hello").text == "hello"


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_langchain_writes_and_reads_it(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
    written = dumpd(ChatBaseten(model="abcd1234", temperature=0.5))
    assert emu.api_key not in json.dumps(written)
    read = load(written, allowed_objects=[ChatBaseten], valid_namespaces=["baseten_sdk"], secrets_from_env=True)
    assert isinstance(read, BaseChatModel)
    assert read.asdict() == ChatBaseten(model="abcd1234", temperature=0.5).asdict()


async def test_many_texts_are_embedded_in_batches_and_in_order(emu: Emulator) -> None:
    embeddings = BasetenEmbeddings.model_validate(
        {"model_id": "abcd1234", "api_key": emu.api_key, "endpoints": emu.endpoints, "batch_size": 3, "dimensions": 8}
    )
    texts = [f"text number {n}" for n in range(10)]
    before = len(emu.requests)
    vectors = embeddings.embed_documents(texts)
    assert len(emu.requests) - before == 4
    assert [len(vector) for vector in vectors] == [8] * 10
    assert vectors == [embeddings.embed_query(text) for text in texts]
    assert vectors == await embeddings.aembed_documents(texts)
    assert await embeddings.aembed_query(texts[3]) == vectors[3]
    assert embeddings.embed_documents([]) == await embeddings.aembed_documents([]) == []


def test_a_client_of_httpx_makes_its_requests_one_after_the_other(emu: Emulator) -> None:
    with httpx.Client() as http, Client(api_key=emu.api_key, endpoints=emu.endpoints, http_client=http) as client:
        embeddings = BasetenEmbeddings.model_validate({"model_id": "abcd1234", "client": client, "batch_size": 3})
        before = len(emu.requests)
        assert len(embeddings.embed_documents(["a", "b", "c", "d"])) == 4
        assert len(emu.requests) - before == 2


@pytest.mark.parametrize("tail", ["/predict", "/sync", "/sync/v1"])
def test_embeddings_take_a_url(emu: Emulator, tail: str) -> None:
    url = f"{emu.endpoints.model.format(model_id='abcd1234')}/environments/production{tail}"
    embeddings = BasetenEmbeddings(model_url=url, api_key=SecretStr(emu.api_key))
    assert len(embeddings.embed_query("a text")) == 16
    assert emu.requests[-1].path == "/model/abcd1234/environments/production/sync/v1/embeddings"


async def test_a_batch_that_fails_fails_the_call_with_its_own_error(emu: Emulator) -> None:
    # Each call has its own model, since a request of the first may arrive when that call has ended.
    plain, asynchronous = (
        BasetenEmbeddings.model_validate(
            {"model_id": each, "api_key": emu.api_key, "endpoints": emu.endpoints, "batch_size": 1, "max_retries": 0}
        )
        for each in ("abcd1234", "wxyz5678")
    )
    emu.faults.push("status=400", None, path="abcd1234")
    with pytest.raises(baseten_sdk.BadRequestError):
        plain.embed_documents(["a", "b", "c"])
    emu.faults.push("status=400", None, path="wxyz5678")
    with pytest.raises(baseten_sdk.BadRequestError):
        await asynchronous.aembed_documents(["a", "b", "c"])
    emu.faults.clear()
