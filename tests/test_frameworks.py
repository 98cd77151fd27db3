"""The endpoints of examples/frameworks receive real deliveries: the emulator posts them over a socket."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import WSGIApplication

import pytest

from baseten_sdk import Client
from baseten_sdk.emulator import Emulator
from baseten_sdk.receiver.asgi import Application
from baseten_sdk.receiver.serving import ServerThread

ROOT = Path(__file__).resolve().parent.parent
SECRET = "whsec_frameworks"
LONGEST = 50  # lines of at most 88 columns


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests read what the endpoint prints."""


@contextmanager
def on_asgi(app: Application) -> Generator[str]:
    server = ServerThread(app, "127.0.0.1", 0)
    server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()


@contextmanager
def on_wsgi(app: WSGIApplication) -> Generator[str]:
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def starlette() -> AbstractContextManager[str]:
    from examples.frameworks.with_starlette import app

    return on_asgi(app)


def fastapi() -> AbstractContextManager[str]:
    from examples.frameworks.with_fastapi import app

    return on_asgi(app)


def flask() -> AbstractContextManager[str]:
    from examples.frameworks.with_flask import app

    return on_wsgi(app)


def django() -> AbstractContextManager[str]:
    from examples.frameworks.with_django import app

    return on_wsgi(app)


@pytest.mark.parametrize("served", [starlette, fastapi, flask, django])
def test_an_endpoint_takes_what_is_signed_and_nothing_else(
    served: Callable[[], AbstractContextManager[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BASETEN_WEBHOOK_SECRET", SECRET)
    with served() as origin, Emulator(webhook_secrets=[SECRET]) as emu:
        with Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
            given = {"text": "é" * 1000}
            client.deployments("abcd1234").async_predict(given, webhook_endpoint=f"{origin}/baseten")
            (first,) = emu.deliveries.wait_for(1)
            emu.rotate_webhook_secret()
            client.deployments("abcd1234").async_predict(given, webhook_endpoint=f"{origin}/baseten")
            _, second = emu.deliveries.wait_for(2)
        assert (first.status_code, second.status_code) == (204, 204)
        assert second.headers["x-baseten-signature"].count("v1=") == 2
        assert first.request_id in capfd.readouterr().out
        assert status_of(f"{origin}/baseten", first.body + b" ", first.headers) == 401
        assert status_of(f"{origin}/baseten", first.body, {}) == 401
        assert first.request_id not in capfd.readouterr().out


def test_a_receiver_is_mounted_in_an_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASETEN_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("STORE", str(tmp_path / "jobs.sqlite"))
    from examples.frameworks.with_receiver import app, receiver

    with on_asgi(app) as origin, Emulator(webhook_secrets=[SECRET]) as emu, receiver:
        with Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
            inbox = client.webhooks.inbox(receiver, url=f"{origin}/baseten/")
            job = client.deployments("abcd1234").async_predict({"text": "hello"}, webhook_endpoint=inbox.url)
            assert job.result(inbox, deadline=30) == {"text": "hello"}
        with urllib.request.urlopen(f"{origin}/results/{job.request_id}") as reply:
            assert reply.read() == b'{"text":"hello"}'
        assert status_of(f"{origin}/baseten/other", b"", {}) == 404
        assert status_of(f"{origin}/baseten", b"", {}) == 307  # which is why the URL ends with a slash


def status_of(url: str, body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "frameworks").glob("*.py")), ids=lambda path: path.stem)
def test_an_endpoint_is_short_and_says_what_it_is(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < LONGEST
    assert lines[0].startswith('"""')
