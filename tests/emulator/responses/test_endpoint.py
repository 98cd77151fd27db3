"""`/v1/responses` of the emulator: what it takes, what it refuses, and its streams."""

from __future__ import annotations

import json

import httpx
import pytest

URL = "/v1/responses"
MODEL = "openai/gpt-oss-120b"
WEATHER = {"type": "function", "name": "get_weather", "parameters": {"properties": {"city": {"type": "string"}}}}

Json = dict[str, object]


def events(http: httpx.Client, spec: str = "", **fields: object) -> list[Json]:
    body = {"model": MODEL, "input": "Say hello you", "stream": True, **fields}
    reply = http.post(URL, json=body, headers={"x-emulator": spec, "accept": "text/event-stream"})
    assert reply.headers["content-type"] == "text/event-stream"
    lines = [line[6:] for line in reply.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def kinds(found: list[Json]) -> list[str]:
    return [str(event["type"]).removeprefix("response.") for event in found]


def test_a_response_has_the_form_of_the_service(http: httpx.Client) -> None:
    reply = http.post(URL, json={"model": MODEL, "input": "Say hello you"}).json()
    assert (reply["object"], reply["status"], reply["model"]) == ("response", "completed", MODEL)
    assert reply["output"][0]["content"] == [
        {"type": "output_text", "text": "hello you", "annotations": [], "logprobs": []}
    ]
    assert reply["usage"]["total_tokens"] == reply["usage"]["input_tokens"] + reply["usage"]["output_tokens"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"previous_response_id": "r"}, "`previous_response_id` is not supported"),
        ({"store": True}, "`store` is not supported"),
        ({"background": True}, "`background` is not supported"),
        ({"tools": [{"type": "tool_search"}]}, "unknown tool type 'tool_search'"),
        ({"tools": [{"type": "web_search_preview"}]}, "unknown tool type 'web_search_preview'"),
        ({"input": []}, "`input` must be"),
        ({"input": [{"type": "additional_tools", "tools": []}]}, "unknown item type 'additional_tools'"),
        ({"text": {"verbosity": "low"}}, "`text.format` is required"),
        ({"temperature": 7}, "`temperature` must be"),
    ],
)
def test_what_the_service_does_not_take_is_a_400(http: httpx.Client, fields: Json, problem: str) -> None:
    reply = http.post(URL, json={"model": MODEL, "input": "Hi", **fields})
    assert reply.status_code == 400
    assert problem in reply.json()["message"]


def test_an_unknown_model_and_another_method_are_refused(http: httpx.Client) -> None:
    assert http.post(URL, json={"model": "unknown/x", "input": "Hi"}).status_code == 404
    assert http.get(URL).status_code == http.get("/model/abcd1234/production/sync/v1/responses").status_code == 405


def test_a_stream_has_its_events_in_order(http: httpx.Client) -> None:
    found = events(http)
    assert kinds(found) == [
        *("created", "in_progress", "output_item.added", "content_part.added"),
        *("output_text.delta", "output_text.delta"),
        *("output_text.done", "content_part.done", "output_item.done", "completed"),
    ]
    assert [event["sequence_number"] for event in found] == list(range(len(found)))


def test_a_call_may_be_announced_before_its_last_piece(http: httpx.Client) -> None:
    asked: Json = {"tools": [WEATHER], "input": "The weather in Paris?"}
    for kind, told in (("empty", ""), ("object", "{}"), ("cut", '{"city":')):
        found = events(http, f"early-done={kind}", **asked)
        done = next(event for event in found if event["type"] == "response.function_call_arguments.done")
        assert done["arguments"] == told
        assert kinds(found)[-2:] == ["function_call_arguments.delta", "completed"]
    assert "output_item.done" not in kinds(events(http, "no-item-done", **asked))
    assert kinds(events(http, "duplicate-calls", **asked)).count("output_item.added") == 2


def test_a_response_ends_as_it_is_told_to(http: httpx.Client) -> None:
    assert kinds(events(http, "ending=failed"))[-1] == "failed"
    assert kinds(events(http, max_output_tokens=1))[-1] == "incomplete"
    assert kinds(events(http, "no-finish"))[-1] == "output_item.done"
    last = events(http, "bare-ending")[-1]["response"]
    assert isinstance(last, dict)
    assert last["output"] == []


def test_other_servers_have_other_forms(http: httpx.Client) -> None:
    llama = events(http, "response-style=llama-cpp")
    assert not any({"sequence_number", "output_index", "content_index"} & event.keys() for event in llama)
    transformers = events(http, "response-style=transformers")[0]["response"]
    assert isinstance(transformers, dict)
    assert (transformers["status"], type(transformers["created_at"])) == ("queued", float)
    body = {"model": MODEL, "input": "Say hi", "stream": True}
    headers = {"x-emulator": "response-style=litellm", "accept": "text/event-stream"}
    text = http.post(URL, json=body, headers=headers).text
    assert "event:" not in text
    assert text.endswith("data: [DONE]\n\n")


def test_what_hosted_tools_did_is_an_item_and_events_may_be_of_other_types(http: httpx.Client) -> None:
    found = events(http, "other-block, other-event")
    assert kinds(found)[2:5] == ["output_item.added", "mcp_call.in_progress", "output_item.done"]
    assert "weather" in kinds(found)
