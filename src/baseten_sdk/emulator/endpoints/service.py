"""Everything of the emulated service that outlives one request. Values only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..faults.schedule import Faults
from ..fleet.fleet import Fleet
from ..queue.clock import Clock
from ..queue.deployments import Deployments
from ..queue.jobs import Queue
from ..queue.records import Record, RecordedRequest
from ..queue.webhooks import WebhookSender

if TYPE_CHECKING:
    from ..cassette.cassette import Cassette
    from ..chat.upstream import Upstream


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that outlives one request."""

    api_key: str
    seed: int
    models: Sequence[str]
    strict_models: bool
    new_id: Callable[[int], str]
    clock: Clock
    faults: Faults
    fleet: Fleet
    deployments: Deployments
    queue: Queue
    webhook_sender: WebhookSender
    requests: Record[RecordedRequest]
    upstream: Upstream | None
    cassette: Cassette | None
