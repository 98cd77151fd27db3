"""`Emulator`: the service, its server and the controls that a test holds in its hand.

It owns the constructor's settings and the composition of the parts; each part owns its own behaviour.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from starlette.types import ASGIApp

from .._repr import safe_repr
from ..errors import ConfigurationError
from .app import Application, Service
from .behaviours.parse import Spec
from .faults.schedule import Faults
from .fleet.fleet import Fleet
from .fleet.member import FleetMember
from .http.server import ServerThread
from .queue.clock import Clock
from .queue.deployments import Deployments, State
from .queue.jobs import Job, Queue
from .queue.records import Delivery, Record, RecordedRequest
from .queue.webhooks import Secrets, WebhookSender

if TYPE_CHECKING:
    from baseten_sdk.config import Endpoints

    from .cassette.cassette import Cassette
    from .chat.upstream import Upstream


class Emulator:
    """The Baseten service on a port of this machine.

    Use it as a context manager, or call `start` and `stop`. It serves from a thread and an event loop of its
    own, so it works beside synchronous code, asyncio and trio alike.

    Attributes:
        api_key: The key that is accepted, as `Bearer` and as `Api-Key`.
        requests: What arrived, in order; `clear()` empties it.
        deliveries: The attempts to deliver webhooks, in order.
        jobs: The asynchronous requests that were accepted, in order, whatever became of their replies.
        faults: Behaviours for coming requests.
        fleet: How deployments and models behave that are not simply well, by their names. Set a member to change it
            while calls are in flight: `emu.fleet["abcd1234"] = FleetMember("hang")`.
        app: The ASGI application, for use without a socket; webhooks are delivered only where its lifespan is
            run.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        api_key: str | None = None,
        host: str = "127.0.0.1",
        webhook_secrets: Sequence[str] = (),
        seed: int = 0,
        clock: Callable[[], float] | None = None,
        queue_seconds: float = 0.05,
        run_seconds: float = 0.05,
        wake_seconds: float = 0.2,
        status_rate_limit: int | None = None,
        queue_limit: int | None = None,
        webhook_attempts: int = 2,
        webhook_interval: float = 2.0,
        webhook_timeout: float = 10.0,
        models: Sequence[str] = (),
        strict_models: bool = False,
        fleet: Mapping[str, FleetMember] | None = None,
        upstream: str | None = None,
        upstream_key: str | None = None,
        upstream_model: str | None = None,
        cassette: Cassette | None = None,
    ) -> None:
        """Prepare the service; nothing listens yet.

        Args:
            port: The port to listen on; 0 for a free one.
            api_key: The key to accept; made up when not given.
            host: The address to listen on.
            webhook_secrets: Secrets to sign webhooks with, the newest first; without any, webhooks are
                unsigned.
            seed: Chooses among the possible texts and ids.
            clock: Seconds since the epoch for the queue; the wall clock when not given.
            queue_seconds: How long an asynchronous request is queued.
            run_seconds: How long it runs.
            wake_seconds: How long a cold start takes.
            status_rate_limit: Status, cancel and queue calls allowed in a second (the service: 20); None for
                no limit.
            queue_limit: Queued asynchronous requests of one deployment, above which further ones are refused
                with `CAPACITY_EXCEEDED`; None for no limit.
            webhook_attempts: How often a webhook is tried in all.
            webhook_interval: Seconds between the attempts, on the emulator's clock.
            webhook_timeout: Seconds of wall clock that an endpoint may take to answer.
            models: Chat models to list beside the usual ones, such as "acme/new".
            strict_models: Answer 404 to chat models that are not listed.
            fleet: How deployments and models behave, by the id of a model or chain (`abcd1234`, `abcd1234/staging`) or
                the slug of a model: their health, their delays, and their limits a minute. Others are well.
            upstream: The OpenAI base URL of another server, such as "http://127.0.0.1:8080/v1", that answers all
                chat and responses; queues, webhooks, limits and faults stay the emulator's.
            upstream_key: The key for it. None: the user name and password in its URL, if there are any.
            upstream_model: The model to ask it for, whatever the caller names.
            cassette: Recorded replies of the service, given in place of the emulator's own to every request,
                whatever its key. Faults are laid over them.
        """
        source = random.Random(seed)
        self.host = host
        self.api_key = api_key or f"emul.{secrets.token_hex(16)}"
        self._port = port
        self._cassette = cassette
        self._clock = Clock(clock)
        self.faults = Faults()
        self.fleet = Fleet(fleet or {}, seed=seed, now=self._clock.now)
        self._secrets = Secrets(webhook_secrets, source, self._clock)
        self._deployments = Deployments(self._clock, wake_seconds)
        self._server: ServerThread | None = None
        webhook_sender = WebhookSender(
            self._clock,
            self._secrets,
            attempts=webhook_attempts,
            interval=webhook_interval,
            timeout=webhook_timeout,
        )
        queue = Queue(
            self._clock,
            queue_seconds=queue_seconds,
            run_seconds=run_seconds,
            status_rate_limit=status_rate_limit,
            queue_limit=queue_limit,
            new_id=lambda: source.randbytes(16).hex(),
        )
        self.requests: Record[RecordedRequest] = Record()
        self.deliveries: Record[Delivery] = webhook_sender.deliveries
        self.jobs: Record[Job] = queue.accepted
        service = Service(
            api_key=self.api_key,
            seed=seed,
            models=models,
            strict_models=strict_models,
            new_id=lambda length: source.randbytes(length).hex()[:length],
            clock=self._clock,
            faults=self.faults,
            fleet=self.fleet,
            deployments=self._deployments,
            queue=queue,
            webhook_sender=webhook_sender,
            requests=self.requests,
            upstream=None if upstream is None else _upstream(upstream, upstream_key, upstream_model),
            cassette=cassette,
        )
        self.app: ASGIApp = Application(service).asgi()

    def start(self) -> Self:
        """Listen, and return when the first request can be answered.

        Raises:
            ConfigurationError: The port is taken, or the address is not this machine's.
        """
        if self._server is not None:
            raise RuntimeError("the emulator is running already")
        server = self._listen()
        server.start()
        self._server = server
        return self

    def _listen(self) -> ServerThread:
        try:
            return ServerThread(self.app, self.host, self._port)
        except OSError as error:
            problem = (error.strerror or str(error)).lower()
        except OverflowError:
            problem = "there is no such port"
        raise ConfigurationError(
            f"The emulator cannot listen on {self.host}:{self._port}: {problem}. Port 0 picks a free port."
        )

    def stop(self) -> None:
        """Cut every connection, end the server's thread, and save the cassette. Does nothing when it is not running."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
            if self._cassette is not None:
                self._cassette.save()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the emulator is not running: use it as a context manager, or call start()")
        return self._server.port

    @property
    def url(self) -> str:
        """The origin, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The Model APIs, as an OpenAI client wants them."""
        return f"{self.url}/v1"

    @property
    def gateway_url(self) -> str:
        """The Model APIs behind a Frontier Gateway: the key must come as `Api-Key`."""
        return f"{self.url}/gateway/v1"

    @property
    def container_url(self) -> str:
        """A container with the routes of a Truss, as it runs on one's own machine. It asks for no key."""
        return f"{self.url}/container"

    @property
    def endpoints(self) -> Endpoints:
        """The URL templates for a client."""
        from baseten_sdk.config import Endpoints

        return Endpoints.below(self.url)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return 0 if self._server is None else self._server.connections

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The active secrets, the newest first."""
        return self._secrets.active

    def rotate_webhook_secret(self) -> str:
        """Make a new secret and return it; the one before it signs too, for a day or until the next rotation."""
        return self._secrets.rotate()

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock forward: the queue, expiry, the status window, attempts to deliver
        and cold starts live on it."""
        self._clock.advance(seconds)

    def script(self, specs: Sequence[Spec | None]) -> None:
        """Behaviours for the next requests, one each; None lets one pass. The same as
        `faults.push(*specs)`."""
        self.faults.push(*specs)

    def scale_to_zero(self, owner: str) -> None:
        """Put a model or chain to sleep; a request or a wake starts its cold start."""
        self._deployments.scale_to_zero(owner)

    def state(self, owner: str) -> State:
        """`SCALED_TO_ZERO`, `WAKING_UP` or `ACTIVE`."""
        return self._deployments.state(owner)

    @safe_repr
    def __repr__(self) -> str:
        where = "stopped" if self._server is None else self.url
        return f"<Emulator {where}: {len(self.requests)} requests, {self.connections} connections>"


def _upstream(url: str, key: str | None, model: str | None) -> Upstream:
    """The other server. httpx is loaded only if there is one."""
    from .chat.upstream import Upstream

    return Upstream(url, key, model)
