from __future__ import annotations

import base64
import struct

import httpx
import pytest

BASE = "/model/abcd1234/production/sync"


@pytest.mark.parametrize("base", [BASE, "/model/abcd1234/environments/eu/sync", "/regional/abcd1234/eu/sync"])
def test_health(http: httpx.Client, base: str) -> None:
    assert http.get(f"{base}/health").json() == {"status": "ok"}


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"])
def test_an_item_tells_what_the_server_saw(http: httpx.Client, method: str) -> None:
    headers = {"x-test-a": "1", "x-session-affinity": "s"}
    seen = http.request(method, f"{BASE}/items/a%2Fb?q=1&q2=%20", json={"x": 1}, headers=headers).json()
    assert (seen["method"], seen["path"], seen["raw_path"]) == (method, "/items/a/b", "/items/a%2Fb")
    assert seen["query"] == {"q": "1", "q2": " "}
    assert seen["body"] == {"x": 1}
    assert seen["headers"]["x-test-a"] == "1"
    assert seen["headers"]["x-session-affinity"] == "s"
    assert "authorization" not in seen["headers"]
    assert http.request("HEAD", f"{BASE}/items/1").status_code == 200


@pytest.mark.parametrize(("body", "shown"), [(b"", None), (b"plain", "plain"), (b"\xff", {"base64": "/w=="})])
def test_an_item_shows_any_body(http: httpx.Client, body: bytes, shown: object) -> None:
    assert http.put(f"{BASE}/items/1", content=body).json()["body"] == shown


def test_echo_gives_back_body_and_type(http: httpx.Client) -> None:
    reply = http.post(f"{BASE}/echo", content=b"\x00\x01", headers={"content-type": "audio/wav"})
    assert (reply.content, reply.headers["content-type"]) == (b"\x00\x01", "audio/wav")


@pytest.mark.parametrize("status", [200, 204, 304, 404, 422, 500])
def test_a_status_can_be_asked_for(http: httpx.Client, status: int) -> None:
    reply = http.get(f"{BASE}/status/{status}")
    assert reply.status_code == status
    assert (reply.content == b"") == (status in (204, 304))


@pytest.mark.parametrize("path", ["nothing", "items", "items/", "status/1000", "../health", "v1"])
def test_an_unknown_route_is_fastapi_s_404(http: httpx.Client, path: str) -> None:
    reply = http.get(httpx.URL(f"{http.base_url}{BASE}/").copy_with(raw_path=f"{BASE}/{path}".encode()))
    assert (reply.status_code, reply.json()) == (404, {"detail": "Not Found"})


def test_embeddings_as_floats_and_as_base64(http: httpx.Client) -> None:
    texts = ["one fish", "two fish"]
    floats = http.post(f"{BASE}/v1/embeddings", json={"input": texts, "model": "any"}).json()
    packed = http.post(
        f"{BASE}/v1/embeddings", json={"input": texts, "model": "any", "encoding_format": "base64"}
    ).json()
    assert floats["object"] == "list"
    for one, other in zip(floats["data"], packed["data"], strict=True):
        unpacked = struct.unpack("<16f", base64.b64decode(other["embedding"]))
        assert one["embedding"] == pytest.approx(unpacked, abs=1e-6)
    assert floats["usage"] == {"prompt_tokens": 4, "total_tokens": 4}
    small = http.post(f"{BASE}/v1/embeddings", json={"input": "one", "dimensions": 3}).json()
    assert len(small["data"][0]["embedding"]) == 3
    assert http.post(f"{BASE}/v1/embeddings", json={"input": [1]}).status_code == 422


def test_rerank_is_a_bare_array_with_indexes_best_first(http: httpx.Client) -> None:
    body = {"query": "red fish", "texts": ["a blue car", "one red fish"], "return_text": True}
    rows = http.post(f"{BASE}/rerank", json=body).json()
    assert [row["index"] for row in rows] == [1, 0]
    assert rows[0]["text"] == "one red fish"
    assert rows[0]["score"] > rows[1]["score"]
    assert http.post(f"{BASE}/rerank", json=body | {"return_text": False}).json()[0]["text"] is None


def test_classify_and_tokens_are_arrays_of_arrays(http: httpx.Client) -> None:
    rows = http.post(f"{BASE}/predict", json={"inputs": [["good"], ["bad"]]}).json()
    assert [len(row) for row in rows] == [2, 2]
    assert sum(label["score"] for label in rows[0]) == pytest.approx(1)
    (tokens,) = http.post(f"{BASE}/predict_tokens", json={"inputs": [["Ada met Bob"]]}).json()
    assert [token["token"] for token in tokens] == ["Ada", "met", "Bob"]
    assert tokens[2]["start"] == 8
