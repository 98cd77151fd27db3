from __future__ import annotations

import json
import math

import httpx
import pytest

from baseten_sdk.emulator import Emulator

PREDICT = "/model/abcd1234/production/predict"


@pytest.mark.parametrize("value", [{"a": [1, 2.5, None]}, [], "héllo", 0, True, None, "\ud83d", 2**70])
def test_json_comes_back_as_it_is(http: httpx.Client, value: object) -> None:
    assert http.post(PREDICT, content=json.dumps(value)).json() == value


def test_octets_come_back_with_their_type(http: httpx.Client) -> None:
    body = bytes(range(256))
    reply = http.post(PREDICT, content=body, headers={"content-type": "application/octet-stream; x=1"})
    assert reply.content == body
    assert reply.headers["content-type"] == "application/octet-stream; x=1"


def test_a_multipart_form_is_described(http: httpx.Client) -> None:
    reply = http.post(PREDICT, data={"prompt": "hi"}, files={"audio": ("a.wav", b"\r\n--RIFF\x00", "audio/wav")})
    field, file = reply.json()["parts"]
    assert (field["name"], field["value"]) == ("prompt", "hi")
    assert (file["name"], file["filename"], file["content_type"], file["size"]) == (
        "audio",
        "a.wav",
        "audio/wav",
        9,
    )
    assert http.post(PREDICT, content=b"x", headers={"content-type": "multipart/form-data"}).status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
def test_bad_json_is_the_client_s_error(http: httpx.Client, body: bytes) -> None:
    reply = http.post(PREDICT, content=body)
    assert reply.status_code == 400
    assert reply.headers["x-baseten-error-source"] == "04"
    assert reply.headers["x-baseten-error-code"] == "700"


@pytest.mark.parametrize(
    ("preset", "status", "code"),
    [("model-error", 500, "600"), ("not-ready", 503, "600"), ("unhandled", 500, "500")],
)
def test_errors_of_the_runtime(http: httpx.Client, preset: str, status: int, code: str) -> None:
    reply = http.post(PREDICT, json={}, headers={"x-emulator": preset})
    assert (reply.status_code, reply.headers["x-baseten-error-code"]) == (status, code)


def test_a_get_says_it_is_ready(http: httpx.Client) -> None:
    assert http.get(PREDICT).json() == {}


def test_a_bare_nan_is_sent_on_demand(http: httpx.Client) -> None:
    reply = http.post(PREDICT, json=1, headers={"x-emulator": "nan"})
    assert "NaN" in reply.text
    got = json.loads(reply.text)
    assert math.isnan(got["nan"])
    assert got["echo"] == 1


def test_a_text_stream_splits_characters_between_chunks(http: httpx.Client) -> None:
    with http.stream(
        "POST", PREDICT, json={"stream": True, "text": "日本語 é"}, headers={"x-emulator": "pause=2"}
    ) as reply:
        pieces = list(reply.iter_raw())
    assert b"".join(pieces).decode() == "日本語 é"
    assert any(piece[-1] & 0x80 for piece in pieces)
    assert reply.headers["content-type"] == "application/octet-stream"
    assert "content-length" not in reply.headers


def test_json_lines_and_events_stream_the_items(http: httpx.Client) -> None:
    lines = http.post(PREDICT, json={"stream": True, "format": "json-lines", "items": [1, {"a": 2}]})
    assert [json.loads(line) for line in lines.content.splitlines()] == [1, {"a": 2}]
    events = http.post(PREDICT, json={"items": [1, {"a": 2}]}, headers={"x-emulator": "stream=sse"})
    assert events.text == 'data: 1\n\ndata: {"a": 2}\n\ndata: [DONE]\n\n'
    assert events.headers["content-type"].startswith("text/event-stream")


def test_events_may_come_with_a_length(http: httpx.Client) -> None:
    events = http.post(PREDICT, json={"stream": True, "format": "sse", "length": True})
    assert int(events.headers["content-length"]) == len(events.content)


def test_a_stream_is_gathered_for_a_caller_that_accepts_bare_json(http: httpx.Client) -> None:
    reply = http.post(PREDICT, json={"stream": True, "text": "hé"}, headers={"accept": "application/json"})
    assert reply.json() == "hé"


def test_a_stream_may_be_cut(http: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        http.post(PREDICT, json={"stream": True}, headers={"x-emulator": "cut=2"})


def test_a_sleeping_deployment_parks_its_requests(emu: Emulator, http: httpx.Client) -> None:
    emu.scale_to_zero("abcd1234")
    assert emu.state("abcd1234") == "SCALED_TO_ZERO"
    assert http.post(PREDICT, json=1).json() == 1
    assert emu.state("abcd1234") == "ACTIVE"


def test_a_wake_starts_the_cold_start_on_the_emulator_s_clock() -> None:
    with Emulator(wake_seconds=600) as emu:
        headers = {"authorization": f"Bearer {emu.api_key}"}
        emu.scale_to_zero("abcd1234")
        development = f"{emu.url}/model/abcd1234/development/predict"
        assert httpx.post(development, json=1, headers=headers).status_code == 404
        reply = httpx.post(f"{emu.url}/model/abcd1234/production/wake", headers=headers)
        assert (reply.status_code, reply.content) == (202, b"")
        assert emu.state("abcd1234") == "WAKING_UP"
        emu.advance(600)
        assert emu.state("abcd1234") == "ACTIVE"
        assert httpx.post(development, json=1, headers=headers).json() == 1
