from __future__ import annotations

import json

import httpx
import pytest

from tests.emulator.exchanges import CHAT, ask


def tool(name: str, **properties: object) -> dict[str, object]:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "function", "function": {"name": name, "parameters": schema}}


WEATHER = tool("get_weather", city={"type": "string"})
ROOT = tool("square_root", number={"type": "number"})


def calls(http: httpx.Client, text: str, spec: str = "request-id=on", **fields: object) -> list[tuple[str, object]]:
    choice = http.post(CHAT, json=ask(text, **fields), headers={"x-emulator": spec}).json()["choices"][0]
    found = choice["message"].get("tool_calls", [])
    assert ("content" in choice["message"]) == (not found)
    assert choice["finish_reason"] == ("tool_calls" if found else "stop")
    return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in found]


def test_a_tool_that_is_mentioned_is_called_with_the_caller_s_words(http: httpx.Client) -> None:
    assert calls(http, "What is the weather in Paris?", tools=[WEATHER, ROOT]) == [("get_weather", {"city": "Paris"})]
    assert calls(http, "Use square_root on 132413", tools=[ROOT]) == [("square_root", {"number": 132413})]


def test_a_tool_that_is_not_mentioned_is_not_called(http: httpx.Client) -> None:
    assert calls(http, "Get me a joke", tools=[WEATHER, ROOT]) == []


def test_several_tools_or_places_are_parallel_calls(http: httpx.Client) -> None:
    text = "The weather in Rome, and the square root of 16"
    assert calls(http, text, tools=[WEATHER, ROOT]) == [
        ("get_weather", {"city": "Rome"}),
        ("square_root", {"number": 16}),
    ]
    places = calls(http, "Weather in Paris and Rome?", tools=[WEATHER])
    assert places == [("get_weather", {"city": "Paris"}), ("get_weather", {"city": "Rome"})]
    assert len(calls(http, text, tools=[WEATHER, ROOT], parallel_tool_calls=False)) == 1


def test_the_choice_of_tools_is_obeyed(http: httpx.Client) -> None:
    named = {"type": "function", "function": {"name": "square_root"}}
    assert [name for name, _ in calls(http, "Hello", tools=[WEATHER, ROOT], tool_choice="required")] == ["get_weather"]
    assert [name for name, _ in calls(http, "Weather?", tools=[WEATHER, ROOT], tool_choice=named)] == ["square_root"]
    assert calls(http, "Weather?", tools=[WEATHER], tool_choice="none") == []
    assert [name for name, _ in calls(http, "Hello", "tool-call", tools=[ROOT])] == ["square_root"]


def test_a_tool_s_result_is_quoted(http: httpx.Client) -> None:
    call = {"id": "t1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "What is the weather in Paris?"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "t1", "content": "21 degrees"},
    ]
    for choice in ("auto", "required"):
        body = ask(tools=[WEATHER], tool_choice=choice) | {"messages": messages}
        assert "21 degrees" in http.post(CHAT, json=body).json()["choices"][0]["message"]["content"]
    looping = http.post(CHAT, json=ask(tools=[WEATHER]) | {"messages": messages}, headers={"x-emulator": "tool-call"})
    assert looping.json()["choices"][0]["finish_reason"] == "tool_calls"


def test_ids_have_the_form_of_the_model_s_backend(http: httpx.Client) -> None:
    def call_id(model: str) -> str:
        body = ask("Weather?", tools=[WEATHER]) | {"model": model}
        found: str = http.post(CHAT, json=body).json()["choices"][0]["message"]["tool_calls"][0]["id"]
        return found

    assert call_id("openai/gpt-oss-120b").startswith("chatcmpl-tool-")
    assert call_id("moonshotai/Kimi-K3") == "functions.get_weather:0"


HOSTED = {"type": "baseten__exa__web_search_exa"}


@pytest.mark.parametrize(
    ("entry", "headers", "status"),
    [
        (HOSTED, {}, 400),
        (HOSTED, {"x-baseten-server-tools": "true"}, 200),
        ({**HOSTED, "name": "x"}, {"x-baseten-server-tools": "true"}, 400),
    ],
)
def test_hosted_tools_need_their_header_and_no_other_field(
    http: httpx.Client, entry: dict[str, str], headers: dict[str, str], status: int
) -> None:
    assert http.post(CHAT, json=ask(tools=[entry]), headers=headers).status_code == status
