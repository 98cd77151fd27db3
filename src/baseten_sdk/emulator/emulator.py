"""`Emulator`: the service, its server, and the controls for a test.

It owns the settings of the constructor and the composition of the parts. Each part owns its own behavior.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

from starlette.types import ASGIApp

from .._repr import safe_repr
from ..errors import ConfigurationError
from .app import Application
from .behaviors.parse import Spec
from .endpoints.service import Service
from .faults.schedule import Faults
from .fleet.fleet import Fleet
from .fleet.member import FleetMember
from .http.server import ServerThread
from .queue.clock import Clock
from .queue.deployments import Deployments, State
from .queue.job import Job
from .queue.jobs import Queue
from .queue.records import Delivery, Record, RecordedRequest
from .queue.webhooks import Secrets, WebhookSender

if TYPE_CHECKING:
    from baseten_sdk.config import Endpoints

    from .cassette.cassette import Cassette
    from .chat.upstream import Upstream


class Emulator:
    """The Baseten service on a port of this machine.

    Use it as a context manager, or call `start` and `stop`. It runs in its own thread with its own event loop, so it
    works with synchronous code, asyncio and trio.

    Attributes:
        api_key: The key that it accepts, as `Bearer` and as `Api-Key`.
        requests: The requests that arrived, in order. `clear()` empties it.
        deliveries: The attempts to deliver webhooks, in order.
        jobs: The async requests that it accepted, in order, even if their replies were lost.
        faults: Behaviors for the next requests.
        fleet: How each deployment and model behaves, by name. Names that are missing are healthy. Set a member to
            change it while calls are in flight: `emu.fleet["abcd1234"] = FleetMember("hang")`.
        app: The ASGI application, for use without a socket. It delivers webhooks only while its lifespan runs.
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
            port: The port to listen on. 0 picks a free one.
            api_key: The key to accept. By default, a random one.
            host: The address to listen on.
            webhook_secrets: Secrets to sign webhooks with, the newest first. Without any, webhooks are unsigned.
            seed: Chooses among the possible texts and IDs.
            clock: Returns the queue's time in seconds since the epoch. By default, the wall clock.
            queue_seconds: How long an async request waits in the queue.
            run_seconds: How long an async request runs.
            wake_seconds: How long a cold start takes.
            status_rate_limit: Status, cancel and queue calls allowed per second. The service allows 20. None means no
                limit.
            queue_limit: How many async requests of one deployment can be queued. Further ones are refused with
                `CAPACITY_EXCEEDED`. None means no limit.
            webhook_attempts: How often a webhook is tried in total.
            webhook_interval: Seconds between the attempts, on the emulator's clock.
            webhook_timeout: Seconds that an endpoint may take to answer, in real time.
            models: Chat models to list in addition to the usual ones, such as "acme/new".
            strict_models: Answer 404 to chat models that are not listed.
            fleet: How deployments and models behave: their health, delays and limits per minute. The names are IDs of
                models or chains (`abcd1234`, `abcd1234/staging`) or slugs of models. All others are healthy.
            upstream: The OpenAI base URL of a server that answers chat and `/v1/responses`, such as
                "http://127.0.0.1:8080/v1". Queues, webhooks, limits and faults stay with the emulator.
            upstream_key: The key of that server. By default, the user name and password in its URL, if any.
            upstream_model: The model to ask that server for. By default, the name that the caller sent.
            cassette: Recorded replies of the service. It answers every request, whatever key the request has. Faults
                still apply.
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
            self._clock, self._secrets, attempts=webhook_attempts, interval=webhook_interval, timeout=webhook_timeout
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
        """Listen, and return once the first request can be answered.

        Raises:
            ConfigurationError: If the port is taken, or the address does not belong to this machine.
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
        except (TypeError, ValueError):  # no name of a host can be encoded like that
            problem = "there is no such address"
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

    def __exit__(self, *_: object) -> None:
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
        """The base URL of the Model APIs, for an OpenAI client."""
        return f"{self.url}/v1"

    @property
    def gateway_url(self) -> str:
        """The base URL of the Model APIs behind a Frontier Gateway, which needs the key as `Api-Key`."""
        return f"{self.url}/gateway/v1"

    @property
    def container_url(self) -> str:
        """The URL of a container with the routes of a Truss, as on your own machine. It needs no key."""
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
        """Make a new secret and return it. The previous one also signs, for a day or until the next rotation."""
        return self._secrets.rotate()

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock forward, in seconds.

        The queue, expiry, the limit of status calls, webhook attempts and cold starts follow this clock.
        """
        self._clock.advance(seconds)

    def script(self, specs: Sequence[Spec | None]) -> None:
        """Set behaviors for the next requests, one each. None lets a request pass. Same as `faults.push(*specs)`."""
        self.faults.push(*specs)

    def scale_to_zero(self, owner: str) -> None:
        """Put a model or chain to sleep. The next request or wake call starts a cold start."""
        self._deployments.scale_to_zero(owner)

    def state(self, owner: str) -> State:
        """Return the state of a model or chain: `SCALED_TO_ZERO`, `WAKING_UP` or `ACTIVE`."""
        return self._deployments.state(owner)

    @safe_repr
    def __repr__(self) -> str:
        where = "stopped" if self._server is None else self.url
        return f"<Emulator {where}: {len(self.requests)} requests, {self.connections} connections>"


def _upstream(url: str, key: str | None, model: str | None) -> Upstream:
    """Return the other server. httpx is loaded only if there is one."""
    from .chat.upstream import Upstream

    return Upstream(url, key, model)
