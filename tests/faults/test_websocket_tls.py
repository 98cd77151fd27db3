"""WebSockets over TLS: verified, and both directions at once, in tasks and in threads."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import anyio
import pytest
from websockets.sync.server import ServerConnection, serve

from baseten_sdk import APIConnectionError, AsyncClient, Client, Endpoints

FILES = Path(__file__).parent.parent / "tls"
CERTIFICATE = FILES / "certificate.pem"
COUNT = 20
SIZE = 300_000


@pytest.fixture
def endpoints() -> Iterator[Endpoints]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, FILES / "key.pem")

    def echo(websocket: ServerConnection) -> None:
        for message in websocket:
            websocket.send(message)

    with serve(echo, "localhost", 0, ssl=context, max_size=None, ping_interval=None) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield Endpoints.below(f"https://localhost:{server.socket.getsockname()[1]}")
        server.shutdown()
        thread.join()


def trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@pytest.mark.anyio
async def test_tasks_send_and_receive_at_once(endpoints: Endpoints) -> None:
    client = AsyncClient(api_key="k", endpoints=endpoints, ssl_context=trust())
    async with client, client.deployments("abcd1234").connect() as websocket:

        async def send() -> None:
            for number in range(COUNT):
                await websocket.send(bytes([number]) * SIZE)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send)
            for number in range(COUNT):
                assert await websocket.receive() == bytes([number]) * SIZE


def test_threads_send_and_receive_at_once(endpoints: Endpoints) -> None:
    client = Client(api_key="k", endpoints=endpoints, ssl_context=trust())
    with client, client.deployments("abcd1234").connect() as websocket, ThreadPoolExecutor(1) as threads:

        def send() -> None:
            for number in range(COUNT):
                websocket.send(bytes([number]) * SIZE)

        sending = threads.submit(send)
        for number in range(COUNT):
            assert websocket.receive(timeout=60) == bytes([number]) * SIZE
        sending.result()


def test_a_certificate_that_is_not_trusted_is_refused(endpoints: Endpoints) -> None:
    with Client(api_key="k", endpoints=endpoints) as client:
        with pytest.raises(APIConnectionError, match="CERTIFICATE_VERIFY_FAILED") as caught:
            client.deployments("abcd1234").connect().__enter__()
        assert caught.value.permanent
