"""Chat and responses answered by another server, here a second emulator; everything else stays the first one's."""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import quote

import httpx
import pytest

from baseten_sdk.emulator import Emulator, at, every
from baseten_sdk.errors import ConfigurationError
from tests.emulator.exchanges import CHAT, ask, chunks_of, joined

ENGINE = "/model/abcd1234/environments/production/sync/v1/chat/completions"


@pytest.fixture
def other() -> Iterator[Emulator]:
    with Emulator(seed=7) as running:
        running.faults.always("text=answered elsewhere")
        yield running


@pytest.fixture
def front(other: Emulator) -> Iterator[Emulator]:
    with Emulator(upstream=other.base_url, upstream_key=other.api_key, upstream_model="emulator/test") as running:
        yield running


@pytest.fixture
def http(front: Emulator) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {front.api_key}"}
    with httpx.Client(base_url=front.url, headers=headers, trust_env=False, verify=False) as client:
        yield client


@pytest.mark.parametrize("path", [CHAT, ENGINE])
def test_chat_is_answered_elsewhere(path: str, http: httpx.Client, front: Emulator, other: Emulator) -> None:
    reply = http.post(path, json=ask("Say hello"))
    assert reply.json()["choices"][0]["message"]["content"] == "answered elsewhere"
    assert reply.headers["x-baseten-request-id"], "the platform's headers are the emulator's"
    streamed = http.post(path, json=ask("Say hello", stream=True))
    assert joined(streamed) == "answered elsewhere"
    assert streamed.headers["content-type"].startswith("text/event-stream")
    seen = other.requests[0]
    assert (seen.path, seen.headers["authorization"]) == (CHAT, f"Bearer {other.api_key}")
    assert front.api_key not in str(seen.headers)
    assert seen.json == ask("Say hello") | {"model": "emulator/test"}


def test_without_a_model_the_callers_is_passed_on(other: Emulator) -> None:
    with (
        Emulator(upstream=other.base_url + "/", upstream_key=other.api_key, api_key="k") as front,
        httpx.Client(base_url=front.url, headers={"authorization": "Bearer k"}, trust_env=False, verify=False) as http,
    ):
        assert http.post(CHAT, json=ask()).status_code == 200
    assert other.requests[0].json == ask()


def test_a_stream_is_relayed_as_it_comes(http: httpx.Client, other: Emulator) -> None:
    other.faults.add(at(1).stall(after=2))
    with http.stream("POST", CHAT, json=ask("Say hello", stream=True)) as reply:
        assert b"data:" in next(reply.iter_bytes())
    other.requests.wait_until(lambda seen: seen[0].disconnected)


def test_faults_are_the_emulators_own(http: httpx.Client, front: Emulator, other: Emulator) -> None:
    front.faults.add(at(1).status(503), at(2).end_stream(after=2), at(3).garbage("html"))
    assert http.post(CHAT, json=ask()).status_code == 503
    assert len(other.requests) == 0
    assert len(chunks_of(http.post(CHAT, json=ask(stream=True)))) == 2
    assert http.post(CHAT, json=ask()).headers["content-type"] == "text/html"


def test_errors_of_the_other_server_are_passed_on(http: httpx.Client, other: Emulator) -> None:
    other.faults.add(at(1).status(422, message="no such field"))
    reply = http.post(CHAT, json=ask())
    assert (reply.status_code, "no such field" in reply.text) == (422, True)


def test_a_body_that_is_no_json_is_passed_on(http: httpx.Client) -> None:
    assert http.post(CHAT, content=b"{").status_code == 400


def test_everything_else_is_the_emulators(http: httpx.Client, other: Emulator) -> None:
    assert http.get("/v1/models").status_code == 200
    assert http.post("/model/abcd1234/production/predict", json={"n": 1}).json() == {"n": 1}
    assert http.post("/model/abcd1234/production/async_predict", json={"model_input": {}}).status_code == 201
    assert len(other.requests) == 0


