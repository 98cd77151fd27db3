"""Cassettes over real sockets: recorded from a service once, replayed to every client, faults laid over."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import anyio
import httpx
import pytest

from baseten_sdk import AsyncClient, BadRequestError, Client, StreamInterrupted, user
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.config import Endpoints
from baseten_sdk.emulator import Cassette, Emulator, at
from baseten_sdk.emulator.cassette.cassette import RecordMode
from baseten_sdk.errors import ConfigurationError
from tests.faults.scripted import Action, Hold, ScriptedServer, Send, events, refusing_port, reply

MODEL = "openai/gpt-oss-120b"
QUESTION = [user("Say hello to the wide world")]
SAID = "hello to the wide world"
RECORDED_AND_REPLAYED: tuple[RecordMode, ...] = ("new", "none")


@pytest.fixture
def service() -> Iterator[Emulator]:
    """What stands for the real service."""
    with Emulator(api_key="real.0123456789abcdef", queue_seconds=0, run_seconds=0) as emulator:
        yield emulator


def use(client: Client) -> list[object]:
    """A program of many kinds of calls."""
    chat = client.chat.completions
    with chat.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        pieces = [chunk.text for chunk in stream]
    deployment = client.deployments("abcd1234")
    job = deployment.async_predict({"n": 2})
    return [
        chat.create(model=MODEL, messages=QUESTION).text,
        chat.create(model=MODEL, messages=QUESTION, seed=1).usage,
        pieces,
        deployment.predict({"n": 1}),
        [model.id for model in client.models.list()],
        client.chains("chain123").run_remote({"x": [1]}),
        job.request_id,
    ]


def recorded(path: Path, service: Emulator, *, hide_prompts: bool = False) -> list[object]:
    cassette = Cassette(path, record="all", endpoints=service.endpoints, hide_prompts=hide_prompts)
    with (
        Emulator(cassette=cassette) as recorder,
        Client(api_key=service.api_key, endpoints=recorder.endpoints) as client,
    ):
        return use(client)


@pytest.mark.parametrize("transport", ["direct", "httpx"])
def test_what_was_recorded_is_replayed_without_the_service_and_its_key(
    tmp_path: Path, service: Emulator, transport: TransportName
) -> None:
    path = tmp_path / "program.yaml"
    first = recorded(path, service)
    assert first[0] == SAID
    asked = len(service.requests)
    service.stop()
    text = path.read_text()
    assert service.api_key not in text
    assert "authorization" not in text.lower()
    for _ in range(2):
        with (
            Emulator(cassette=Cassette(path)) as replay,
            Client(api_key="another", endpoints=replay.endpoints, transport=transport, max_retries=0) as client,
        ):
            assert use(client) == first
            assert len(replay.requests) == asked


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_stream_is_replayed_in_its_pieces_on_every_loop(tmp_path: Path, service: Emulator, backend: str) -> None:
    recorded(tmp_path / "program.yaml", service)

    async def replayed() -> list[str]:
        cassette = Cassette(tmp_path / "program.yaml", realtime=True)
        with Emulator(cassette=cassette) as replay:
            async with AsyncClient(api_key="k", endpoints=replay.endpoints) as client:
                stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
                async with stream:
                    return [chunk.text async for chunk in stream]

    pieces = anyio.run(replayed, backend=backend)
    assert "".join(pieces) == SAID
    assert len(pieces) > 3


def test_the_bytes_are_the_same(tmp_path: Path, service: Emulator) -> None:
    path = tmp_path / "bytes.yaml"
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Say é and 😀"}], "stream": True}
    replies: list[httpx.Response] = []
    for record in RECORDED_AND_REPLAYED:
        with Emulator(cassette=Cassette(path, record=record, endpoints=service.endpoints)) as emulator:
            replies.append(
                httpx.post(
                    f"{emulator.base_url}/chat/completions",
                    content=json.dumps(body, sort_keys=record == "none"),
                    headers={"authorization": f"Bearer {service.api_key}"},
                )
            )
    assert replies[0].content == replies[1].content
    assert "😀".encode() in replies[1].content
    names = {"content-type", "x-baseten-request-id"}
    assert {name: replies[0].headers[name] for name in names} == {name: replies[1].headers[name] for name in names}


def test_a_fault_can_be_laid_over_a_replay(tmp_path: Path, service: Emulator) -> None:
    recorded(tmp_path / "program.yaml", service)
    with (
        Emulator(cassette=Cassette(tmp_path / "program.yaml")) as replay,
        Client(api_key="k", endpoints=replay.endpoints) as client,
    ):
        replay.faults.add(at(1).cut_stream(after=2), at(2).status(503))
        with (
            pytest.raises(StreamInterrupted),
            client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream,
        ):
            list(stream)
        assert client.chat.completions.create(model=MODEL, messages=QUESTION).text == SAID
        assert [request.status for request in replay.requests] == [200, 503, 200]


def test_a_stream_that_broke_is_recorded_as_broken(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    chunk = '{"choices": [{"index": 0, "delta": {"content": "Hi"}}]}'
    with ScriptedServer([events(chunk)]) as server:
        endpoints = Endpoints(model_apis=server.url)
        modes: list[tuple[RecordMode, bool]] = [("new", False), ("none", False), ("none", True)]
        for record, realtime in modes:
            with (
                Emulator(cassette=Cassette(path, record=record, realtime=realtime, endpoints=endpoints)) as emulator,
                Client(api_key="key-0123456789", endpoints=emulator.endpoints, max_retries=0) as client,
            ):
                seen: list[str] = []
                with (
                    pytest.raises(StreamInterrupted),
                    client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream,
                ):
                    seen += [chunk.text for chunk in stream]
    assert "ending: cut" in path.read_text()
    assert len(server.requests) == 1


@pytest.mark.parametrize("cut", [0, 1, 60])
def test_a_key_that_the_service_repeats_is_not_kept(tmp_path: Path, cut: int) -> None:
    key = "key-0123456789abcdefghij"
    text = f"data: you sent {key} twice: {key}\n\n".encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nX-Request-Id: "
    pieces = [piece for piece in (text[: 20 + cut], text[20 + cut :]) if piece]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    path = tmp_path / "key.yaml"
    script: list[Action] = [Send(head + key.encode() + b"\r\n\r\n" + chunks + b"0\r\n\r\n"), Hold()]
    with (
        ScriptedServer(script) as server,
        Emulator(cassette=Cassette(path, record="new", endpoints=Endpoints(model_apis=server.url))) as emulator,
    ):
        headers = {"authorization": f"Bearer {key}"}
        answer = httpx.post(f"{emulator.base_url}/chat/completions", json={"password": "p4ss"}, headers=headers)
        assert answer.status_code == 200
    kept = path.read_text()
    assert key not in kept
    assert key[:12] not in kept
    assert "you sent [hidden]" in kept
    assert "p4ss" not in kept


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def in_a_url(text: str) -> str:
    return quote(text, safe="")


@pytest.mark.parametrize("form", [str, in_json, in_a_url])
def test_nor_is_another_secret_of_the_request_in_any_form(tmp_path: Path, form: Callable[[str], str]) -> None:
    secret, signature = 'gate"way/secret', "signature-of-a-url"
    body = f"you sent {form(secret)} and {form(signature)}".encode()
    path = tmp_path / "key.yaml"
    with (
        ScriptedServer([reply(body, "403 No", {"X-Request-Id": f"of {form(signature)}"})]) as server,
        Emulator(cassette=Cassette(path, record="new", endpoints=Endpoints(model_apis=server.url))) as emulator,
    ):
        headers = {"authorization": "Bearer k.1", "x-gateway-token": secret}
        url = f"{emulator.base_url}/models?sig={signature}"
        assert httpx.get(url, headers=headers).status_code == 403
    kept = path.read_text()
    assert "you sent [hidden] and [hidden]" in kept
    assert "of [hidden]" in kept
    assert signature not in kept


def test_what_is_not_there_is_an_error_that_shows_the_difference(tmp_path: Path, service: Emulator) -> None:
    path = tmp_path / "program.yaml"
    recorded(path, service)
    cassette = Cassette(path)
    with (
        Emulator(cassette=cassette) as replay,
        Client(api_key="k", endpoints=replay.endpoints) as client,
    ):
        with pytest.raises(BadRequestError, match="has no such request"):
            client.chat.completions.create(model=MODEL, messages=[user("Say hello to the wide sea")])
        assert client.chat.completions.create(model=MODEL, messages=QUESTION).text == SAID
        with pytest.raises(BadRequestError, match="has 1 of this request"):
            client.chat.completions.create(model=MODEL, messages=QUESTION)
        assert len(client.models.list()) == len(client.models.list()), "a GET may be repeated"
    assert len(cassette.missing) == 2
    assert str(path) in cassette.missing[0]
    assert "-  - role: user" not in cassette.missing[0]
    assert "-    content: Say hello to the wide world" in cassette.missing[0]
    assert "+    content: Say hello to the wide sea" in cassette.missing[0]
    assert len(replay.requests) == 5, "nothing was retried"


def test_only_what_is_new_is_asked(tmp_path: Path, service: Emulator) -> None:
    path = tmp_path / "program.yaml"
    recorded(path, service)
    asked = len(service.requests)
    cassette = Cassette(path, record="new", endpoints=service.endpoints)
    with (
        Emulator(cassette=cassette) as recorder,
        Client(api_key=service.api_key, endpoints=recorder.endpoints) as client,
    ):
        use(client)
        assert client.chat.completions.create(model=MODEL, messages=[user("Say more")]).text == "more"
    assert len(service.requests) == asked + 1
    assert repr(Cassette(path)) == f"<Cassette {str(path)!r}: {asked + 1} interactions, record='none'>"


def test_prompts_can_be_hidden(tmp_path: Path, service: Emulator) -> None:
    path = tmp_path / "hidden.yaml"
    first = recorded(path, service, hide_prompts=True)
    assert "Say hello" not in path.read_text()
    with (
        Emulator(cassette=Cassette(path, hide_prompts=True)) as replay,
        Client(api_key="k", endpoints=replay.endpoints) as client,
    ):
        assert use(client) == first


def test_a_service_that_is_not_there_is_a_502_and_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    endpoints = Endpoints(model_apis=f"http://127.0.0.1:{refusing_port()}/v1")
    with Emulator(cassette=Cassette(path, record="new", endpoints=endpoints)) as emulator:
        answer = httpx.post(f"{emulator.base_url}/chat/completions", json={}, headers={"authorization": "Bearer key-1"})
        assert answer.status_code == 502
        assert "recording: ConnectError" in answer.text
    assert not path.exists()


def test_each_reply_belongs_to_its_turn(tmp_path: Path) -> None:
    path = tmp_path / "turns.yaml"
    with ScriptedServer([reply(b'{"n": 1}'), reply(b'{"n": 2}')]) as server:
        endpoints = Endpoints(model=server.url + "/{model_id}")
        for record in RECORDED_AND_REPLAYED:
            with (
                Emulator(cassette=Cassette(path, record=record, endpoints=endpoints)) as emulator,
                Client(api_key="key-0123456789", endpoints=emulator.endpoints) as client,
            ):
                deployment = client.deployments("abcd1234")
                assert [deployment.predict({}), deployment.predict({})] == [{"n": 1}, {"n": 2}]


def test_a_file_that_is_not_there_or_a_mode_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no cassette .*none\.yaml.*--baseten-record=new"):
        Cassette(tmp_path / "none.yaml")
    with pytest.raises(ConfigurationError, match="one of: none, new, all"):
        Cassette(tmp_path / "none.yaml", record="once")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is tested


def test_a_pipe_is_no_cassette_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="pipe cannot be read: it is not a regular file"):
        Cassette(tmp_path / "pipe")
