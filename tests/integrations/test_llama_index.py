"""`Baseten` through LlamaIndex's own interfaces, over sockets."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import Iterator

import pytest
import requests
from llama_index.core import Document, PromptTemplate, SummaryIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import (
    AudioBlock,
    ChatMessage,
    ChatResponse,
    DocumentBlock,
    ImageBlock,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import LLM
from llama_index.core.tools import FunctionTool
from llama_index.core.types import PydanticProgramMode
from pydantic import BaseModel

import baseten_sdk
from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.llama_index import Baseten, BasetenEmbedding

MODEL = "openai/gpt-oss-120b"
HELLO = [ChatMessage(role="user", content="Say hello world")]


class Invoice(BaseModel):
    """An invoice."""

    number: str
    total: float
    note: str | None = None


class Loose(BaseModel):
    """Strict mode has no form for an open dict."""

    tags: dict[str, str]


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"Sunny in {city}."


WEATHER = FunctionTool.from_defaults(fn=get_weather)


def llm_of(emu: Emulator, behavior: str = "request-id=on", /, model_id: str = MODEL, **given: object) -> Baseten:
    """An LLM of the emulator, which behaves as told."""
    known: dict[str, object] = {"api_key": emu.api_key, "endpoints": emu.endpoints}
    known["default_headers"] = {"x-emulator": behavior}
    make: type = Baseten
    made: object = make(model_id, **{**known, **given})
    assert isinstance(made, Baseten)
    return made


def sent(emu: Emulator) -> dict[str, object]:
    """The body of the last request."""
    body = emu.requests[-1].json
    assert isinstance(body, dict)
    return dict(body)


def history(emu: Emulator) -> list[dict[str, object]]:
    messages = sent(emu)["messages"]
    assert isinstance(messages, list)
    return [dict(message) for message in messages]


def test_the_constructor_asks_nobody(emu: Emulator) -> None:
    before = len(emu.requests)
    llm = llm_of(emu, model_id="nobody/knows-this")
    assert llm.metadata.is_function_calling_model
    assert llm.to_payload()["model_name"] == "nobody/knows-this"
    assert len(emu.requests) == before


async def test_every_method_answers(emu: Emulator) -> None:
    llm = llm_of(emu)
    assert llm.complete("Say hello world").text == (await llm.acomplete("Say hello world")).text == "hello world"
    assert str(llm.chat(HELLO)) == str(await llm.achat(HELLO)) == "assistant: hello world"
    streams = [
        [(each.delta, str(each)) for each in llm.stream_complete("Say hello world")],
        [(each.delta, str(each)) async for each in await llm.astream_complete("Say hello world")],
        [(each.delta, str(each.message.content)) for each in llm.stream_chat(HELLO)],
        [(each.delta, str(each.message.content)) async for each in await llm.astream_chat(HELLO)],
    ]
    assert all(stream == streams[0] for stream in streams)
    assert "".join(delta or "" for delta, _ in streams[0]) == streams[0][-1][1] == "hello world"


def test_only_what_is_set_is_sent_and_anything_may_be(emu: Emulator) -> None:
    llm_of(emu).complete("Say hello")
    assert sent(emu) == {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Say hello"}],
        "temperature": 0.1,
    }
    llm = llm_of(emu, temperature=None, max_tokens=50, additional_kwargs={"top_k": 4}, reasoning_effort="low")
    llm.complete("Say hello", seed=7, session="s-1")
    body = sent(emu)
    del body["model"], body["messages"]
    assert body == {"max_tokens": 50, "top_k": 4, "reasoning_effort": "low", "seed": 7}
    assert emu.requests[-1].headers["x-session-affinity"] == "s-1"


@pytest.mark.parametrize(
    ("given", "path", "name"),
    [
        ({"model_id": "abcd1234"}, "/model/abcd1234/environments/production", "abcd1234"),
        ({"model_id": "x9", "served_model": "m"}, "/model/x9/environments/production", "m"),
        ({"model_id": "x9", "environment": "staging"}, "/model/x9/environments/staging", "x9"),
        ({"model_id": "x9", "deployment_id": "wxyz123"}, "/model/x9/deployment/wxyz123", "x9"),
        ({"model_id": "x9", "regional": "prod-us"}, "/regional/x9/prod-us", "x9"),
        ({"model_id": "x9", "model_apis": False}, "/model/x9/environments/production", "x9"),
    ],
)
def test_every_target_is_reached(emu: Emulator, given: dict[str, str], path: str, name: str) -> None:
    assert llm_of(emu, **given).complete("Say hello").text == "hello"
    assert (emu.requests[-1].path, sent(emu)["model"]) == (f"{path}/sync/v1/chat/completions", name)


def test_a_gateway_takes_any_name(emu: Emulator) -> None:
    llm = Baseten("gpt", api_key=emu.api_key, api_base=emu.endpoints.model_apis)
    assert llm.complete("Say hello").text == "hello"
    assert (emu.requests[-1].path, sent(emu)["model"]) == ("/v1/chat/completions", "gpt")


def test_reasoning_usage_and_the_request_are_told(emu: Emulator) -> None:
    llm = llm_of(emu, "reasoning=reasoning", reasoning_effort="high")
    plain = llm.chat(HELLO)
    streamed = list(llm.stream_chat(HELLO))
    for response in (plain, streamed[-1]):
        assert isinstance(response.raw, baseten_sdk.ChatCompletion)
        assert (
            response.additional_kwargs["total_tokens"] == response.raw.usage.total_tokens if response.raw.usage else 0
        )
        assert response.additional_kwargs["request_id"] == response.raw.meta.request_id
        thought, said = response.message.blocks
        assert isinstance(thought, ThinkingBlock)
        assert isinstance(said, TextBlock)
    assert plain.message.blocks == streamed[-1].message.blocks
    deltas = [response.additional_kwargs.get("thinking_delta", "") for response in streamed]
    assert "".join(deltas) == plain.additional_kwargs["reasoning_content"]
    llm.chat([*HELLO, plain.message, ChatMessage(content="Again")])
    assert history(emu)[1] == {
        "role": "assistant",
        "content": "hello world",
        "reasoning": plain.additional_kwargs["reasoning_content"],
    }


def test_log_probs_are_told(emu: Emulator) -> None:
    told = llm_of(emu, "logprobs").chat(HELLO).logprobs
    assert told is not None
    assert [[each.token for each in token] for token in told] == [["hello"], [" world"]]


def test_llama_index_counts_the_tokens(emu: Emulator) -> None:
    counter = TokenCountingHandler(tokenizer=str.split)
    llm = llm_of(emu, callback_manager=CallbackManager([counter]))
    usage = llm.chat(HELLO).additional_kwargs
    list(llm.stream_chat(HELLO))
    assert counter.prompt_llm_token_count == 2 * usage["prompt_tokens"]
    assert counter.completion_llm_token_count == 2 * usage["completion_tokens"]


def test_blocks_travel_in_the_api_s_form(emu: Emulator) -> None:
    png = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
    blocks = [
        TextBlock(text="Look"),
        ImageBlock(image=png, detail="low"),
        ImageBlock(url="https://example.com/a.png"),
        AudioBlock(audio=b"RIFF0000WAVEfmt ", format="wav"),
        DocumentBlock(data=b"%PDF-1.4", title="a.pdf", document_mimetype="application/pdf"),
    ]
    llm_of(emu).chat([ChatMessage(role="user", blocks=blocks)])
    content = history(emu)[0]["content"]
    assert isinstance(content, list)
    assert [part["type"] for part in content] == ["text", "image_url", "image_url", "input_audio", "file"]
    assert content[1]["image_url"] == {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==", "detail": "low"}
    assert content[2]["image_url"] == {"url": "https://example.com/a.png"}
    assert content[3]["input_audio"] == {"data": "UklGRjAwMDBXQVZFZm10IA==", "format": "wav"}
    assert content[4]["file"] == {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQ="}


def test_a_conversation_of_another_llm_goes_on(emu: Emulator) -> None:
    made = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    llm_of(emu).chat(
        [
            *HELLO,
            ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": [made]}),
            ChatMessage(role="tool", content="Sunny", additional_kwargs={"tool_call_id": "1"}),
            ChatMessage(role="chatbot", content="It is sunny."),
            ChatMessage(role="user", content="Thanks"),
        ]
    )
    assert history(emu)[1:4] == [
        {"role": "assistant", "content": "", "tool_calls": [made]},
        {"role": "tool", "content": "Sunny", "tool_call_id": "1"},
        {"role": "assistant", "content": "It is sunny."},
    ]


@pytest.mark.parametrize("behavior", ["style=a, tool-ids=fresh", "style=c, tool-interleave", "no-index, tool-pair"])
async def test_calls_come_out_of_every_method(emu: Emulator, behavior: str) -> None:
    llm = llm_of(emu, behavior)
    question = "The weather in Paris and Rome?"
    *_, streamed = llm.stream_chat_with_tools([WEATHER], question, allow_parallel_tool_calls=True)
    responses = [
        llm.chat_with_tools([WEATHER], question, allow_parallel_tool_calls=True),
        await llm.achat_with_tools([WEATHER], question, allow_parallel_tool_calls=True),
        streamed,
    ]
    async for response in await llm.astream_chat_with_tools([WEATHER], question, allow_parallel_tool_calls=True):
        responses[2] = response
    for response in responses:
        calls = llm.get_tool_calls_from_response(response)
        assert [(call.tool_name, call.tool_kwargs) for call in calls] == [
            ("get_weather", {"city": "Paris"}),
            ("get_weather", {"city": "Rome"}),
        ]
        assert len({call.tool_id for call in calls}) == 2


def test_a_stream_shows_calls_as_they_come(emu: Emulator) -> None:
    llm = llm_of(emu)
    seen: list[dict[str, object]] = []
    for response in llm.stream_chat_with_tools([WEATHER], "The weather in Paris?"):
        seen += [call.tool_kwargs for call in llm.get_tool_calls_from_response(response, error_on_no_tool_call=False)]
    assert seen[0] == {}
    assert seen[-1] == {"city": "Paris"}


def test_the_choice_of_tools_is_sent_in_the_api_s_words(emu: Emulator) -> None:
    llm = llm_of(emu)
    earlier = [ChatMessage(content="Hi")]
    llm.chat_with_tools([WEATHER], "The weather in Paris?", chat_history=earlier, tool_required=True, strict=True)
    body = sent(emu)
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("required", False)
    tools = body["tools"]
    assert isinstance(tools, list)
    assert tools[0]["function"]["strict"] is True
    assert tools[0]["function"]["parameters"]["additionalProperties"] is False
    assert len(earlier) == 1
    llm.chat_with_tools([WEATHER], "Hello", tool_choice="get_weather")
    assert sent(emu)["tool_choice"] == {"type": "function", "function": {"name": "get_weather"}}
    llm.chat_with_tools([], "Hello")
    assert "tools" not in sent(emu)


def test_a_second_call_is_left_out_where_one_is_allowed(emu: Emulator) -> None:
    question = "The weather in Paris and Rome?"
    response = llm_of(emu, additional_kwargs={"parallel_tool_calls": True}).chat(
        [ChatMessage(content=question)], tools=[WEATHER.metadata.to_openai_tool()]
    )
    assert len([block for block in response.message.blocks if isinstance(block, ToolCallBlock)]) == 2
    kept = llm_of(emu)._validate_chat_with_tools_response(response, [WEATHER])
    assert [block.tool_kwargs for block in kept.message.blocks if isinstance(block, ToolCallBlock)] == [
        {"city": "Paris"}
    ]


async def test_llama_index_calls_the_tools(emu: Emulator) -> None:
    llm = llm_of(emu)
    assert str(llm.predict_and_call([WEATHER], "The weather in Paris?")) == "Sunny in Paris."
    assert str(await llm.apredict_and_call([WEATHER], "The weather in Paris?")) == "Sunny in Paris."
    with pytest.raises(ValueError, match="called no tool; it said: 'hello'"):
        llm.predict_and_call([WEATHER], "Say hello")


@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")  # of LlamaIndex's workflows
@pytest.mark.parametrize("streaming", [True, False])
async def test_an_agent_of_llama_index_runs(emu: Emulator, streaming: bool) -> None:
    agent = FunctionAgent(tools=[WEATHER], llm=llm_of(emu), system_prompt="You help.", streaming=streaming)
    # The form that is to stay; the overloads do not tell it from the one that is to go.
    asked = agent.run(user_msg="What is the weather in Paris?")  # pyright: ignore[reportDeprecated]
    assert str(await asked) == "The tool says: Sunny in Paris."


PROMPT = PromptTemplate("An invoice for {what}")


@pytest.mark.parametrize("mode", [PydanticProgramMode.DEFAULT, PydanticProgramMode.FUNCTION])
async def test_objects_come_out_of_every_method(emu: Emulator, mode: PydanticProgramMode) -> None:
    llm = llm_of(emu, pydantic_program_mode=mode)
    made: list[object] = [
        llm.structured_predict(Invoice, PROMPT, what="tea"),
        await llm.astructured_predict(Invoice, PROMPT, what="tea"),
        list(llm.stream_structured_predict(Invoice, PROMPT, what="tea"))[-1],
        [each async for each in await llm.astream_structured_predict(Invoice, PROMPT, what="tea")][-1],
        llm.as_structured_llm(Invoice).complete("tea").raw,
        (await llm.as_structured_llm(Invoice).achat(HELLO)).raw,
    ]
    assert all(isinstance(each, Invoice) for each in made)
    body = sent(emu)
    assert ("response_format" in body) == (mode == PydanticProgramMode.DEFAULT)
    assert ("tools" in body) == (mode == PydanticProgramMode.FUNCTION)


def test_the_model_is_held_to_the_schema_where_strict_mode_can_express_it(emu: Emulator) -> None:
    def strict() -> object:
        wanted = sent(emu)["response_format"]
        assert isinstance(wanted, dict)
        return wanted["json_schema"].get("strict")

    llm_of(emu).structured_predict(Invoice, PROMPT, what="tea")
    assert strict() is True
    assert isinstance(llm_of(emu).structured_predict(Loose, PROMPT, what="tea"), Loose)
    assert strict() is None


def test_partial_objects_grow(emu: Emulator) -> None:
    seen = list(llm_of(emu).stream_structured_predict(Invoice, PROMPT, what="tea"))
    assert len(seen) > 2
    assert not isinstance(seen[0], Invoice)


@pytest.mark.parametrize(
    ("behavior", "error"),
    [
        ("refusal", baseten_sdk.RefusalError),
        ("text=nothing", baseten_sdk.OutputValidationError),
        ("text=nothing, finish-reason=length", baseten_sdk.LengthLimitError),
    ],
)
def test_what_is_no_object_says_why(emu: Emulator, behavior: str, error: type[baseten_sdk.OutputError]) -> None:
    with pytest.raises(error) as caught:
        llm_of(emu, behavior).structured_predict(Invoice, PROMPT, what="tea")
    assert caught.value.completion.meta.request_id


async def test_errors_are_those_of_this_package(emu: Emulator) -> None:
    limited = llm_of(emu, "status=429, retry-after=7", max_retries=0)
    with pytest.raises(baseten_sdk.RateLimitError):
        limited.complete("Hello")
    with pytest.raises(baseten_sdk.RateLimitError):
        await limited.achat(HELLO)
    cut = llm_of(emu, "cut=3", max_retries=0)
    with pytest.raises(baseten_sdk.StreamInterrupted):
        list(cut.stream_chat(HELLO))
    with pytest.raises(baseten_sdk.StreamInterrupted):
        async for _ in await cut.astream_complete("Say hello world"):
            pass


def test_the_context_window_is_looked_up_when_it_is_read_and_once(emu: Emulator) -> None:
    llm = llm_of(emu)
    before = len(emu.requests)
    assert llm.metadata.num_output == 256
    assert len(emu.requests) == before
    assert llm.metadata.context_window == llm.metadata.context_window == 128_072
    assert [request.path for request in emu.requests[before:]] == ["/v1/models"]
    assert llm_of(emu, context_window=9000).metadata.context_window == 9000
    assert llm_of(emu, model_id="nobody/knows-this").metadata.context_window == 3900


def test_a_repr_of_the_metadata_asks_nobody_and_tells_no_window_that_is_not_known(emu: Emulator) -> None:
    metadata = llm_of(emu).metadata
    before = len(emu.requests)
    assert "context_window" not in f"{metadata!r} {metadata}"
    assert len(emu.requests) == before
    assert metadata.context_window == 128_072
    assert "context_window=128072" in repr(metadata)
    assert "context_window=9000" in repr(llm_of(emu, context_window=9000).metadata)


def test_without_a_list_the_context_window_is_llama_index_s_default(
    emu: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    assert llm_of(emu, "status=503").metadata.context_window == 3900
    assert "context window of openai/gpt-oss-120b is not known" in caplog.text


async def test_the_models_are_listed_when_they_are_asked_for(emu: Emulator) -> None:
    llm = llm_of(emu)
    assert MODEL in [model.id for model in llm.available_models]
    assert llm.available_models == await llm.aavailable_models()
    dedicated = llm_of(emu, model_id="x9", served_model="m")
    assert [model.id for model in dedicated.available_models] == ["x9"]
    bare = llm_of(emu, "status=404", model_id="x9", served_model="m", max_retries=0)
    assert [model.id for model in bare.available_models] == ["m"]
    assert [model.id for model in await bare.aavailable_models()] == ["m"]
    with pytest.raises(baseten_sdk.NotFoundError):
        _ = llm_of(emu, "status=404", max_retries=0).available_models


async def test_with_a_webhook_acomplete_submits(emu: Emulator) -> None:
    llm = llm_of(emu, "queue=60", model_id="x9", webhook_endpoint="https://example.com/done", max_tokens=50)
    response = await llm.acomplete("Paul Graham is", top_p=0.5)
    assert response.additional_kwargs == {"async_request": True}
    assert response.raw == {"request_id": response.text}
    assert sent(emu) == {
        "model_input": {"prompt": "Paul Graham is", "temperature": 0.1, "max_tokens": 50, "top_p": 0.5},
        "webhook_endpoint": "https://example.com/done",
    }
    assert llm.job(response.text).status().status == "QUEUED"
    assert (await llm.achat(HELLO)).message.content == "hello world"


async def test_a_model_api_takes_no_async_requests(emu: Emulator) -> None:
    llm = llm_of(emu, webhook_endpoint="https://example.com/done")
    with pytest.raises(ValueError, match="takes no async requests"):
        await llm.acomplete("Hello")
    with pytest.raises(baseten_sdk.InvalidRequestError):
        llm.submit("Hello")


async def test_long_work_has_a_name_of_its_own(emu: Emulator) -> None:
    llm = llm_of(emu, "queue=60", model_id="x9")
    job = llm.submit("Hello", webhook_endpoint="https://example.com/done", priority=1, top_p=0.5)
    assert sent(emu)["priority"] == 1
    assert llm.job(job.request_id).cancel().canceled
    other = await llm.asubmit(HELLO)
    assert sent(emu)["model_input"] == {
        "messages": [{"role": "user", "content": "Say hello world"}],
        "temperature": 0.1,
    }
    assert (await llm.ajob(other.request_id).status()).status == "QUEUED"


def test_it_is_written_and_read_as_llama_index_does(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    llm = llm_of(emu, model_id="x9", environment="staging", max_tokens=50)
    written = llm.to_dict()
    assert written["class_name"] == Baseten.class_name() == "Baseten_LLM"
    assert emu.api_key not in json.dumps(written, default=str) + repr(llm)
    again = Baseten.from_dict(written)
    assert again.to_dict() == written
    data = pickle.dumps(llm)
    assert emu.api_key.encode() not in data
    monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
    thawed = pickle.loads(data)
    assert thawed.complete("Say hello").text == "hello"
    assert emu.requests[-1].path == "/model/x9/environments/staging/sync/v1/chat/completions"


def test_what_names_no_model_is_refused() -> None:
    with pytest.raises(baseten_sdk.InvalidRequestError, match="Say which model"):
        Baseten()
    with pytest.raises(baseten_sdk.ConfigurationError, match="one target"):
        Baseten("x9", environment="a", regional="b").complete("Hello")


def test_an_index_is_queried(emu: Emulator) -> None:
    index = SummaryIndex.from_documents([Document(text="Ada wrote the first program.")])
    engine = index.as_query_engine(llm=llm_of(emu), embed_model=MockEmbedding(embed_dim=4))
    assert "Ada" in str(engine.query("Who wrote the first program?"))


def test_the_cookbook_runs_with_the_import_changed(at_home: Emulator) -> None:
    emu = at_home
    llm = Baseten(model_id=MODEL, api_key=emu.api_key, model_apis=True)
    assert "Paul" in llm.complete("Paul Graham is").text
    messages = [
        ChatMessage(role="system", content="You are a pirate with a colorful personality"),
        ChatMessage(role="user", content="What is your name"),
    ]
    assert str(llm.chat(messages)).startswith("assistant: ")
    assert "".join(r.delta or "" for r in llm.stream_complete("Paul Graham is "))
    assert "".join(r.delta or "" for r in llm.stream_chat(messages)) == llm.chat(messages).message.content

    async_llm = Baseten(model_id="abcd1234", api_key=emu.api_key, webhook_endpoint="https://example.com/hook")
    request_id = str(asyncio.run(async_llm.acomplete("Paul Graham is")))
    emu.advance(60)
    status = requests.get(
        f"{emu.endpoints.model.format(model_id='abcd1234')}/async_request/{request_id}",
        headers={"Authorization": f"Api-Key {emu.api_key}"},
        timeout=10,
    ).json()
    assert (status["request_id"], status["model_id"]) == (request_id, "abcd1234")


def test_it_is_an_llm_like_any_other(emu: Emulator) -> None:
    llm: LLM = llm_of(emu)
    responses: Iterator[ChatResponse] = iter([llm.chat(HELLO)])
    assert next(responses).message.role == MessageRole.ASSISTANT


def embedding_of(emu: Emulator, *, environment: str | None = None) -> BasetenEmbedding:
    return BasetenEmbedding(
        "abcd1234",
        api_key=emu.api_key,
        endpoints=emu.endpoints,
        max_batch=10,
        dimensions=8,
        environment=environment,
    )


async def test_texts_of_an_index_are_embedded_side_by_side(emu: Emulator) -> None:
    embed_model = embedding_of(emu)
    texts = [f"text number {number}" for number in range(25)]
    before = len(emu.requests)
    vectors = embed_model.get_text_embedding_batch(texts)
    assert len(emu.requests) - before == 3
    assert [len(vector) for vector in vectors] == [8] * 25
    assert await embed_model.aget_text_embedding_batch(texts) == vectors
    assert embed_model.get_query_embedding(texts[3]) == vectors[3]
    assert await embed_model.aget_query_embedding(texts[4]) == vectors[4]
    assert await embed_model.aget_text_embedding(texts[5]) == embed_model.get_text_embedding(texts[5]) == vectors[5]
    emu.faults.push("status=400", None)
    with pytest.raises(baseten_sdk.BadRequestError):
        embed_model.get_text_embedding("a")


def test_an_embedding_shows_no_key(emu: Emulator) -> None:
    embed_model = embedding_of(emu, environment="staging")
    assert emu.api_key not in f"{embed_model!r}{embed_model.to_dict()}{embed_model.to_payload()}"
    assert emu.api_key.encode() not in pickle.dumps(embed_model)
    embed_model.get_text_embedding("a")
    assert emu.requests[-1].path == "/model/abcd1234/environments/staging/sync/v1/embeddings"
