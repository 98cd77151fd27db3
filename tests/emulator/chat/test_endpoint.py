from __future__ import annotations

import httpx
import pytest

from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.chat.prose import prose, tokens
from tests.emulator.exchanges import CHAT, ask

ENGINE = "/model/abcd1234/production/sync/v1/chat/completions"


@pytest.mark.parametrize("path", [CHAT, ENGINE, "/regional/abcd1234/eu/sync/v1/chat/completions"])
def test_a_reply_has_exactly_the_keys_of_the_service(http: httpx.Client, path: str) -> None:
    body = http.post(path, json=ask()).json()
    assert set(body) == {"id", "choices", "created", "model", "object", "usage"}
    assert body["id"].startswith("chatcmpl-")
    (choice,) = body["choices"]
    assert set(choice) == {"index", "message", "finish_reason"}
    assert set(choice["message"]) == {"role", "content"}
    assert "“Explain retries”" in choice["message"]["content"]


def test_the_same_question_gets_the_same_answer(http: httpx.Client) -> None:
    one, other = (http.post(CHAT, json=ask()).json()["choices"] for _ in range(2))
    assert one == other


def test_a_message_that_says_what_to_say_is_obeyed(http: httpx.Client) -> None:
    assert http.post(CHAT, json=ask("Say: hello, world")).json()["choices"][0]["message"]["content"] == "hello, world"


def test_the_last_user_message_counts_and_parts_are_read(http: httpx.Client) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "say no"},
        {"role": "assistant", "content": "no"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "say yes"},
                {"type": "image_url", "image_url": {"url": "x"}},
            ],
        },
    ]
    body = http.post(CHAT, json=ask() | {"messages": messages}).json()
    assert body["choices"][0]["message"]["content"] == "yes"


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
def test_the_token_limit_cuts_the_answer(http: httpx.Client, limit: str) -> None:
    whole = http.post(CHAT, json=ask()).json()
    body = http.post(CHAT, json=ask() | {limit: 5}).json()
    text = body["choices"][0]["message"]["content"]
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"]["completion_tokens"] == 5
    assert whole["choices"][0]["message"]["content"].startswith(text)
    assert whole["choices"][0]["finish_reason"] == "stop"


def test_reasoning_comes_apart_and_may_use_the_whole_budget(http: httpx.Client) -> None:
    body = http.post(CHAT, json=ask(reasoning_effort="high")).json()
    message = body["choices"][0]["message"]
    assert message["reasoning_content"]
    assert message["content"]
    spent = body["usage"]["completion_tokens_details"]["reasoning_tokens"]
    assert 0 < spent < body["usage"]["completion_tokens"]
    short = http.post(CHAT, json=ask(reasoning_effort="high", max_tokens=3)).json()["choices"][0]
    assert "content" not in short["message"]
    assert short["finish_reason"] == "length"


def test_reasoning_has_either_name_or_both(http: httpx.Client) -> None:
    def keys(spec: str) -> set[str]:
        body = ask() | {"model": "emulator/reason"}
        reply = http.post(CHAT, json=body, headers={"x-emulator": spec})
        return set(reply.json()["choices"][0]["message"]) - {"role", "content"}

    assert keys("crlf") == {"reasoning_content"}
    assert keys("reasoning=reasoning") == {"reasoning"}
    assert keys("reasoning=both") == {"reasoning", "reasoning_content"}
    assert keys("reasoning=off") == set()


def test_quirks_of_a_plain_reply(http: httpx.Client) -> None:
    def choice(spec: str) -> dict[str, object]:
        reply = http.post(CHAT, json=ask(), headers={"x-emulator": spec})
        got: dict[str, object] = reply.json()["choices"][0]
        return got

    def message(spec: str) -> dict[str, object]:
        got = choice(spec)["message"]
        assert isinstance(got, dict)
        return got

    assert "content" not in message("content=absent")
    assert message("content=null")["content"] is None
    assert "finish_reason" not in choice("no-finish")
    assert choice("finish-reason=content_filter")["finish_reason"] == "content_filter"
    assert choice("stop-reason=154829")["stop_reason"] == 154829
    assert choice("stop-reason=END")["stop_reason"] == "END"
    assert message("refusal")["refusal"]
    assert message("text=fixed")["content"] == "fixed"
    assert "top_logprobs" in str(choice("logprobs")["logprobs"])


def test_log_probabilities_are_told_where_the_service_tells_them(http: httpx.Client) -> None:
    def asked(path: str, model: str) -> httpx.Response:
        return http.post(path, json=ask(model=model, logprobs=True, top_logprobs=2))

    for told in (asked(CHAT, "emulator/chat"), asked(ENGINE, "served")):
        (choice,) = told.json()["choices"]
        content = choice["logprobs"]["content"]
        assert "".join(each["token"] for each in content) == choice["message"]["content"]
        assert [len(each["top_logprobs"]) for each in content] == [2] * len(content)
        assert all(each["top_logprobs"][0]["token"] == each["token"] for each in content)
    for passed_over in ("openai/gpt-oss-120b", "deepseek-ai/DeepSeek-V4.1-Flash"):
        reply = asked(CHAT, passed_over)
        assert (reply.status_code, "logprobs" in reply.json()["choices"][0]) == (200, False)
    refused = asked(CHAT, "zai-org/GLM-5.3")
    assert (refused.status_code, refused.json()["message"]) == (400, "returning log probs is not supported")
    unasked = http.post(CHAT, json=ask(model="emulator/chat", logprobs=False))
    assert "logprobs" not in unasked.json()["choices"][0]


