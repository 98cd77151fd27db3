from __future__ import annotations

import email.utils
import time

import httpx
import pytest

from baseten_sdk.emulator import Emulator
from tests.emulator.exchanges import CHAT, ask

PREDICT = "/model/abcd1234/production/predict"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529])
def test_every_status_can_be_asked_for_on_every_surface(http: httpx.Client, status: int) -> None:
    headers = {"x-emulator": f"status={status}"}
    for path in (
        CHAT,
        PREDICT,
        "/model/abcd1234/production/sync/v1/chat/completions",
        "/chain/abcd1234/production/run_remote",
    ):
        reply = http.post(path, json=ask(stream=True), headers=headers)
        assert reply.status_code == status
        assert reply.json()["error"]


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("1", {"error": "no"}),
        ("2", {"error": "no", "error_code": "rate_limited", "detail": "no"}),
        ("3", {"error": {"message": "no", "type": "Too Many Requests", "code": 429}}),
        ("4", {"message": "no", "type": "Too Many Requests", "code": 429}),
        ("5", {"detail": "no"}),
        ("5-list", {"detail": [{"loc": ["body", "input"], "msg": "no", "type": "value_error"}]}),
        ("7", {"type": "error", "error": {"type": "rate_limit_error", "message": "no"}}),
    ],
)
def test_every_shape_of_body(http: httpx.Client, shape: str, body: object) -> None:
    reply = http.post(CHAT, json=ask(), headers={"x-emulator": f"status=429, message=no, shape={shape}"})
    assert reply.json() == body


def test_a_chain_s_error_has_its_stack(http: httpx.Client) -> None:
    reply = http.post("/chain/abcd1234/production/run_remote", json={}, headers={"x-emulator": "chain-error"})
    assert reply.status_code == 500
    error = reply.json()["error"]
    assert error["exception_cls_name"] == "ValueError"
    assert error["user_stack_trace"][0]["lineno"] == 12
    assert reply.headers["x-baseten-error-code"] == "600"


@pytest.mark.parametrize(("shape", "content_type"), [("8", "text/html"), ("8-text", "text/plain; charset=utf-8")])
def test_bodies_that_are_not_json(http: httpx.Client, shape: str, content_type: str) -> None:
    reply = http.post(CHAT, json=ask(), headers={"x-emulator": f"status=502, shape={shape}"})
    assert reply.headers["content-type"] == content_type
    with pytest.raises(ValueError, match="Expecting value"):
        reply.json()


def test_an_error_code_may_be_text(http: httpx.Client) -> None:
    reply = http.post(CHAT, json=ask(), headers={"x-emulator": "status=400, code=context_length_exceeded"})
    assert reply.json()["error"]["code"] == "context_length_exceeded"


def test_retry_after_in_every_form(http: httpx.Client) -> None:
    def headers(spec: str) -> httpx.Headers:
        return http.post(CHAT, json=ask(), headers={"x-emulator": f"status=429, {spec}"}).headers

    assert headers("retry-after=2")["retry-after"] == "2"
    assert headers("retry-after=soon")["retry-after"] == "soon"
    assert headers("retry-after-ms=150")["retry-after-ms"] == "150"
    when = email.utils.parsedate_to_datetime(headers("retry-after=date:30")["retry-after"]).timestamp()
    assert 25 < when - time.time() < 35
    assert "retry-after" not in headers("message=no")
    assert headers("ratelimit=7")["x-ratelimit-remaining-requests"] == "7"


def test_request_ids_may_be_there_or_not(http: httpx.Client) -> None:
    usual = http.post(CHAT, json=ask()).headers
    assert len(usual["x-baseten-request-id"]) == 37
    assert usual["x-baseten-session-id"] == usual["x-baseten-request-id"]
    assert usual["x-baseten-accepted-at"].isdigit()
    off = http.post(CHAT, json=ask(), headers={"x-emulator": "request-id=off"}).headers
    assert [name for name in off if name.startswith("x-")] == ["x-baseten-accepted-at"]
    other = http.post(CHAT, json=ask(), headers={"x-emulator": "request-id=x"}).headers
    assert len(other["x-request-id"]) == 37
    assert "x-baseten-request-id" not in other


@pytest.mark.parametrize("model", ["emulator/429", "emulator/status-429"])
def test_a_reserved_model_id_chooses(http: httpx.Client, model: str) -> None:
    assert http.post(CHAT, json=ask() | {"model": model}).status_code == 429


