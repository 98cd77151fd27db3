from __future__ import annotations

import json
import time
from contextlib import suppress

import httpx
import pytest

from tests.emulator.exchanges import CHAT, ask, chunks_of, data_of, deltas_of, joined
from tests.patience import growing

CALLS = {
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            },
        }
    ]
}


def stream(
    http: httpx.Client, spec: str = "request-id=on", text: str = "Explain retries", **fields: object
) -> httpx.Response:
    return http.post(CHAT, json=ask(text, stream=True, **fields), headers={"x-emulator": spec})


def text_of(http: httpx.Client, text: str = "Explain retries") -> str:
    content: str = http.post(CHAT, json=ask(text)).json()["choices"][0]["message"]["content"]
    return content


def finishes(response: httpx.Response) -> list[object]:
    found: list[object] = []
    for chunk in chunks_of(response):
        choices = chunk.get("choices")
        found += (
            [each["finish_reason"] for each in choices if each.get("finish_reason")]
            if isinstance(choices, list)
            else []
        )
    return found


@pytest.mark.parametrize("style", ["a", "b", "c", "litellm", "llama-cpp"])
def test_every_style_says_what_the_plain_reply_says(http: httpx.Client, style: str) -> None:
    response = stream(http, f"style={style}")
    assert response.headers["content-type"] == "text/event-stream"
    assert joined(response) == text_of(http)
    assert finishes(response) == ["stop"]
    assert data_of(response.content)[-1] == "[DONE]"
    assert len({str(chunk["id"]) for chunk in chunks_of(response)}) == 1


def test_the_verbose_style_has_every_key_with_nulls(http: httpx.Client) -> None:
    wanted = {"content", "function_call", "tool_calls", "role", "refusal"}
    assert all(set(delta) == wanted for delta in deltas_of(stream(http, "style=a")))
    assert chunks_of(stream(http, "style=a"))[0]["system_fingerprint"] is None


def test_the_older_style_repeats_the_role_in_every_delta(http: httpx.Client) -> None:
    for delta in deltas_of(stream(http, "style=b")):
        assert delta["role"] == "assistant"
        assert delta["tool_calls"] == []


def test_the_sparse_style_has_only_what_changed(http: httpx.Client) -> None:
    first, *rest = deltas_of(stream(http, "style=c"))
    assert set(first) == {"role", "content"}
    assert all(set(delta) <= {"content"} for delta in rest)
    assert {} in rest


def test_usage_is_cumulative_on_every_chunk_and_total_at_the_end(http: httpx.Client) -> None:
    *each, last = chunks_of(stream(http))
    spent = [usage["completion_tokens"] for chunk in each if isinstance(usage := chunk["usage"], dict)]
    assert spent == sorted(spent)
    assert len(spent) == len(each)
    assert last["choices"] == []
    whole = http.post(CHAT, json=ask()).json()["usage"]
    assert last["usage"] == whole


@pytest.mark.parametrize(
    ("options", "spec", "with_usage"),
    [
        ({"include_usage": False}, "request-id=on", "none"),
        ({"continuous_usage_stats": False}, "request-id=on", "last"),
        ({}, "usage=last", "last"),
        ({}, "usage=none", "none"),
        ({}, "no-usage-chunk", "all"),
    ],
)
def test_where_usage_is(http: httpx.Client, options: dict[str, object], spec: str, with_usage: str) -> None:
    chunks = chunks_of(stream(http, spec, stream_options=options))
    holders = [at for at, chunk in enumerate(chunks) if "usage" in chunk]
    assert holders == {"none": [], "last": [len(chunks) - 1], "all": list(range(len(chunks)))}[with_usage]
    assert (chunks[-1]["choices"] == []) == (with_usage == "last")


def test_usage_may_be_null_or_missing_on_single_chunks(http: httpx.Client) -> None:
    assert all(chunk["usage"] is None for chunk in chunks_of(stream(http, "usage=null")))
    mixed = chunks_of(stream(http, "usage=mixed"))
    assert {type(chunk.get("usage", "missing")) for chunk in mixed} == {dict, type(None), str}
    assert isinstance(mixed[-1]["usage"], dict)


