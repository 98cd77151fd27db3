"""`client.webhooks`: inboxes, for programs that wait for the outputs of async requests.

The receiver is imported when an inbox is opened, so that other clients do not pay for it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from ..._core.queue.async_predict import check_webhook
from ..._io.shield import AsyncShield
from ..._io.to_thread import AsyncToThread
from ..queue.inbox import AsyncInbox

if TYPE_CHECKING:
    from ...receiver import WebhookReceiver, WebhookStore

CLOSING_SECONDS = 10.0
"""The longest that closing may take, so that deliveries on their way can arrive."""


class AsyncWebhooks:
    """Inboxes for the webhooks of async requests."""

    @asynccontextmanager
    async def listen(
        self,
        *,
        secrets: str | Sequence[str],
        url: str | None = None,
        port: int = 8788,
        host: str = "127.0.0.1",
        store: WebhookStore | str | os.PathLike[str] | None = None,
        tolerance: float | None = 300.0,
        allow_unsigned: bool = False,
    ) -> AsyncGenerator[AsyncInbox]:
        """Receive webhooks inside this process, for as long as the block lasts.

        The receiver runs in its own thread. Baseten must reach it at `url`, through a tunnel or a load balancer. An
        output that arrives after the block is lost, so leave the block only when you have all results.

        Example:
            async with client.webhooks.listen(url="https://example.com", secrets=[secret]) as inbox:
                job = await deployment.async_predict({"prompt": "..."}, webhook_endpoint=inbox.url)
                output = await job.result(inbox, deadline=3600)

        Args:
            secrets: The webhook secret with its `whsec_`, or all valid ones while you rotate it.
            url: The https URL at which Baseten reaches this port. None: the port itself, for use with the emulator.
            port: The port to listen on; 0 for any free one.
            host: The address to listen on; "0.0.0.0" for all addresses of this machine.
            store: Where to keep deliveries: a `.sqlite` or `.jsonl` file, or any `WebhookStore`. None: in memory, until
                the end of the block.
            tolerance: Seconds by which the time of a delivery may differ from this machine's. None: do not check.
            allow_unsigned: Accept deliveries without a signature, as a workspace without a secret sends them.

        Raises:
            ConfigurationError: There are no secrets, the port is taken, the store cannot be opened, or uvicorn is not
                installed.
            InvalidRequestError: `url` is not a URL that Baseten posts to.
        """
        from ...receiver import MemoryStore, WebhookReceiver
        from ...receiver.serving import ServerThread

        if url is not None:
            check_webhook("url", url)
        kept = MemoryStore() if store is None else store
        make = partial(WebhookReceiver, secrets=secrets, store=kept, tolerance=tolerance, allow_unsigned=allow_unsigned)
        receiver = await AsyncToThread.run(make)
        try:
            server = ServerThread(receiver, host, port)
            server.start()
            inbox = self.inbox(receiver, url=url or f"http://127.0.0.1:{server.port}/")
            try:
                yield inbox
            finally:
                inbox.close()
                with AsyncShield.briefly(CLOSING_SECONDS):
                    await AsyncToThread.run(server.stop)
        finally:
            with AsyncShield.briefly(CLOSING_SECONDS):
                await AsyncToThread.run(receiver.close)
                if isinstance(kept, MemoryStore) and store is None:
                    await AsyncToThread.run(kept.close)

    def inbox(self, source: WebhookReceiver | WebhookStore, *, url: str) -> AsyncInbox:
        """Make an inbox of a receiver that runs elsewhere: mounted in your application, or in another process.

        Example:
            receiver = WebhookReceiver(secrets=[secret], store="jobs.sqlite")  # app.mount("/baseten", receiver)
            inbox = client.webhooks.inbox(receiver, url="https://example.com/baseten/")

        Args:
            source: The receiver, if it is in this process; else the store that it writes to, such as
                `SQLiteStore("jobs.sqlite")`, which is polled once a second.
            url: The URL at which Baseten reaches the receiver. Below a mount of Starlette or FastAPI it must end with a
                slash: without one they redirect, and Baseten does not follow redirects.

        Raises:
            InvalidRequestError: `url` is not a URL that Baseten posts to.
        """
        from ...receiver import WebhookReceiver

        check_webhook("url", url)
        if isinstance(source, WebhookReceiver):
            return AsyncInbox(url, source, source.store.get, source.subscribe)
        return AsyncInbox(url, source, source.get, None)
