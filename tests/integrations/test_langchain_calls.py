"""LangChain: calls that may be run, and those that may not; reasoning, tools and names on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import add

import pytest
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from pydantic import ValidationError

from baseten_sdk import ChatCompletionChunk, InvalidRequestError
from baseten_sdk._core.chat.events import ChatEvents
from baseten_sdk._core.schema.toolbox import Toolbox
from baseten_sdk.integrations.langchain import BasetenEmbeddings, ChatBaseten
from baseten_sdk.integrations.langchain.chunks import GenerationChunks
from tests.integrations.calls import BROKEN, CUT, WHOLE
from tests.integrations.engine import Engine, running_engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running_engine() as running:
        yield running


def model(engine: Engine, **given: object) -> ChatBaseten:
    return ChatBaseten.model_validate({"model": "m", "base_url": engine.url, "api_key": "k", "max_retries": 0, **given})


def find(q: str = "", limit: int = 10) -> str:
    """Find somebody."""
    return q


async def answers(engine: Engine) -> list[AIMessage]:
    """The answer of every method: whole, added up from a stream, and as `invoke` makes it of a stream."""
    llm = model(engine).bind_tools([find])
    streamed = list(llm.stream("x"))
    chunks = [chunk for chunk in streamed if isinstance(chunk, AIMessageChunk)]
    astreamed = [chunk async for chunk in llm.astream("x") if isinstance(chunk, AIMessageChunk)]
    gathered = generate_from_stream(iter(model(engine)._stream([HumanMessage("x")]))).generations[0].message
    assert isinstance(gathered, AIMessage)
    through = model(engine, streaming=True).invoke("x")
    return [llm.invoke("x"), await llm.ainvoke("x"), reduce(add, chunks), reduce(add, astreamed), gathered, through]


@pytest.mark.parametrize("arguments", [*CUT.values(), *BROKEN.values()], ids=[*CUT, *BROKEN])
async def test_a_call_that_was_cut_or_is_no_object_is_never_run(engine: Engine, arguments: str) -> None:
    engine.calls('{"q": "bert"}', arguments)
    for message in await answers(engine):
        assert [(call["args"], call["id"]) for call in message.tool_calls] == [({"q": "bert"}, "call_0")]
        (invalid,) = message.invalid_tool_calls
        assert (invalid["name"], invalid["id"]) == ("find", "call_1")
        assert str(invalid["args"]).startswith(arguments)


def gathered(*pieces: dict[str, object], reason: str = "tool_calls") -> AIMessageChunk:
    """The chunks of a stream whose pieces of calls come one by one, added up."""
    deltas: list[dict[str, object]] = [{"tool_calls": [piece]} for piece in pieces]
    told: list[dict[str, object]] = [{"index": 0, "delta": delta} for delta in deltas]
    choices = [*told, {"index": 0, "delta": {}, "finish_reason": reason}]
    reader: ChatEvents[None] = ChatEvents(Toolbox(()), None, lenient=True)
    events = [
        event for each in choices for event in reader.read(ChatCompletionChunk.model_validate({"choices": [each]}))
    ]
    made = GenerationChunks()
    chunks = [chunk.message for event in [*events, *reader.end()] if (chunk := made.of(event)) is not None]
    return reduce(add, [chunk for chunk in chunks if isinstance(chunk, AIMessageChunk)])


def piece(name: str | None, arguments: str | None, *, index: int = 0, id: str | None = None) -> dict[str, object]:
    return {"index": index, "id": id, "function": {"name": name, "arguments": arguments}}


def test_a_streamed_call_without_an_id_has_the_one_that_its_result_names() -> None:
    message = gathered(piece("find", '{"q": "a"}', id="t1"), piece("find", '{"q": "b"}'))
    first, second = message.tool_calls
    assert (first["id"], first["args"], second["args"]) == ("t1", {"q": "a"}, {"q": "b"})
    assert str(second["id"]).startswith("call_")


def test_an_id_and_a_name_that_come_late_or_in_pieces_are_whole() -> None:
    (late,) = gathered(piece("find", '{"q": '), piece(None, '"a"}', id="t1")).tool_calls
    assert (late["name"], late["id"], late["args"]) == ("find", "t1", {"q": "a"})
    (named,) = gathered(piece("fi", "", id="t1"), piece("nd", None), piece(None, "{}")).tool_calls
    assert (named["name"], named["id"]) == ("find", "t1")


def test_half_a_character_in_the_arguments_costs_only_itself() -> None:
    (half,) = gathered(piece("find", r'{"q": "a\ud8', id="t1"), piece(None, r'3d"}')).tool_calls
    assert half["args"] == {"q": "a\ufffd"}
    (whole,) = gathered(piece("find", r'{"q": "a\ud83d', id="t1"), piece(None, r'\ude00"}')).tool_calls
    assert whole["args"] == {"q": "a\U0001f600"}
    cut = gathered(piece("find", r'{"q": "a\ud83d', id="t1"), reason="length")
    assert (cut.tool_calls, len(cut.invalid_tool_calls)) == ([], 1)


def test_a_call_that_was_cut_is_not_run_whatever_its_index() -> None:
    message = gathered(
        piece("find", '{"q": "a"}', index=1, id="t1"), piece("find", '{"q": "b', index=2, id="t2"), reason="length"
    )
    assert [call["id"] for call in message.tool_calls] == ["t1"]
    assert [call["id"] for call in message.invalid_tool_calls] == ["t2"]


@pytest.mark.parametrize("reason", ["length", "tool_calls", "stop"])
@pytest.mark.parametrize(("arguments", "read"), WHOLE.values(), ids=WHOLE)
async def test_a_whole_call_is_run(engine: Engine, arguments: str, read: object, reason: str) -> None:
    engine.calls(arguments, '{"q": "bert"}', finish_reason=reason)
    for message in await answers(engine):
        assert [call["args"] for call in message.tool_calls] == [read, {"q": "bert"}]
        assert message.invalid_tool_calls == []


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_a_call_that_lost_all_its_arguments_is_not_run(engine: Engine, reason: str) -> None:
    engine.calls('{"q": "bert"}', "", finish_reason=reason)
    for message in await answers(engine):
        assert [call["id"] for call in message.tool_calls] == ["call_0"]
        assert [call["id"] for call in message.invalid_tool_calls] == ["call_1"]


async def test_a_call_of_nothing_else_that_was_cut_is_not_run(engine: Engine) -> None:
    engine.calls("nul", finish_reason="length")
    for message in await answers(engine):
        assert message.tool_calls == []
        assert [call["id"] for call in message.invalid_tool_calls] == ["call_0"]


def test_without_tools_nothing_of_tools_is_sent(engine: Engine) -> None:
    engine.says({"content": "hello"})
    llm = model(engine)
    for bound in (llm.bind_tools([]), llm.bind_tools([], tool_choice="auto", parallel_tool_calls=True)):
        assert bound.invoke("x").text == "hello"
        assert engine.bodies[-1].keys() == {"model", "messages"}
    model(engine, tools=[]).invoke("x")
    assert engine.bodies[-1].keys() == {"model", "messages"}
    model(engine).invoke(["x", model(engine).invoke("x"), "y"])
    assert engine.sent()[1] == {"role": "assistant", "content": "hello"}


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_goes_back_under_the_name_it_came_with(engine: Engine, name: str) -> None:
    engine.says({name: "2+2", "content": "4"})
    llm = model(engine)
    for message in (llm.invoke("x"), reduce(add, llm.stream("x")), model(engine, streaming=True).invoke("x")):
        llm.invoke([HumanMessage("x"), message, HumanMessage("y")])
        assert engine.sent()[1] == {"role": "assistant", "content": "4", name: "2+2"}


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("temprature", "temperature"),
        ("max_token", "max_tokens"),
        ("max_retrys", "max_retries"),
        ("reasoning_efort", "reasoning_effort"),
        ("base_ulr", "base_url"),
        ("deployment", "deployment_id"),
        ("stop_sequence", "stop_sequences"),
    ],
)
def test_a_misspelled_name_is_refused_with_the_one_that_was_meant(engine: Engine, wrong: str, meant: str) -> None:
    with pytest.raises(ValidationError, match=f"no parameter '{wrong}'. Did you mean '{meant}'"):
        model(engine, **{wrong: 3})


def test_so_it_is_where_a_call_is_made(engine: Engine) -> None:
    sent = len(engine.bodies)
    with pytest.raises(InvalidRequestError, match="Did you mean 'temperature'"):
        model(engine).invoke("x", temprature=3)
    with pytest.raises(InvalidRequestError, match="Did you mean 'tool_choice'"):
        model(engine).bind(tool_choise="auto").invoke("x")
    assert len(engine.bodies) == sent


def test_names_of_engines_are_passed_on(engine: Engine) -> None:
    engine.says({"content": "hello"})
    given = {"top_k": 4, "min_p": 0.1, "min_tokens": 2, "guided_json": {}, "cache_salt": "x", "temprature_": 1}
    with pytest.raises(ValidationError):
        model(engine, **given)
    del given["temprature_"]
    model(engine, **given, extra_body={"temprature": 1}).invoke("x")
    assert engine.bodies[-1].items() >= {**given, "temprature": 1}.items()


def test_embeddings_refuse_unknown_names() -> None:
    with pytest.raises(ValidationError, match="modle"):
        BasetenEmbeddings.model_validate({"model": "abcd1234", "api_key": "k", "modle": "x"})
