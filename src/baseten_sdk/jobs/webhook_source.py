"""Where the deliveries of a ledger arrive: a store, and notifications of what is stored."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit

from ..errors import ConfigurationError
from ..receiver import MemoryStore, SQLiteStore, StoredDelivery, TaggedStore, WebhookReceiver

TAG = "baseten_tag"


Listener: TypeAlias = Callable[[Sequence[StoredDelivery]], object]
Subscribe: TypeAlias = Callable[[Listener], Callable[[], None]]


class InboxLike(Protocol):
    """An inbox of `client.webhooks`.

    Attributes:
        url: Where deliveries are posted.
        source: The receiver in this process, or the store of another.
    """

    @property
    def url(self) -> str: ...

    @property
    def source(self) -> object: ...


@dataclass(frozen=True, slots=True)
class WebhookSource:
    """The deliveries, and the URL that they are posted to.

    Attributes:
        store: Holds them; None if they go to a receiver elsewhere.
        subscribe: Registers a function that is called with what is stored; None if another process stores it.
        memory: The receiver's store, if the ledger's file keeps its deliveries too.
    """

    url: str
    store: TaggedStore | None = None
    subscribe: Subscribe | None = None
    memory: MemoryStore | None = None

    @classmethod
    def of(cls, webhook: InboxLike | str, ledger: str | os.PathLike[str]) -> WebhookSource:
        """Make the source for an inbox, or for a bare URL.

        A receiver of this process that keeps deliveries in memory answers only when they are in the ledger's file too:
        else an output that Baseten was told has arrived would end with the process.

        Raises:
            ConfigurationError: The store cannot find deliveries by their tags.
        """
        if isinstance(webhook, str):
            return cls(webhook)
        source = webhook.source
        receiver = source if isinstance(source, WebhookReceiver) else None
        if receiver is not None and isinstance(receiver.store, MemoryStore):
            kept = SQLiteStore(ledger)
            receiver.store.put_before(kept)
            return cls(webhook.url, kept, receiver.subscribe, receiver.store)
        store = source if receiver is None else receiver.store
        if not isinstance(store, TaggedStore):
            raise ConfigurationError(
                f"A ledger needs a store that finds deliveries by their tags; {type(store).__name__} lacks tagged()."
            )
        return cls(webhook.url, store, None if receiver is None else receiver.subscribe)

    def close(self) -> None:
        """Stop keeping deliveries in the ledger's file, because all of them have arrived."""
        if self.memory is not None and self.store is not None:
            self.memory.take_away(self.store)

    def tagged_url(self, tag: str) -> str:
        """Make the webhook's URL for one submission."""
        parts = urlsplit(self.url)
        query = "&".join(filter(None, (parts.query, f"{TAG}={quote(tag, safe='.')}")))
        return urlunsplit(parts._replace(query=query))
