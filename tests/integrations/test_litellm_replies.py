"""LiteLLM: reasoning under its name, log probabilities and all choices, whole and in chunks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import litellm
import pytest
from litellm import ModelResponse
from pydantic import BaseModel

from baseten_sdk.integrations.litellm import PROVIDER, register
from tests.integrations.engine import Engine, running_engine

# Of LiteLLM's own code, which says so at its first use of a type, and at every chunk.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*the `ReadOnly` qualifier"),
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning"),
]

MODEL = f"{PROVIDER}/openai/m"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running_engine() as running:
        yield running


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(litellm, "custom_provider_map", [])
    monkeypatch.setattr(litellm, "suppress_debug_info", True)
    register()


def asked(engine: Engine, **given: object) -> object:
    call: Callable[..., object] = litellm.completion
    messages = [{"role": "user", "content": "x"}]
    return call(model=MODEL, messages=messages, api_base=engine.url, api_key="k", max_retries=0, **given)


def choices(response: object) -> list[dict[str, Any]]:
    """The choices of a reply or a chunk, as LiteLLM's users have them in JSON."""
    assert isinstance(response, BaseModel)
    found = response.model_dump()["choices"]
    assert isinstance(found, list)
    return found


def chunks_of(engine: Engine, **given: object) -> list[object]:
    stream = asked(engine, stream=True, **given)
    assert isinstance(stream, Iterator)
    return list(stream)


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_is_told_under_one_name(engine: Engine, name: str) -> None:
    engine.says({name: "2+2", "content": "4"})
    built = litellm.stream_chunk_builder(chunks_of(engine))
    for response in (asked(engine), built):
        message = choices(response)[0]["message"]
        assert (message["reasoning_content"], message["content"]) == ("2+2", "4")


def logprobs(*values: float | None) -> dict[str, object]:
    told = [{"token": "Y", "logprob": value, "bytes": [89], "top_logprobs": []} for value in values]
    return {"content": told}


@pytest.mark.parametrize("message", [{"content": "Yes"}, {"content": ""}, {"reasoning": "hm", "content": "Yes"}])
def test_log_probabilities_are_in_replies_and_chunks(engine: Engine, message: dict[str, object]) -> None:
    engine.says(message, logprobs=logprobs(-0.25, -0.5))
    plain = choices(asked(engine, logprobs=True))[0]["logprobs"]
    streamed = [choices(chunk)[0].get("logprobs") for chunk in chunks_of(engine, logprobs=True)]
    for told in (plain, *filter(None, streamed)):
        assert [each["logprob"] for each in told["content"]] == [-0.25, -0.5]
    assert len([told for told in streamed if told]) == 1


def test_no_chance_at_all_is_minus_infinity(engine: Engine) -> None:
    engine.says({"content": "Yes"}, logprobs=logprobs(None))
    (told,) = [told for chunk in chunks_of(engine) if (told := choices(chunk)[0].get("logprobs"))]
    assert told["content"][0]["logprob"] == -math.inf


def test_all_choices_are_in_replies_and_chunks(engine: Engine) -> None:
    engine.choices = [
        {"index": index, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for index, text in enumerate(["one", "two", "three"])
    ]
    plain = choices(asked(engine, n=3))
    assert [(each["index"], each["message"]["content"]) for each in plain] == [(0, "one"), (1, "two"), (2, "three")]
    said = [
        (choice["index"], choice["delta"]["content"])
        for chunk in chunks_of(engine, n=3)
        for choice in choices(chunk)
        if choice["delta"].get("content")
    ]
    assert said == [(0, "one"), (1, "two"), (2, "three")]


def test_without_tools_nothing_of_tools_is_sent(engine: Engine) -> None:
    engine.says({"content": "hello"})
    response = asked(engine, tools=[], tool_choice="auto")
    assert isinstance(response, ModelResponse)
    assert engine.bodies[-1].keys() == {"model", "messages"}


def test_a_streamed_call_without_an_id_has_the_one_that_its_result_names(engine: Engine) -> None:
    call = {"type": "function", "function": {"name": "find", "arguments": '{"q": "a"}'}}
    engine.says({"content": None, "tool_calls": [call, {**call, "id": "t2"}]}, "tool_calls")
    (choice,) = choices(litellm.stream_chunk_builder(chunks_of(engine)))
    first, second = choice["message"]["tool_calls"]
    assert first["id"].startswith("call_")
    assert (second["id"], second["function"]["arguments"]) == ("t2", '{"q": "a"}')