@pytest.mark.parametrize("model_id", ["emul0429", "emulator-429", "emulator-status=429+retry-after=1"])
def test_a_reserved_deployment_id_chooses(http: httpx.Client, model_id: str) -> None:
    assert http.post(f"/model/{model_id}/production/predict", json={}).status_code == 429


def test_the_body_chooses(http: httpx.Client) -> None:
    assert http.post(PREDICT, json={"emulator": {"status": 503}}).status_code == 503
    assert http.post(CHAT, json=ask(metadata={"emulator": "503"})).status_code == 503


def test_the_header_wins_over_the_model_and_the_script(emu: Emulator, http: httpx.Client) -> None:
    emu.script(["status=500"])
    reply = http.post(CHAT, json=ask() | {"model": "emulator/429"}, headers={"x-emulator": "503"})
    assert reply.status_code == 503


def test_an_unknown_behavior_is_said_and_not_ignored(http: httpx.Client) -> None:
    reply = http.post(CHAT, json=ask(), headers={"x-emulator": "statsu=1"})
    assert reply.status_code == 400
    assert "statsu" in reply.json()["error"]


def test_a_script_meets_the_next_requests(emu: Emulator, http: httpx.Client) -> None:
    emu.script(["429", None, "model-error"])
    replies = [http.post(PREDICT, json=1) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [429, 200, 500, 200]
    assert replies[2].headers["x-baseten-error-source"] == "04"
    assert "x-baseten-error-source" not in replies[3].headers


def test_attempts_are_counted_by_the_customer_s_request_id(http: httpx.Client) -> None:
    def post(customer: str) -> int:
        headers = {"x-emulator": "fail=2, 502", "x-baseten-customer-request-id": customer}
        return http.post(PREDICT, json=1, headers=headers).status_code

    assert [post("a"), post("a"), post("b"), post("a"), post("b"), post("b")] == [
        502,
        502,
        502,
        200,
        502,
        200,
    ]


def test_attempts_are_counted_by_a_key(http: httpx.Client) -> None:
    codes = [http.post(PREDICT, json=at, headers={"x-emulator": "fail=1, key=k"}).status_code for at in range(3)]
    assert codes == [503, 200, 200]


@pytest.mark.parametrize("spec", ["drop", "drop, reset"])
def test_a_dropped_connection_sends_nothing(http: httpx.Client, spec: str) -> None:
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        http.post(CHAT, json=ask(), headers={"x-emulator": spec})


def test_a_hanging_request_is_never_answered(http: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        http.post(CHAT, json=ask(), headers={"x-emulator": "hang"}, timeout=0.05)


@pytest.mark.parametrize(
    ("reply", "check"),
    [("html", b"<html"), ("empty", b""), ("error", b'{"error":'), ("not-json", b"upstream")],
)
def test_a_200_that_is_not_what_was_asked_for(http: httpx.Client, reply: str, check: bytes) -> None:
    got = http.post(CHAT, json=ask(), headers={"x-emulator": f"reply={reply}"})
    assert got.status_code == 200
    assert got.content.startswith(check)
    assert (got.content == b"") == (reply == "empty")


def test_a_truncated_body_ends_cleanly_and_a_cut_one_does_not(http: httpx.Client) -> None:
    truncated = http.post(CHAT, json=ask(), headers={"x-emulator": "reply=truncated"})
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        truncated.json()
    with pytest.raises(httpx.RemoteProtocolError):
        http.post(CHAT, json=ask(), headers={"x-emulator": "cut"})
    with pytest.raises(httpx.ReadError):
        http.post(CHAT, json=ask(), headers={"x-emulator": "cut=10, reset"})


def test_the_delay_comes_before_the_first_byte(http: httpx.Client) -> None:
    began = time.perf_counter()
    http.post(PREDICT, json=1, headers={"x-emulator": "delay=40"})
    assert time.perf_counter() - began >= 0.04


def test_bodies_too_large_for_the_edge_are_413_with_a_page(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baseten_sdk.emulator.app.LARGEST", 10)
    reply = httpx.post(f"{emu.url}{PREDICT}", json="x" * 10, headers={"authorization": f"Bearer {emu.api_key}"})
    assert reply.status_code == 413
    assert b"413" in reply.content
