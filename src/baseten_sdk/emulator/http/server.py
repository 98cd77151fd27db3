"""A uvicorn server in its own thread, with its own loop.

It owns the thread, the listening socket and the connections: ready when `start` returns, and everything
closed when `stop` does. It must not know what the application does.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from .wire import DEAF, TRANSPORT

logger = logging.getLogger("baseten_sdk.emulator")


class _Protocol(HttpToolsProtocol):
    """Uvicorn's protocol, which hands the application its transport so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}
        self.logger = logger
        self.access_log = False


class _WebSocket(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket, which an application may keep from answering a close frame, and which takes a refused
    handshake for an answer."""

    async def run_asgi(self) -> None:
        try:
            await self.app(self.scope, self.receive, self.send)
        except Exception:
            logger.exception("The application failed.")
        finally:
            if self.close_timer is None:
                self.transport.close()

    def handle_close(self, event: Frame) -> None:
        if not self.scope.get("state", {}).get(DEAF):
            super().handle_close(event)


class _Server(uvicorn.Server):
    """Uvicorn's server without its ticking: it waits for an event, and stops by cutting what is open."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        await self.on_tick(0)
        self.ready.set()

    async def main_loop(self) -> None:
        stopping = self._stopping
        while stopping is not None and not stopping.is_set():
            try:
                # Once a second the Date header is renewed.
                await asyncio.wait_for(stopping.wait(), 1.0)
            except TimeoutError:
                await self.on_tick(0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # One turn of the loop for the disconnects to be noticed, then whatever still runs is canceled.
        await asyncio.sleep(0)
        tasks = list(self.server_state.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=0.2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.lifespan.shutdown()
        for server in self.servers:
            await server.wait_closed()

    def stop(self) -> None:
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)


class ServerThread:
    """Runs one application until it is stopped."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Not `create_server`, which leaves the protocol at 0: asyncio would then not set TCP_NODELAY, and
        # every reply would take 40 ms.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, port))
            self._socket.listen(1024)
        except BaseException:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws=_WebSocket,
            ws_max_size=100 * 1024 * 1024,
            lifespan="on",
            loop="asyncio",
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=75,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="baseten-emulator", daemon=True)
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Start serving.

        Raises:
            RuntimeError: The application failed to start.
        """
        self._thread.start()
        self._server.ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise RuntimeError("the emulator did not start") from self._failure

    def stop(self) -> None:
        """Cut what is open and wait for the thread to end."""
        self._server.stop()
        self._thread.join()

    @property
    def connections(self) -> int:
        return len(self._server.server_state.connections)

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        except BaseException as error:
            self._failure = error
        finally:
            self._socket.close()
            self._server.ready.set()
