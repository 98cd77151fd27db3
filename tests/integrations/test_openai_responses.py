"""The Responses API of the openai package against the emulator: its streams, its tools, its errors, its oddities."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI
from openai.types.responses import FunctionToolParam, ResponseFunctionToolCall
from pydantic import BaseModel

from baseten_sdk import Client
from baseten_sdk.emulator import Emulator

MODEL = "openai/gpt-oss-120b"
WEATHER = "The weather in Paris and Rome?"
TOOL: FunctionToolParam = {
    "type": "function",
    "name": "get_weather",
    "strict": None,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


class City(BaseModel):
    name: str
    people: int


@pytest.fixture(scope="module")
def emu() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def client(emu: Emulator) -> Iterator[OpenAI]:
    with OpenAI(api_key=emu.api_key, base_url=emu.base_url, max_retries=0) as made:
        yield made


def test_it_is_answered_by_the_model_apis_and_by_an_engine(emu: Emulator, client: OpenAI) -> None:
    response = client.responses.create(model=MODEL, input="Say hello world")
    assert (response.output_text, response.status) == ("hello world", "completed")
    with Client(api_key=emu.api_key, endpoints=emu.endpoints) as ours:
        url = ours.deployments("abcd1234").openai_base_url
    with OpenAI(api_key=emu.api_key, base_url=url) as engine:
        assert engine.responses.create(model="served", input="Say hello world").output_text == "hello world"


def test_its_helper_reads_streams_objects_and_tools(client: OpenAI) -> None:
    with client.responses.stream(model=MODEL, input="A city", text_format=City) as stream:
        assert isinstance(stream.get_final_response().output_parsed, City)
    with client.responses.stream(model=MODEL, input=WEATHER, tools=[TOOL]) as stream:
        calls = [each for each in stream.get_final_response().output if isinstance(each, ResponseFunctionToolCall)]
    assert [call.arguments for call in calls] == ['{"city": "Paris"}', '{"city": "Rome"}']


def test_it_is_refused_what_needs_a_service_that_keeps_responses(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="previous_response_id"):
        client.responses.create(model=MODEL, input="Hi", previous_response_id="resp_1")
    with pytest.raises(openai.BadRequestError, match="web_search_preview"):
        client.responses.create(model=MODEL, input="Hi", tools=[{"type": "web_search_preview"}])
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve("resp_1")


def test_it_is_told_that_a_call_is_done_before_it_is_where_this_package_is_not(emu: Emulator, client: OpenAI) -> None:
    spec = {"x-emulator": "early-done=cut, duplicate-calls"}
    told = [
        event.arguments
        for event in client.responses.create(model=MODEL, input=WEATHER, tools=[TOOL], stream=True, extra_headers=spec)
        if event.type == "response.function_call_arguments.done"
    ]
    with Client(api_key=emu.api_key, base_url=emu.base_url) as ours:
        held = [
            event.arguments
            for event in ours.responses.create(
                model=MODEL, input=WEATHER, tools=[TOOL], stream=True, extra_headers=spec
            )
            if event.type == "response.function_call_arguments.done"
        ]
    assert told == ['{"city":'] * 4
    assert held == ['{"city": "Paris"}', '{"city": "Rome"}']


def test_it_takes_a_cut_for_the_end_where_this_package_does_not(emu: Emulator, client: OpenAI) -> None:
    events = [
        *client.responses.create(model=MODEL, input="Say hello", stream=True, extra_headers={"x-emulator": "end=6"})
    ]
    assert events[-1].type != "response.completed"


@pytest.mark.parametrize("style", ["transformers", "litellm"])
def test_it_reads_the_events_of_other_servers(client: OpenAI, style: str) -> None:
    spec = {"x-emulator": f"response-style={style}"}
    stream = client.responses.create(model=MODEL, input="Say hello world", stream=True, extra_headers=spec)
    assert "".join(event.delta for event in stream if event.type == "response.output_text.delta") == "hello world"


def test_it_sees_errors_and_failures(client: OpenAI) -> None:
    for spec, last in (("ending=failed", "response.failed"), ("stream-error=event", "error")):
        stream = client.responses.create(model=MODEL, input="Hi", stream=True, extra_headers={"x-emulator": spec})
        assert [event.type for event in stream][-1] == last
    stream = client.responses.create(
        model=MODEL, input="Hi", stream=True, extra_headers={"x-emulator": "stream-error=object, message=no luck"}
    )
    with pytest.raises(openai.APIError, match="no luck"):
        list(stream)
