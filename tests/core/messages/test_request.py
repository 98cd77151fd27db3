"""A call of messages as a request: what is sent, and what is refused before it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel

from baseten_sdk import ConfigurationError, InvalidRequestError, ToolLike
from baseten_sdk._core.messages.estimate import estimate_tokens
from baseten_sdk._core.messages.request import PARAMETERS, messages_request
from baseten_sdk._core.messages.tools import message_tools
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.service_urls import BaseURL
from baseten_sdk.types.message_params import MessageTurn, System
from baseten_sdk.types.messages import Message

BASE = BaseURL("https://inference.example.com/v1", 60.0)
HI: list[MessageTurn] = [{"role": "user", "content": "Hi"}]
RESULT: dict[str, object] = {"type": "tool_result", "tool_use_id": "t1"}
PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": Path("cat.png")}}


def sent(
    messages: Iterable[MessageTurn] = HI,
    max_tokens: int = 64,
    system: System | None = None,
    tools: Iterable[ToolLike] = (),
    **params: object,
) -> dict[str, object]:
    more = {"tools": message_tools(tools)[0]}
    request = messages_request(BASE, "a/b", messages, max_tokens, params, Options(), system=system, more=more)
    assert request.url == "https://inference.example.com/v1/messages"
    body: dict[str, object] = json.loads(request.body)
    return body


def test_only_what_was_set_is_sent() -> None:
    assert sent(temperature=None) == {"model": "a/b", "messages": HI, "max_tokens": 64}
    assert sent(system="Be brief.", top_k=0) == {
        "model": "a/b",
        "messages": HI,
        "max_tokens": 64,
        "system": "Be brief.",
        "top_k": 0,
    }


def test_the_model_stands_first_so_that_a_pool_can_name_it() -> None:
    request = messages_request(BASE, "a/b", HI, 64, {"top_k": 1}, Options(), system="x")
    assert request.body.startswith(b'{"model":"a/b",')


def test_adaptive_thinking_is_sent_as_enabled() -> None:
    assert sent(thinking={"type": "adaptive"})["thinking"] == {"type": "enabled"}
    kept = {"type": "enabled", "budget_tokens": 1024}
    assert sent(thinking=kept)["thinking"] == kept


def test_a_message_of_a_model_goes_back_as_it_came() -> None:
    content = [
        {"type": "thinking", "thinking": "Hm", "signature": "s"},
        {"type": "text", "text": ""},
        {"type": "tool_use", "id": "functions.f:0", "name": "f", "input": {"a": [1]}},
        {"type": "hologram", "shape": "cube"},
    ]
    message = Message.model_validate({"id": "m", "role": "assistant", "content": content, "stop_reason": "tool_use"})
    result = {"type": "tool_result", "tool_use_id": "functions.f:0", "content": [{"type": "text", "text": "1"}]}
    body = sent([*HI, message, {"role": "user", "content": [result]}])
    kept = [block for block in content if block != {"type": "text", "text": ""}]
    assert body["messages"] == [*HI, {"role": "assistant", "content": kept}, {"role": "user", "content": [result]}]
    # As Anthropic's users write it.
    blocks = {"role": "assistant", "content": message.content}
    assert sent([*HI, blocks])["messages"] == [*HI, {"role": "assistant", "content": content}]


class Weather(BaseModel):
    """Look the weather up."""

    city: str


def look_up(word: str) -> str:
    """Look a word up."""
    return word


def test_tools_may_be_given_in_every_form() -> None:
    theirs = {"name": "theirs", "input_schema": {"type": "object"}}
    chat = {
        "type": "function",
        "function": {"name": "chat", "description": "A chat's.", "parameters": {"type": "object"}},
    }
    hosted = {"type": "baseten__exa__web_search_exa"}
    tools = sent(tools=[theirs, chat, hosted, Weather, look_up])["tools"]
    assert isinstance(tools, list)
    assert tools[:3] == [
        theirs,
        {"name": "chat", "description": "A chat's.", "input_schema": {"type": "object"}},
        hosted,
    ]
    assert [(tool["name"], tool["description"], [*tool["input_schema"]["properties"]]) for tool in tools[3:]] == [
        ("Weather", "Look the weather up.", ["city"]),
        ("look_up", "Look a word up.", ["word"]),
    ]
    _, toolbox = message_tools([theirs, look_up])
    assert (toolbox.knows("theirs"), toolbox.tool("theirs"), toolbox.names) == (True, None, ["look_up"])
    with pytest.raises(ConfigurationError, match="two tools with the name 'theirs'"):
        message_tools([theirs, theirs])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"max_tokens": 0}, "max_tokens must be a whole number of at least 1, not 0"),
        ({"max_tokens": True}, "max_tokens must be"),
        ({"max_tokens": 1.5}, "max_tokens must be"),
        ({"messages": []}, "messages must not be empty"),
        ({"messages": "Hi"}, "messages must be a list of turns"),
        ({"messages": [3]}, r"messages\[0\] must be a dict"),
        (
            {"messages": [*HI, {"role": "system", "content": "x"}]},
            r"messages\[1\].role .* not 'system'. .*system=\.\.\.",
        ),
        ({"messages": [{"role": "tool", "content": "x"}]}, r"messages\[0\].role .*tool_result"),
        ({"messages": [{"content": "x"}]}, r"messages\[0\].role must be user or assistant, not None"),
        ({"messages": [{"role": "user"}]}, r"messages\[0\].content must be text or a list of blocks"),
        ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, r"messages\[0\].content\[0\] must be a block"),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": ["x"]}]}]},
            r"messages\[0\].content\[0\].content\[0\] must be a block",
        ),
        ({"system": [3]}, r"system\[0\] must be a block"),
        (
            {"messages": [{"role": "user", "content": [RESULT | {"content": [PICTURE]}]}]},
            r"messages\[0\].content\[0\].content\[0\].source.data is a path. Send what the file holds: base64",
        ),
        ({"thinking": "on"}, "thinking must be a dict"),
        ({"tool_choice": "auto"}, "tool_choice must be a dict"),
        ({"stop_sequences": "END"}, r"stop_sequences must be a list of texts: \['END'\]"),
        ({"tools": [{"type": "function", "function": {}}]}, r"tools\[0\] must be a function with a name"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_path(arguments: Mapping[str, object], told: str) -> None:
    with pytest.raises(InvalidRequestError, match=told):
        sent(**arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # that they are wrong is tested


def test_a_parameter_that_does_not_exist_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(TypeError, match=r"messages has no parameter 'stop_sequence'. Did you mean stop_sequences\?"):
        PARAMETERS.split({"stop_sequence": ["x"]})


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("The quick brown fox jumps over the lazy dog.", 9, 14),
        ("def f(x: int) -> int:\n    return x + 1\n", 10, 22),
        ("こんにちは世界", 4, 9),
        ("1234567890" * 10, 30, 60),
        ("", 0, 0),
    ],
)
def test_the_estimate_of_a_text_is_near(text: str, least: int, most: int) -> None:
    empty = estimate_tokens([{"role": "user", "content": ""}])
    assert least <= estimate_tokens([{"role": "user", "content": text}]) - empty <= most


def test_all_of_the_input_counts() -> None:
    plain = estimate_tokens(HI_PARAMS)
    assert estimate_tokens(HI_PARAMS, "Be brief, please.") > plain
    assert estimate_tokens(HI_PARAMS, None, [{"name": "f", "input_schema": {"type": "object"}}]) > plain + 8
    image = [{"role": "user", "content": [{"type": "image", "source": {"data": "A" * 100_000}}]}]
    assert 1000 < estimate_tokens(image) < 3000
    result = [{"role": "user", "content": [{"type": "tool_result", "content": [{"type": "text", "text": "a b c d"}]}]}]
    assert estimate_tokens(result) >= 4


HI_PARAMS: list[Mapping[str, object]] = [{"role": "user", "content": "Hi"}]
