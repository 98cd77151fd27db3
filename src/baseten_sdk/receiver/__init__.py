"""A receiver of webhooks that stores what arrives before it answers, and its stores.

    app = WebhookReceiver(secrets=[os.environ["BASETEN_WEBHOOK_SECRET"]], store="jobs.sqlite")

It is an ASGI application: mount it, or run it with `python -m baseten_sdk.receiver`, uvicorn, granian, hypercorn. It
imports the public API alone, and uvicorn only where it runs a server of its own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import WebhookReceiver as WebhookReceiver
    from .delivery import StoredDelivery as StoredDelivery
    from .jsonl import JSONLStore as JSONLStore
    from .memory import MemoryStore as MemoryStore
    from .sqlite import SQLiteStore as SQLiteStore
    from .store import TaggedStore as TaggedStore, WebhookStore as WebhookStore, open_store as open_store

__all__ = [
    "JSONLStore",
    "MemoryStore",
    "SQLiteStore",
    "StoredDelivery",
    "TaggedStore",
    "WebhookReceiver",
    "WebhookStore",
    "open_store",
]

_HOMES = {
    "JSONLStore": "jsonl",
    "MemoryStore": "memory",
    "SQLiteStore": "sqlite",
    "StoredDelivery": "delivery",
    "TaggedStore": "store",
    "WebhookReceiver": "app",
    "WebhookStore": "store",
    "open_store": "store",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
