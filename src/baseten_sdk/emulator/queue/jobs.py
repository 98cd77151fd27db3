"""The asynchronous queue: submission, the states of a job on the emulator's clock, status, canceling, depth.

Theory of operation: a job's life is fixed when it is accepted (when it starts, when it ends, how), so its
state is a pure function of the clock and nothing has to run for it to move on. Only three things can change
it later: a cancel while it is queued, and the end of its webhook's delivery. It must not know how a webhook
is sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

from ..behaviors.plan import Plan
from ..endpoints.chains import result
from ..endpoints.predict import output
from ..faults.error_shapes import error_reply
from ..http.exchange import Exchange
from ..http.jsonvalue import JSON, Object, as_number, as_object
from ..http.routing import Address
from ..http.wire import Reply, json_reply
from .clock import Clock, iso
from .job import Job
from .records import Record

LARGEST = 262_144
KEPT = 3600.0
_LOCAL = {"localhost", "::1"}
_TERMINAL = {"SUCCEEDED", "FAILED", "EXPIRED", "CANCELED", "WEBHOOK_FAILED"}


class Queue:
    """The jobs of all models and chains."""

    def __init__(
        self,
        clock: Clock,
        *,
        queue_seconds: float,
        run_seconds: float,
        status_rate_limit: int | None,
        queue_limit: int | None,
        new_id: Callable[[], str],
    ) -> None:
        self._clock = clock
        self._queue_seconds = queue_seconds
        self._run_seconds = run_seconds
        self._limit = status_rate_limit
        self._queue_limit = queue_limit
        self.accepted: Record[Job] = Record()
        self._recent: deque[float] = deque()
        self._new_id = new_id
        self._jobs: dict[str, Job] = {}

    def submit(self, exchange: Exchange, ready_at: float) -> tuple[Reply, Job | None]:
        """Accept or refuse a job; `ready_at` is when its deployment is awake."""
        if len(exchange.body) > LARGEST:
            text = f"payload size of {len(exchange.body)} bytes exceeds maximum size of {LARGEST} bytes"
            return error_reply(413, text, "2", "payload_too_large"), None
        chain = exchange.address.surface == "chain"
        try:
            body = exchange.json()
        except ValueError as error:
            return error_reply(400, f"Invalid JSON payload: {error}", "2", "client_error"), None
        if chain and "model_input" not in as_object(body):
            body = {"model_input": body}
        if (wrong := _complaint(body)) is not None:
            return error_reply(400, wrong, "2", "client_error"), None
        request = as_object(body)
        if self._queue_limit is not None and self._counts(exchange.address)[0] >= self._queue_limit:
            return error_reply(429, "CAPACITY_EXCEEDED", "2", "CAPACITY_EXCEEDED"), None
        job = self._job(exchange, request, ready_at)
        self._jobs[job.request_id] = job
        self.accepted.append(job)
        return json_reply({"request_id": job.request_id}, 201), job

    def _job(self, exchange: Exchange, request: Object, ready_at: float) -> Job:
        plan, now = exchange.plan, self._clock.now()
        given = request.get("model_input")
        start_at = max(now, ready_at) + _seconds(plan, "queue", self._queue_seconds)
        webhook = request.get("webhook_endpoint")
        return Job(
            request_id=self._new_id(),
            address=exchange.address,
            created_at=now,
            start_at=start_at,
            end_at=start_at + _seconds(plan, "run", self._run_seconds),
            expires_at=now + (as_number(request.get("max_time_in_queue_seconds")) or 600),
            model_input=given,
            output=result(given) if exchange.address.surface == "chain" else output(given, plan),
            failure=plan.text("fail-with"),
            webhook=webhook if isinstance(webhook, str) else None,
            handling=plan.text("webhook"),
            delivery_delay=_seconds(plan, "webhook-delay", 0.0),
            webhook_status="PENDING" if isinstance(webhook, str) else "NO_WEBHOOK_PROVIDED",
        )

    def status(self, exchange: Exchange, request_id: str) -> Reply:
        job = self._find(exchange, request_id)
        if isinstance(job, Reply):
            return job
        now = self._clock.now()
        status, since = job.state(now)
        return json_reply(
            {
                "request_id": job.request_id,
                **owner_fields(job.address),
                "status": status,
                "webhook_status": "CANCELED" if status == "CANCELED" and job.webhook else job.webhook_status,
                "created_at": iso(job.created_at),
                "status_at": iso(since),
                "errors": job.errors(now),
            }
        )

    def cancel(self, exchange: Exchange, request_id: str) -> Reply:
        job = self._find(exchange, request_id)
        if isinstance(job, Reply):
            return job
        now = self._clock.now()
        status, _ = job.state(now)
        canceled = status == "QUEUED"
        if canceled:
            job.canceled_at = now
        text = "the request was canceled" if canceled else f"the request is {status} and cannot be canceled"
        return json_reply({"request_id": request_id, "canceled": canceled, "message": text})

    def depth(self, exchange: Exchange) -> Reply:
        if (refusal := self._refusal()) is not None:
            return refusal
        queued, running = self._counts(exchange.address)
        counts: Object = {"num_queued_requests": queued, "num_in_progress_requests": running}
        return json_reply(owner_fields(exchange.address) | counts)

    def _counts(self, address: Address) -> tuple[int, int]:
        """Return how many jobs of a deployment are queued, and how many run."""
        now = self._clock.now()
        states = [
            job.state(now)[0]
            for job in self._jobs.values()
            if job.address.owner == address.owner and job.address.deployment_id == address.deployment_id
        ]
        return states.count("QUEUED"), states.count("IN_PROGRESS")

    def _find(self, exchange: Exchange, request_id: str) -> Job | Reply:
        if (refusal := self._refusal()) is not None:
            return refusal
        job = self._jobs.get(request_id)
        address = exchange.address
        if job is None or (job.address.surface, job.address.owner) != (address.surface, address.owner):
            return _unknown(request_id)
        status, since = job.state(self._clock.now())
        if status in _TERMINAL and self._clock.now() - since > KEPT:
            del self._jobs[request_id]
            return _unknown(request_id)
        return job

    def _refusal(self) -> Reply | None:
        """Return a 429 if the calls of the last second have reached the limit."""
        if self._limit is None:
            return None
        now = self._clock.now()
        while self._recent and now - self._recent[0] >= 1.0:
            self._recent.popleft()
        if len(self._recent) >= self._limit:
            return error_reply(429, f"at most {self._limit} status calls a second", "2", "rate_limited")
        self._recent.append(now)
        return None


def _seconds(plan: Plan, name: str, default: float) -> float:
    given = plan.text(name)
    return default if given is None else float(given)


def owner_fields(address: Address) -> Object:
    key = "chain_id" if address.surface == "chain" else "model_id"
    return {key: address.owner, "deployment_id": address.deployment_id}


def _unknown(request_id: str) -> Reply:
    return error_reply(404, f"the asynchronous request {request_id} does not exist", "2", "client_error")


def _complaint(body: JSON) -> str | None:
    if not isinstance(body, dict) or "model_input" not in body:
        return "model_input is required"
    if not isinstance(body["model_input"], dict):
        return "model_input must be an object"
    if (webhook := body.get("webhook_endpoint")) is not None:
        if not isinstance(webhook, str):
            return "webhook_endpoint must be a URI"
        parts = urlsplit(webhook)
        local = parts.hostname is not None and (parts.hostname in _LOCAL or parts.hostname.startswith("127."))
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
            return "webhook_endpoint must be an https URI"
    retry = as_object(body.get("inference_retry_config"))
    return (
        _whole(body, "priority", 0, 2)
        or _whole(body, "max_time_in_queue_seconds", 10, 259_200)
        or _whole(retry, "max_attempts", 1, 10)
        or _whole(retry, "initial_delay_ms", 0, 10_000)
        or _whole(retry, "max_delay_ms", 0, 60_000)
    )


def _whole(body: Object, name: str, low: int, high: int) -> str | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        return f"{name} must be an integer between {low} and {high}"
    return None
