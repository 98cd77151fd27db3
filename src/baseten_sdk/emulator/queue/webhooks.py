"""Webhooks: the body of a result, its signatures, and the delivery with its attempts.

A signature is the hex HMAC-SHA256 of the raw body under the whole secret, one for each active secret, the
newest first. It owns sending; it changes a job only by the outcome of its delivery.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import string
import threading
from collections.abc import Sequence

from ..http.http_post import post
from ..http.jsonvalue import dump
from .clock import Clock, iso
from .job import Job
from .jobs import owner_fields
from .records import Delivery, Record

_RETRIED = {500, 502, 503, 504}
OVERLAP = 24 * 3600.0
"""Seconds for which a secret signs beside the one that has replaced it."""


def sign(body: bytes, secrets: Sequence[str]) -> str:
    """Return the value of `X-BASETEN-SIGNATURE`."""
    return ",".join("v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets)


def new_secret(source: random.Random) -> str:
    return "whsec_" + "".join(source.choices(string.ascii_letters + string.digits, k=40))


class Secrets:
    """The active secrets, newest first, from any thread."""

    def __init__(self, secrets: Sequence[str], source: random.Random, clock: Clock) -> None:
        self._secrets = tuple(secrets)
        self._source = source
        self._clock = clock
        self._rotated_at: float | None = None
        self._lock = threading.Lock()

    @property
    def active(self) -> tuple[str, ...]:
        with self._lock:
            if self._rotated_at is not None and self._clock.now() - self._rotated_at > OVERLAP:
                self._secrets = self._secrets[:1]
            return self._secrets

    def rotate(self) -> str:
        """Make a new secret. The previous one stays active for a day, older ones do not."""
        with self._lock:
            made = new_secret(self._source)
            self._secrets = (made, *self._secrets[:1])
            self._rotated_at = self._clock.now()
            return made


class WebhookSender:
    """Delivers the results of jobs."""

    def __init__(self, clock: Clock, secrets: Secrets, *, attempts: int, interval: float, timeout: float) -> None:
        self._clock = clock
        self._secrets = secrets
        self._attempts = attempts
        self._interval = interval
        self._timeout = timeout
        self.deliveries: Record[Delivery] = Record()

    async def carry(self, job: Job) -> None:
        """Wait for a job to end, deliver its result, and note on the job how that went."""
        if job.webhook is None:
            return
        await self._clock.sleep_until(job.over_at + job.delivery_delay)
        if job.canceled_at is not None:
            return
        if job.handling in ("lost", "astray"):
            return job.settle(self._clock.now(), delivered=job.handling == "astray")
        await self._deliver(job, job.webhook)
        if job.handling == "duplicate":
            await self._deliver(job, job.webhook)

    async def _deliver(self, job: Job, url: str) -> None:
        for attempt in range(1, self._attempts + 1):
            if attempt > 1:
                await self._clock.sleep_until(self._clock.now() + self._interval)
            body = self._body(job)
            headers = {"content-type": "application/json", "x-baseten-request-id": job.request_id}
            if secrets := self._secrets.active:
                headers["x-baseten-signature"] = sign(body, secrets)
            status, error = await post(url, body, headers, self._timeout)
            final = status not in _RETRIED or attempt == self._attempts
            if final:
                # Before the record, so that the job is settled once the record is there.
                job.settle(self._clock.now(), delivered=status is not None and 200 <= status < 300)
            self.deliveries.append(Delivery(job.request_id, url, attempt, status, error, body, headers))
            if final:
                return

    def _body(self, job: Job) -> bytes:
        errors = job.errors(self._clock.now())
        return dump(
            {
                "request_id": job.request_id,
                **owner_fields(job.address),
                "type": "async_request_completed",
                "time": iso(self._clock.base()),
                "data": None if errors else job.output,
                "errors": errors,
            }
        )
