"""The receiver's own server, in a thread with its own event loop.

So it works beside sync code, asyncio and trio, and a busy program does not keep Baseten waiting.
It owns the socket and the thread, and must not know what a delivery is.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    import uvicorn

    from .asgi import Application


SHUTDOWN_SECONDS = 5
"""Seconds that a server that stops waits for deliveries under way."""

BACKLOG = 2048
"""Connections that may wait to be accepted. The deliveries of many jobs can come at once."""


class ServerThread:
    """Serves a receiver until it is stopped.

    Args:
        app: The receiver, or an application that it is mounted in.
        host: The address to listen on.
        port: The port; 0 for a free one.

    Raises:
        ConfigurationError: The port is taken, the address is not this machine's, or uvicorn is not installed.
    """

    def __init__(self, app: Application, host: str, port: int) -> None:
        self._server = server_of(app)
        self._socket = listening_socket(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="baseten-receiver", daemon=True)

    def start(self) -> None:
        """Start. Connections that come before the server is ready wait."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more, finish what is under way, and wait for the thread."""
        self._server.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        finally:
            self._socket.close()


def server_of(app: Application) -> uvicorn.Server:
    """Make a server that leaves logging and signals to the program around it.

    Raises:
        ConfigurationError: Uvicorn is not installed.
    """
    try:
        import uvicorn
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "uvicorn":
            raise
        problem = "The receiver's own server needs uvicorn, which is not installed: pip install 'baseten-sdk[receiver]'"
    else:
        from .protocol import BoundedProtocol

        config = uvicorn.Config(
            app,
            http=BoundedProtocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        return uvicorn.Server(config)
    raise ConfigurationError(problem)


def listening_socket(host: str, port: int) -> socket.socket:
    """Open a socket that already listens, so that nothing is refused while the server starts.

    Raises:
        ConfigurationError: The port is taken, or the address is not this machine's.
    """
    if not 0 <= port <= 65535:  # getaddrinfo would take the rest of a division
        raise ConfigurationError(f"The receiver cannot listen on {host}:{port}: there is no such port.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        problem = str(error)
    except ValueError:  # no name of a host can be encoded like that
        problem = "there is no such address"
    else:
        return listener
    raise ConfigurationError(f"The receiver cannot listen on {host}:{port}: {problem}.")
