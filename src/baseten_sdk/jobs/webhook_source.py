"""Where the deliveries of a ledger's jobs come in: a store, and whoever tells of what is stored."""

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
    """What `client.webhooks` makes.

    Attributes:
        url: where deliveries are posted.
        source: the receiver in this process, or the store of another.
    """

    @property
    def url(self) -> str: ...

    @property
    def source(self) -> object: ...


@dataclass(frozen=True, slots=True)
class WebhookSource:
    """Deliveries, and the URL by which they come.

    Attributes:
        url: the webhook's URL.
        store: where they are found; None where they go to a receiver that nothing is known of.
        subscribe: has a function called with what is stored; None where another process stores it.
        memory: the receiver's store, where deliveries are kept in the ledger's file besides.
    """

    url: str
    store: TaggedStore | None = None
    subscribe: Subscribe | None = None
    memory: MemoryStore | None = None

    @classmethod
    def of(cls, webhook: InboxLike | str, ledger: str | os.PathLike[str]) -> WebhookSource:
        """The mailbox of an inbox, or of a bare URL.

        A receiver of this process that keeps deliveries in memory answers only when they are in the ledger's file too:
        else an output that Baseten was told has arrived would end with the process.

        Raises:
            ConfigurationError: the store cannot find deliveries by their tags.
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
        """Let go of the ledger's file, where deliveries are kept in it: all that were waited for have come."""
        if self.memory is not None and self.store is not None:
            self.memory.take_away(self.store)

    def tagged_url(self, tag: str) -> str:
        """The webhook's URL for one submission."""
        parts = urlsplit(self.url)
        query = "&".join(filter(None, (parts.query, f"{TAG}={quote(tag, safe='.')}")))
        return urlunsplit(parts._replace(query=query))