def test_content_may_come_after_the_finish_reason(http: httpx.Client) -> None:
    chunks = chunks_of(stream(http, "finish=early"))
    finished = next(at for at, chunk in enumerate(chunks) if '"finish_reason": "stop"' in json.dumps(chunk))
    after = chunks[finished + 1]
    assert after["usage"] is None
    assert text_of(http) in json.dumps(after, ensure_ascii=False)
    assert joined(stream(http, "finish=early")) == text_of(http)


def test_the_finish_reason_may_share_the_last_delta(http: httpx.Client) -> None:
    response = stream(http, "finish=with, style=c")
    assert finishes(response) == ["stop"]
    assert {} not in deltas_of(response)


def test_ends_that_are_missing(http: httpx.Client) -> None:
    assert finishes(stream(http, "no-finish")) == []
    assert data_of(stream(http, "no-finish").content)[-1] == "[DONE]"
    assert data_of(stream(http, "no-done").content)[-1] != "[DONE]"
    assert finishes(stream(http, "no-done")) == ["stop"]
    neither = stream(http, "no-end")
    assert finishes(neither) == []
    assert "[DONE]" not in data_of(neither.content)
    assert data_of(stream(http, "lone-done").content) == ["[DONE]"]


def test_a_stream_may_end_cleanly_in_the_middle(http: httpx.Client) -> None:
    response = stream(http, "end=4")
    assert len(data_of(response.content)) == 4
    assert finishes(response) == []


@pytest.mark.parametrize(("spec", "error"), [("cut=3", httpx.RemoteProtocolError), ("cut=3, reset", httpx.ReadError)])
def test_a_cut_stream_gives_what_came_before_and_then_fails(
    http: httpx.Client, spec: str, error: type[Exception]
) -> None:
    got = b""
    with http.stream("POST", CHAT, json=ask(stream=True), headers={"x-emulator": spec}) as response:
        pieces = response.iter_raw()
        with pytest.raises(error):  # noqa: PT012  # the last piece is the one that fails
            while True:
                got += next(pieces)
        assert response.status_code == 200
    assert len(data_of(got)) == 3


def test_a_stalled_stream_stays_open(http: httpx.Client) -> None:
    headers = {"x-emulator": "stall=2"}
    for limit in growing(0.3):
        got = b""
        with suppress(httpx.TimeoutException):
            with http.stream("POST", CHAT, json=ask(stream=True), headers=headers, timeout=limit) as response:
                for piece in response.iter_raw():
                    got += piece
            pytest.fail("the stream ended")
        if len(data_of(got)) == 2:
            return


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("string", {"error": "boom"}),
        ("object", {"error": {"message": "boom", "type": "server_error", "code": 500}}),
        ("object-error", {"object": "error", "message": "boom", "type": "server_error", "code": 500}),
        ("event", {"error": {"message": "boom", "type": "server_error", "code": 500}}),
    ],
)
def test_an_error_inside_the_stream(http: httpx.Client, kind: str, check: object) -> None:
    response = stream(http, f"stream-error={kind}, message=boom")
    assert response.status_code == 200
    assert json.loads(data_of(response.content)[-1]) == check
    assert (b"event: error\n" in response.content) == (kind == "event")


@pytest.mark.parametrize("kind", ["null", "absent", "empty"])
def test_a_chunk_without_choices(http: httpx.Client, kind: str) -> None:
    odd = chunks_of(stream(http, f"no-choices={kind}"))[1]
    assert odd.get("choices", "absent") == {"null": None, "absent": "absent", "empty": []}[kind]


def test_lines_may_end_in_crlf_or_cr(http: httpx.Client) -> None:
    for spec, end in (("crlf", b"\r\n"), ("cr", b"\r")):
        content = stream(http, spec).content
        assert content.endswith(b"data: [DONE]" + end * 2)
        assert content.replace(end, b"").count(b"\n") == 0


