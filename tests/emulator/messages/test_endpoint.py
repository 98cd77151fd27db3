"""`/v1/messages` of the emulator: what it answers, and its oddities."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.emulator.exchanges import data_of

PATH = "/v1/messages"
ENGINE = "/model/abcd1234/production/sync/v1/messages"
TOOL = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
BAD_CALL = {"type": "tool_use", "id": "1", "name": "f", "input": "x"}


def ask(text: str = "Say hello world", /, **fields: object) -> dict[str, object]:
    return {"model": "zai-org/GLM-5.3", "max_tokens": 64, "messages": [{"role": "user", "content": text}], **fields}


def streamed(http: httpx.Client, spec: str = "style=a", **fields: object) -> list[dict[str, object]]:
    response = http.post(PATH, json=ask(**{"stream": True, **fields}), headers={"x-emulator": spec})
    return [json.loads(data) for data in data_of(response.content)]


def at(value: object, *path: str) -> object:
    """What stands at a path of names; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize("path", [PATH, ENGINE])
def test_a_reply_has_exactly_the_keys_of_the_service(http: httpx.Client, path: str) -> None:
    body = http.post(path, json=ask()).json()
    assert set(body) == {"id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"}
    assert body["content"] == [{"type": "text", "text": "hello world"}]
    assert (body["stop_reason"], body["id"][:4]) == ("end_turn", "msg_")
    assert set(body["usage"]) == {"input_tokens", "output_tokens", "cache_read_input_tokens"}


def test_a_stream_begins_with_zeros_and_ends_with_the_truth(http: httpx.Client) -> None:
    response = http.post(PATH, json=ask(stream=True))
    assert response.content.startswith(b"event: message_start\ndata: {")
    events = streamed(http)
    assert [event["type"] for event in events] == [
        "message_start",
        "ping",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert at(events[0], "message", "usage") == {"input_tokens": 0, "output_tokens": 0}
    assert events[-2]["usage"] == http.post(PATH, json=ask()).json()["usage"]


def test_oddities_are_sent_on_demand(http: httpx.Client) -> None:
    llama = streamed(http, "message-usage=llama-cpp")
    assert at(llama[0], "message", "usage", "input_tokens") == 1
    assert llama[-2]["usage"] == {"output_tokens": 2}
    assert at(streamed(http, "string-counts")[-2], "usage", "output_tokens") == "2"
    assert [event["type"] for event in streamed(http, "no-done")][-1] == "message_delta"
    assert "weather" in [event["type"] for event in streamed(http, "other-event")]
    blocks = [event["content_block"] for event in streamed(http, "opening-text") if "content_block" in event]
    assert [block["text"] for block in blocks if isinstance(block, dict)] == ["hello world"]
    asked = http.post(PATH, json=ask(stream=True), headers={"x-emulator": "message-done"})
    assert asked.text.endswith("data: [DONE]\n\n")
    assert "event:" not in http.post(PATH, json=ask(stream=True), headers={"x-emulator": "plain-events"}).text
    whole = http.post(PATH, json=ask(stream=True), headers={"x-emulator": "no-stream, other-block"}).json()
    assert [block["type"] for block in whole["content"]] == ["text", "hologram"]
    other = [event for event in streamed(http, "other-block") if event.get("index") == 1]
    assert at(other[0], "content_block", "layers") is None
    assert {at(event, "delta", "type") for event in other[1:-1]} == {"hologram_delta"}
    error = streamed(http, "stream-error=event, message=no")[-1]
    assert error == {"type": "error", "error": {"type": "api_error", "message": "no"}}


def test_calls_are_cut_inside_their_json_and_may_end_too_early(http: httpx.Client) -> None:
    fields = {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "get_weather"}}
    events = streamed(http, "no-input", **fields)
    pieces = [str(at(event, "delta", "partial_json")) for event in events if event["type"] == "content_block_delta"]
    assert set(json.loads("".join(pieces))) == {"city"}
    assert len(pieces) > 1
    opened = next(event for event in events if event["type"] == "content_block_start")
    assert at(opened, "content_block", "input") is None
    assert at(opened, "content_block", "name") == "get_weather"
    early = [event["type"] for event in streamed(http, "early-done=cut", **fields)]
    assert early.index("content_block_stop") < len(early) - 1 - early[::-1].index("content_block_delta")


