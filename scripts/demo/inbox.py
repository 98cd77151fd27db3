"""An endpoint for webhooks on this machine: it verifies what comes and keeps it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from baseten_sdk import AsyncPredictResult, BasetenError, JsonValue, verify


class Inbox:
    """What has come.

    Attributes:
        url: where to send it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._arrived: queue.Queue[AsyncPredictResult[JsonValue] | BasetenError] = queue.Queue()

    def put(self, delivery: AsyncPredictResult[JsonValue] | BasetenError) -> None:
        """Keep a delivery, or why it was refused."""
        self._arrived.put(delivery)

    def get(self, timeout: float) -> AsyncPredictResult[JsonValue]:
        """The next delivery; it blocks for `timeout` seconds at most.

        Raises:
            BasetenError: what came is not from Baseten.
            queue.Empty: nothing came.
        """
        delivery = self._arrived.get(timeout=timeout)
        if isinstance(delivery, BasetenError):
            raise delivery
        return delivery


@contextmanager
def listening(secrets: Sequence[str]) -> Generator[Inbox]:
    """An inbox whose server runs in a thread until the block is left."""

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                inbox.put(verify(body, self.headers, secrets))
                status = 204
            except BasetenError as error:
                inbox.put(error)
                status = 401
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """The screen belongs to the demo."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        inbox = Inbox(f"http://127.0.0.1:{server.server_port}/done")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield inbox
        finally:
            server.shutdown()
            thread.join()