def test_several_choices_are_on_demand_only(http: httpx.Client) -> None:
    assert http.post(CHAT, json=ask(n=2)).status_code == 400
    body = http.post(CHAT, json=ask(), headers={"x-emulator": "count=3"}).json()
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]


def test_an_answer_may_be_as_long_as_a_test_needs(http: httpx.Client) -> None:
    body = http.post(CHAT, json=ask(), headers={"x-emulator": "tokens=1000"}).json()
    assert body["usage"]["completion_tokens"] == 1000
    assert http.post(CHAT, json=ask(min_tokens=200)).json()["usage"]["completion_tokens"] == 200
    plain = http.post(CHAT, json=ask()).json()["choices"]
    assert http.post(CHAT, json=ask(min_tokens=2)).json()["choices"] == plain


def test_stop_strings_end_the_text(http: httpx.Client) -> None:
    body = http.post(CHAT, json=ask("say one two three", stop=["two", "three"])).json()
    assert body["choices"][0]["message"]["content"] == "one "


@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"messages": None},
        {"messages": ["hi"]},
        {"messages": [{"role": "boss", "content": "hi"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [{"role": "user", "content": 5}]},
        {"messages": [{"role": "user", "content": [{"text": "no type"}]}]},
        {"messages": [{"role": "tool", "content": "no id"}]},
        {"model": ""},
        {"model": None},
        {"n": 2},
        {"temperature": 5},
        {"temperature": "hot"},
        {"top_p": 0},
        {"max_tokens": 0},
        {"max_tokens": 1.5},
        {"stream": "yes"},
        {"stop": ""},
        {"stop": ["x"] * 33},
        {"response_format": {"type": "xml"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "", "schema": {}}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}},
        {"tools": {}},
        {"tools": [{"type": "function", "function": {}}]},
        {"tools": [{"type": "retrieval"}]},
        {"tool_choice": "required"},
        {"tool_choice": "always", "tools": [{"type": "function", "function": {"name": "f"}}]},
        {
            "tool_choice": {"type": "function", "function": {"name": "g"}},
            "tools": [{"type": "function", "function": {"name": "f"}}],
        },
    ],
)
def test_a_wrong_request_is_a_400_with_a_message(http: httpx.Client, change: dict[str, object]) -> None:
    reply = http.post(CHAT, json=ask() | change)
    assert reply.status_code == 400
    assert reply.headers["x-baseten-accepted-at"]
    body = reply.json()
    assert (body.get("error") or body)["message"].startswith("Validation: ")


def test_both_shapes_of_a_400_occur(http: httpx.Client) -> None:
    wrapped = http.post(CHAT, json=ask(n=2)).json()
    bare = http.post(CHAT, json=ask(n=2) | {"model": "zai-org/GLM-5.3"}).json()
    assert wrapped == {"error": bare}
    assert bare["code"] == 400


def test_an_empty_schema_name_is_refused_in_the_service_s_words(http: httpx.Client) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "", "schema": {}}}
    error = http.post(CHAT, json=ask(response_format=wanted)).json()["error"]
    assert error["message"] == "Validation: `response_format.json_schema.name` cannot be empty"


def test_bad_json_is_a_400(http: httpx.Client) -> None:
    shared = http.post(CHAT, content=b"{")
    assert shared.status_code == 400
    assert shared.json()["error"]["message"].startswith("Invalid JSON payload")
    engine = http.post(ENGINE, content=b"{")
    assert engine.headers["x-baseten-error-code"] == "700"


def test_any_slug_is_served_unless_the_emulator_is_strict(http: httpx.Client) -> None:
    assert http.post(CHAT, json=ask() | {"model": "acme/new"}).status_code == 200
    assert http.post(CHAT, json=ask() | {"model": "unknown/new"}).status_code == 404
    with Emulator(strict_models=True) as emu:
        headers = {"authorization": f"Bearer {emu.api_key}"}
        assert httpx.post(emu.url + CHAT, json=ask() | {"model": "acme/new"}, headers=headers).status_code == 404
        assert httpx.post(emu.url + CHAT, json=ask(), headers=headers).status_code == 200


def test_models_have_no_object_on_the_model_apis_and_one_inside_a_deployment(http: httpx.Client) -> None:
    shared = http.get("/v1/models").json()
    assert set(shared) == {"data"}
    assert "openai/gpt-oss-120b" in [entry["id"] for entry in shared["data"]]
    assert shared["data"][0]["pricing"]["prompt"] == "0.0000001"
    engine = http.get("/model/abcd1234/production/sync/v1/models").json()
    assert engine["object"] == "list"


@pytest.mark.parametrize("text", ["", "a  b\n\nc", "日本語もどうぞ 🙂", "supercalifragilistic", "e\u0301 \u2028 x"])
def test_tokens_join_to_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_prose_depends_on_the_seed_and_the_question_only() -> None:
    assert prose("Why?", 1) == prose("Why?", 1)
    assert len({prose("Why?", seed) for seed in range(30)}) > 5
    assert prose("")
