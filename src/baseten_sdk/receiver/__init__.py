"""A receiver of webhooks that stores what arrives before it answers, and its stores.

    app = WebhookReceiver(secrets=[os.environ["BASETEN_WEBHOOK_SECRET"]], store="jobs.sqlite")

It is an ASGI application: mount it, or run it with `python -m baseten_sdk.receiver`, uvicorn, granian, hypercorn. It
imports only the public API, and uvicorn only if it runs its own server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__):
    from .app import WebhookReceiver as WebhookReceiver
    from .delivery import StoredDelivery as StoredDelivery
    from .jsonl import JSONLStore as JSONLStore
    from .memory import MemoryStore as MemoryStore
    from .serving import ServerThread as ServerThread
    from .sqlite import SQLiteStore as SQLiteStore
    from .store import TaggedStore as TaggedStore, WebhookStore as WebhookStore, open_store as open_store
