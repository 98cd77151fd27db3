"""LlamaIndex: calls that may be run, and those that may not; reasoning, tools and names on the wire."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.tools import FunctionTool

from baseten_sdk import InvalidRequestError, ToolArgumentError
from baseten_sdk.integrations.llama_index import Baseten
from tests.integrations.calls import BROKEN, CUT, WHOLE
from tests.integrations.engine import Engine, running_engine

QUESTION = "Find anna."


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running_engine() as running:
        yield running


def llm_of(engine: Engine, **given: object) -> Baseten:
    make: type = Baseten
    made: object = make("m", **{"api_base": engine.url, "api_key": "k", "max_retries": 0, **given})
    assert isinstance(made, Baseten)
    return made


ran: list[object] = []


def find(q: str = "", limit: int = 10) -> str:
    """Find somebody."""
    ran.append(q)
    return q


TOOLS = [FunctionTool.from_defaults(find)]


async def responses(engine: Engine) -> list[ChatResponse]:
    """The last response of every method."""
    llm = llm_of(engine)
    astream = await llm.astream_chat_with_tools(TOOLS, QUESTION, allow_parallel_tool_calls=True)
    astreamed = [response async for response in astream]
    return [
        llm.chat_with_tools(TOOLS, QUESTION, allow_parallel_tool_calls=True),
        await llm.achat_with_tools(TOOLS, QUESTION, allow_parallel_tool_calls=True),
        list(llm.stream_chat_with_tools(TOOLS, QUESTION, allow_parallel_tool_calls=True))[-1],
        astreamed[-1],
    ]


@pytest.mark.parametrize("arguments", [*CUT.values(), *BROKEN.values()], ids=[*CUT, *BROKEN])
async def test_a_call_that_was_cut_or_is_no_object_is_never_run(engine: Engine, arguments: str) -> None:
    ran.clear()
    engine.calls('{"q": "bert"}', arguments)
    llm = llm_of(engine)
    for response in await responses(engine):
        with pytest.raises(ToolArgumentError, match="The call of find is not run") as caught:
            llm.get_tool_calls_from_response(response)
        assert caught.value.completion is response.raw
    engine.calls(arguments)
    with pytest.raises(ToolArgumentError):
        llm.predict_and_call(TOOLS, QUESTION)
    with pytest.raises(ToolArgumentError):
        await llm.apredict_and_call(TOOLS, QUESTION)
    assert ran == []


@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")  # of LlamaIndex's workflows
@pytest.mark.parametrize("streaming", [True, False])
async def test_an_agent_does_not_run_a_call_that_was_cut(engine: Engine, streaming: bool) -> None:
    ran.clear()
    engine.calls('{"q": "ann', finish_reason="length")
    agent = FunctionAgent(tools=[*TOOLS], llm=llm_of(engine), streaming=streaming)
    with pytest.raises(Exception, match="The call of find is not run"):
        # The form that is to stay; the overloads do not tell it from the one that is to go.
        await agent.run(user_msg=QUESTION)  # pyright: ignore[reportDeprecated]
    assert ran == []


@pytest.mark.parametrize("reason", ["length", "tool_calls", "stop"])
@pytest.mark.parametrize(("arguments", "read"), WHOLE.values(), ids=WHOLE)
async def test_a_whole_call_is_run(engine: Engine, arguments: str, read: object, reason: str) -> None:
    engine.calls(arguments, '{"q": "bert"}', finish_reason=reason)
    for response in await responses(engine):
        found = llm_of(engine).get_tool_calls_from_response(response)
        assert [call.tool_kwargs for call in found] == [read, {"q": "bert"}]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_a_call_that_lost_all_its_arguments_is_not_run(engine: Engine, reason: str) -> None:
    engine.calls("", finish_reason=reason)
    for response in await responses(engine):
        with pytest.raises(ToolArgumentError):
            llm_of(engine).get_tool_calls_from_response(response)


def test_while_it_streams_a_call_is_shown_as_far_as_it_came(engine: Engine) -> None:
    engine.calls('{"q": "anna"}')
    llm = llm_of(engine)
    shown = [
        llm.get_tool_calls_from_response(response, error_on_no_tool_call=False)
        for response in llm.stream_chat_with_tools(TOOLS, QUESTION)
    ]
    seen = [call.tool_kwargs for calls in shown for call in calls]
    assert (seen[0], seen[-1]) == ({}, {"q": "anna"})


def test_without_tools_nothing_of_tools_is_sent(engine: Engine) -> None:
    engine.says({"content": "hello"})
    llm = llm_of(engine, temperature=None, additional_kwargs={"tools": []})
    assert llm.chat_with_tools([], QUESTION).message.content == "hello"
    assert engine.bodies[-1].keys() == {"model", "messages"}
    said = llm.chat([ChatMessage(QUESTION)], tools=[], tool_choice="auto").message
    assert engine.bodies[-1].keys() == {"model", "messages"}
    llm.chat([ChatMessage(QUESTION), said, ChatMessage("Again.")])
    assert engine.sent()[1] == {"role": "assistant", "content": "hello"}


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_goes_back_under_the_name_it_came_with(engine: Engine, name: str) -> None:
    engine.says({name: "2+2", "content": "4"})
    llm = llm_of(engine)
    streamed = list(llm.stream_chat([ChatMessage(QUESTION)]))[-1]
    for response in (llm.chat([ChatMessage(QUESTION)]), streamed):
        read = ChatMessage.model_validate_json(response.message.model_dump_json())
        for message in (response.message, read):
            llm.chat([ChatMessage(QUESTION), message, ChatMessage("Again.")])
            assert engine.sent()[1] == {"role": "assistant", "content": "4", name: "2+2"}


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("base_url", "api_base"),
        ("api_bse", "api_base"),
        ("temprature", "temperature"),
        ("max_token", "max_tokens"),
        ("model_name", "model_id"),
        ("enviroment", "environment"),
    ],
)
def test_an_unknown_argument_is_refused_with_the_one_that_was_meant(engine: Engine, wrong: str, meant: str) -> None:
    with pytest.raises(TypeError, match=f"no argument '{wrong}'. Did you mean '{meant}'"):
        llm_of(engine, **{wrong: "x"})


def test_an_argument_that_resembles_none_is_refused_too(engine: Engine) -> None:
    with pytest.raises(TypeError, match=r"no argument 'zzz'\. Parameters of the request go into additional_kwargs="):
        llm_of(engine, zzz=1)
    with pytest.raises(InvalidRequestError, match="Did you mean 'temperature'"):
        llm_of(engine).complete("x", temprature=3)
    assert llm_of(engine, strict=True, context_window=10, rate_limiter=None).strict