def test_comments_names_and_a_byte_order_mark(http: httpx.Client) -> None:
    content = stream(http, "comments, named-events, bom").content
    assert content.startswith(b"\xef\xbb\xbf: keep-alive\n")
    assert b"event: message\nid: 0\n" in content
    assert b"event: ping\n\n" in content
    assert data_of(content)[-1] == "[DONE]"


def test_the_data_of_an_event_may_span_lines(http: httpx.Client) -> None:
    response = stream(http, "multi-line")
    assert response.content.count(b"data:") > 3 * len(data_of(response.content))
    assert joined(response) == text_of(http)


@pytest.mark.parametrize(
    "extra",
    [{"crlf": True}, {"multi-line": True}, {"pieces": 1}, {"comments": True, "named-events": True}, {"style": "c"}],
    ids=str,
)
def test_text_that_looks_like_lines_and_json_survives(http: httpx.Client, extra: dict[str, object]) -> None:
    text = 'a,  "b", {"c": [1, "d"]}, \u2028\u0085 data: x\n\ndata: [DONE]\n\n, "'
    content = stream(http, json.dumps({"text": text, **extra})).content.replace(b"\r\n", b"\n")
    deltas = [json.loads(data)["choices"] for data in data_of(content) if data != "[DONE]"]
    assert "".join(str(choice["delta"].get("content") or "") for choices in deltas for choice in choices) == text


def test_the_content_type_may_be_octet_stream_or_anything(http: httpx.Client) -> None:
    assert stream(http, "octet-stream").headers["content-type"] == "application/octet-stream"
    assert stream(http, "content-type=text/plain").headers["content-type"] == "text/plain"


def test_a_stream_may_be_buffered_with_a_length(http: httpx.Client) -> None:
    response = stream(http, "length")
    assert int(response.headers["content-length"]) == len(response.content)
    assert "content-length" not in stream(http).headers


def test_small_pieces_are_the_same_bytes(http: httpx.Client) -> None:
    with http.stream(
        "POST", CHAT, json=ask(stream=True), headers={"x-emulator": "pieces=7, pause=1, end=2"}
    ) as response:
        pieces = list(response.iter_raw())
    assert max(map(len, pieces)) <= 14
    assert len(data_of(b"".join(pieces))) == 2


def test_a_pause_stands_between_events(http: httpx.Client) -> None:
    began = time.perf_counter()
    stream(http, "end=5, pause=10")
    assert time.perf_counter() - began >= 0.04


def test_reasoning_refusals_log_probabilities_and_choices_stream_too(http: httpx.Client) -> None:
    both = stream(http, "reasoning=both", reasoning_effort="high")
    assert joined(both, "reasoning") == joined(both, "reasoning_content") != ""
    assert joined(stream(http, "refusal"), "refusal") == "I cannot help with that."
    assert '"logprobs":{"content":[{"token"' in stream(http, "logprobs").text
    asked = stream(http, "", model="emulator/chat", logprobs=True, top_logprobs=1)
    assert '"top_logprobs":[{"token"' in asked.text
    several = chunks_of(stream(http, "count=2"))
    indexes = [
        choice["index"] for chunk in several if isinstance(choices := chunk["choices"], list) for choice in choices
    ]
    assert indexes.count(0) == indexes.count(1)
    assert '"stop_reason":7' in stream(http, "stop-reason=7").text


def test_two_deltas_of_a_choice_may_share_an_event(http: httpx.Client) -> None:
    response = stream(http, "choice-pair")
    assert any(len(choices) == 2 for chunk in chunks_of(response) if isinstance(choices := chunk["choices"], list))
    assert joined(response) == text_of(http)