def test_thinking_a_schema_stops_and_the_limit_are_honored(http: httpx.Client) -> None:
    thought = http.post(PATH, json=ask(thinking={"type": "enabled"})).json()
    assert [block["type"] for block in thought["content"]] == ["thinking", "text"]
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    typed = http.post(PATH, json=ask(output_config={"format": {"type": "json_schema", "schema": schema}})).json()
    assert set(json.loads(typed["content"][0]["text"])) == {"n"}
    stopped = http.post(PATH, json=ask("Say one two three", stop_sequences=["three", "two"])).json()
    assert (stopped["stop_reason"], stopped["stop_sequence"]) == ("stop_sequence", "two")
    assert stopped["content"] == [{"type": "text", "text": "one "}]
    cut = http.post(PATH, json=ask("Say one two three", max_tokens=1)).json()
    assert (cut["stop_reason"], cut["content"]) == ("max_tokens", [{"type": "text", "text": "one"}])


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"max_tokens": None}, "max_tokens"),
        ({"model": ""}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "messages.0.content.0.image.source"),
        ({"messages": [{"role": "assistant", "content": [BAD_CALL]}]}, "messages.0.content.0.tool_use.input"),
        ({"temperature": 1.5}, "temperature"),
        ({"stream": "yes"}, "stream"),
        ({"system": 3}, "system"),
        ({"thinking": {"type": "adaptive"}}, "thinking.type"),
        ({"tools": [{"name": "f"}]}, "tools.0.input_schema"),
        ({"tools": [{"input_schema": {}}]}, "tools.0.name"),
        ({"tool_choice": {"type": "any"}}, "tool_choice"),
        ({"tools": [TOOL], "tool_choice": {"type": "tool", "name": "g"}}, "tool_choice.name"),
        ({"tools": [TOOL], "tool_choice": {"type": "required"}}, "tool_choice.type"),
    ],
)
def test_a_request_that_is_not_valid_is_refused_in_the_envelope_of_anthropic(
    http: httpx.Client, fields: dict[str, object], told: str
) -> None:
    response = http.post(PATH, json=ask(**fields))
    body = response.json()
    assert (response.status_code, body["type"], body["error"]["type"]) == (400, "error", "invalid_request_error")
    assert body["error"]["message"].startswith(told)
    assert body["request_id"]


@pytest.mark.parametrize(
    ("spec", "status", "kind"),
    [
        ("no-messages", 404, "not_found_error"),
        ("529", 529, "overloaded_error"),
        ("429", 429, "rate_limit_error"),
        ("500", 500, "api_error"),
    ],
)
def test_faults_have_the_same_envelope(http: httpx.Client, spec: str, status: int, kind: str) -> None:
    response = http.post(PATH, json=ask(), headers={"x-emulator": spec})
    assert (response.status_code, response.json()["error"]["type"]) == (status, kind)


def test_a_model_without_images_says_so(http: httpx.Client) -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    body = ask(messages=[{"role": "user", "content": [image, {"type": "text", "text": "Say hello"}]}])
    assert http.post(PATH, json=body).json()["content"] == [{"type": "text", "text": "hello"}]
    refused = http.post(PATH, json=body, headers={"x-emulator": "no-images"})
    assert "multimodal" in refused.json()["error"]["message"]


def test_a_deployment_gathers_the_stream_of_a_caller_that_takes_json_alone(http: httpx.Client) -> None:
    gathered = http.post(ENGINE, json=ask(stream=True), headers={"accept": "application/json"})
    assert gathered.json().startswith("event: message_start\n")
    plain = http.post(PATH, json=ask(stream=True), headers={"accept": "application/json"})
    assert plain.text.startswith("event: message_start\n")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", PATH, 405), ("POST", f"{PATH}/count_tokens", 404)])
def test_other_routes_are_not_there(http: httpx.Client, method: str, path: str, status: int) -> None:
    assert http.request(method, path).status_code == status


def test_a_thread_is_refused_because_the_service_keeps_no_messages(http: httpx.Client) -> None:
    response = http.post(PATH, json=ask(thread={"type": "create"}))
    assert response.status_code == 400
    assert at(response.json(), "error", "type") == "invalid_request_error"
    assert at(response.json(), "error", "details", "error_code") == "thread_unsupported_request"