def test_an_upstream_that_is_not_there_is_a_bad_gateway() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        Emulator(upstream=f"http://127.0.0.1:{port}/v1", api_key="k") as front,
        httpx.Client(base_url=front.url, headers={"authorization": "Bearer k"}, trust_env=False, verify=False) as http,
    ):
        reply = http.post(CHAT, json=ask())
    assert (reply.status_code, "ConnectError" in reply.text) == (502, True)


@pytest.mark.parametrize("behavior", ["", "pieces=4"])
def test_a_stream_that_breaks_there_breaks_here(
    behavior: str, http: httpx.Client, front: Emulator, other: Emulator
) -> None:
    other.faults.add(every().cut_stream(after=2))
    front.faults.always(behavior)
    if behavior:
        assert http.post(CHAT, json=ask(stream=True)).status_code == 502
    else:
        with pytest.raises(httpx.RemoteProtocolError):
            http.post(CHAT, json=ask(stream=True))


class Silent(BaseHTTPRequestHandler):
    """Refuses everything, and quotes the authorization that it got."""

    seen: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        authorization = self.headers["authorization"] or ""
        self.seen.append(authorization)
        body = f"not accepted: {authorization}".encode()
        self.send_response(401)
        self.send_header("content-type", "text/plain")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def chat_with(upstream: str, key: str | None = None) -> httpx.Response:
    with (
        Emulator(upstream=upstream, upstream_key=key, api_key="k") as front,
        httpx.Client(base_url=front.url, headers={"authorization": "Bearer k"}, trust_env=False, verify=False) as http,
    ):
        return http.post(CHAT, json=ask())


def test_user_and_password_of_the_url_are_sent_and_shown_nowhere(refusing: int) -> None:
    reply = chat_with(f"http://me:{quote('p@ss/w0rd', safe='')}@127.0.0.1:{refusing}/v1")
    basic = b64encode(b"me:p@ss/w0rd").decode()
    assert Silent.seen[-1] == f"Basic {basic}"
    assert (reply.status_code, reply.text) == (401, "not accepted: Basic [hidden]")


def test_a_key_that_is_refused_is_not_quoted(refusing: int) -> None:
    reply = chat_with(f"http://127.0.0.1:{refusing}/v1", "sk-real.key")
    assert Silent.seen[-1] == "Bearer sk-real.key"
    assert (reply.status_code, reply.text) == (401, "not accepted: Bearer [hidden]")


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    reply = chat_with(f"http://me:p%40ss@127.0.0.1:{port}/v1")
    assert reply.status_code == 502
    assert f"http://127.0.0.1:{port}/v1/chat/completions" in reply.text
    assert "p%40ss" not in reply.text
    assert "p@ss" not in reply.text


@pytest.mark.parametrize(
    "url", ["ftp://me:secret@host/v1", "me:secret@host", "http://me:secret@/v1", "http://me:secret@h:x"]
)
def test_a_url_that_is_none_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ConfigurationError, match="upstream= must be") as caught:
        Emulator(upstream=url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "kéy"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_quoted(key: str) -> None:
    with pytest.raises(ConfigurationError, match=r"printable ASCII without blanks\.$"):
        Emulator(upstream="http://127.0.0.1:1/v1", upstream_key=key)


@pytest.mark.parametrize("path", ["/v1/responses", "/model/abcd1234/production/sync/v1/responses"])
def test_responses_are_answered_elsewhere_too(path: str, http: httpx.Client, other: Emulator) -> None:
    reply = http.post(path, json={"model": "a/b", "input": "Say hello"})
    assert reply.json()["output"][0]["content"][0]["text"] == "answered elsewhere"
    body = {"model": "a/b", "input": "Say hello", "stream": True}
    streamed = http.post(path, json=body, headers={"accept": "text/event-stream"})
    assert "event: response.completed" in streamed.text
    assert {request.path for request in other.requests} == {"/v1/responses"}
    assert http.post(path, json=body, headers={"x-emulator": "end=3"}).text.count("event:") == 3