def test_a_caller_that_accepts_bare_json_gets_one_json_string(http: httpx.Client) -> None:
    def post(accept: str, agent: str = "tests") -> httpx.Response:
        headers = {"accept": accept, "user-agent": agent}
        return http.post(CHAT, json=ask(stream=True), headers=headers)

    gathered = post("application/json")
    assert gathered.headers["content-type"] == "application/json"
    assert gathered.json().endswith("data: [DONE]\n\n")
    for reply in (
        post("application/json", "openai/3"),
        post("text/event-stream"),
        post("application/json, text/event-stream"),
    ):
        assert reply.headers["content-type"] == "text/event-stream"


def test_a_failure_of_a_gathered_stream_is_a_500(http: httpx.Client) -> None:
    headers = {"accept": "application/json", "x-emulator": "end=2"}
    reply = http.post(CHAT, json=ask(stream=True), headers=headers)
    assert reply.status_code == 500
    assert reply.json()["error"].startswith("Unhandled exception")


def test_errors_before_the_first_token_are_plain_replies(http: httpx.Client) -> None:
    reply = http.post(CHAT, json=ask(stream=True, n=2))
    assert reply.status_code == 400
    assert reply.headers["content-type"] == "application/json"


def merged(response: httpx.Response) -> dict[int, tuple[str, str, str]]:
    """Calls by index: first id, first name, all arguments."""
    calls: dict[int, tuple[str, str, str]] = {}
    for delta in deltas_of(response):
        pieces = delta.get("tool_calls") or []
        assert isinstance(pieces, list)
        for piece in pieces:
            function = piece["function"]
            known_id, name, arguments = calls.get(piece["index"], ("", "", ""))
            calls[piece["index"]] = (
                known_id or piece.get("id") or "",
                name or function.get("name") or "",
                arguments + (function.get("arguments") or ""),
            )
    return calls


PARALLEL = "What is the weather in Paris and Rome?"


def plain_calls(http: httpx.Client) -> dict[int, tuple[str, str, str]]:
    calls = http.post(CHAT, json=ask(PARALLEL, **CALLS)).json()["choices"][0]["message"]["tool_calls"]
    return {at: (call["id"], call["function"]["name"], call["function"]["arguments"]) for at, call in enumerate(calls)}


@pytest.mark.parametrize(
    "spec",
    [
        "style=a",
        "style=b",
        "style=c",
        "tool-ids=fresh",
        "tool-ids=empty",
        "tool-ids=absent",
        "tool-names=empty",
        "tool-names=absent",
        "tool-whole",
        "tool-interleave",
        "tool-pair",
        "tool-join",
        "null-arguments",
        "parallel-c",
    ],
)
def test_tool_calls_survive_every_way_of_sending_them(http: httpx.Client, spec: str) -> None:
    response = stream(http, spec, PARALLEL, **CALLS)
    wanted = plain_calls(http)
    assert len(wanted) == 2
    assert merged(response) == wanted
    assert finishes(response) == ["tool_calls"]


def test_what_the_ways_of_sending_tool_calls_look_like(http: httpx.Client) -> None:
    def pieces(spec: str) -> list[list[dict[str, object]]]:
        found: list[list[dict[str, object]]] = []
        for delta in deltas_of(stream(http, f"{spec}, style=c", PARALLEL, **CALLS)):
            group = delta.get("tool_calls")
            if isinstance(group, list):
                found.append(group)
        return found

    fresh = [piece["id"] for group in pieces("tool-ids=fresh") for piece in group if piece["index"] == 0]
    assert len(set(fresh)) == len(fresh) > 2
    assert all("index" not in piece for group in pieces("no-index") for piece in group)
    order = [piece["index"] for group in pieces("tool-interleave") for piece in group]
    assert order[:4] == [0, 1, 0, 1]
    assert [piece["index"] for piece in pieces("tool-pair")[0]] == [0, 0]
    assert [piece["index"] for piece in pieces("tool-join")[0]] == [0, 1]
    assert pieces("null-arguments")[0][0]["function"] == {"name": "get_weather", "arguments": None}
    assert [len(group) for group in pieces("tool-whole")] == [1, 1]
