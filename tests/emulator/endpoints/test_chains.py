from __future__ import annotations

import json
import struct

import httpx
import pytest

RUN = "/chain/chain123/production/run_remote"


def test_the_result_is_a_bare_string(http: httpx.Client) -> None:
    reply = http.post(RUN, json={"text": "hello"})
    assert reply.json() == "The chain read: hello"
    assert reply.headers["x-baseten-model-id"] == "chain123"


@pytest.mark.parametrize("value", [[1, "a"], None, 3.5, {"a": 1}])
def test_the_result_may_be_any_json(http: httpx.Client, value: object) -> None:
    assert http.post(RUN, json={"result": value}).json() == value


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
def test_arguments_that_are_not_an_object_are_a_400(http: httpx.Client, body: bytes) -> None:
    reply = http.post(RUN, content=body)
    assert (reply.status_code, reply.headers["x-baseten-error-code"]) == (400, "700")


def test_an_argument_of_the_wrong_type_is_a_400(http: httpx.Client) -> None:
    reply = http.post(RUN, json={"text": 5})
    assert (reply.status_code, reply.headers["x-baseten-error-code"]) == (400, "700")
    assert "`text`: Input should be a valid string" in reply.json()["error"]


def test_a_stream_may_lack_header_and_footer(http: httpx.Client) -> None:
    body = http.post(RUN, json={"stream": True, "items": [1], "header": None, "footer": None}).content
    assert body == b"\x03\x00\x00\x00\x011"


def test_binary_comes_back(http: httpx.Client) -> None:
    assert http.post(RUN, content=b"\x81", headers={"content-type": "application/octet-stream"}).content == b"\x81"


def test_a_stream_is_framed(http: httpx.Client) -> None:
    body = http.post(RUN, json={"stream": True, "items": [{"n": 1}, {"n": 2}]}).content
    frames: list[tuple[int, object]] = []
    while body:
        tag, length = struct.unpack(">BI", body[:5])
        frames.append((tag, json.loads(body[5 : 5 + length])))
        body = body[5 + length :]
    assert frames == [(2, {"count": 2}), (3, {"n": 1}), (3, {"n": 2}), (4, {"done": True})]


def test_a_chain_runs_asynchronously_wrapped_and_bare(http: httpx.Client) -> None:
    for body in ({"model_input": {"text": "a"}, "priority": 1}, {"text": "a"}):
        reply = http.post("/chain/chain123/production/async_run_remote", json=body)
        assert reply.status_code == 201
        status = http.get(f"/chain/chain123/async_request/{reply.json()['request_id']}").json()
        assert status["chain_id"] == "chain123"
        assert "model_id" not in status
    depth = http.get("/chain/chain123/production/async_queue_status").json()
    assert depth["chain_id"] == "chain123"
