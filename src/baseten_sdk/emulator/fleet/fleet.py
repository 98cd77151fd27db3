"""The members of the fleet, what each has accepted, and what its next request meets.

It owns the lookup of members, randomness and counting, from any thread. It must not know how a reply is made or sent.
"""

from __future__ import annotations

import math
import random
import re
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import replace

from ..behaviors.parse import BehaviorError
from ..behaviors.plan import Plan
from ..faults.error_shapes import planned_error
from ..http.routing import Address
from ..http.wire import Reply
from .member import FleetMember
from .minute import MinuteLimit

_USED = re.compile(rb'"total_tokens":\s*(\d+)')


class Fleet(MutableMapping[str, FleetMember]):
    """How each member behaves, by its name. Setting one replaces it, with limits that are unused.

    A name is the ID of a model or chain (`abcd1234`), an ID and an environment or deployment (`abcd1234/staging`), or a
    slug of the Model APIs (`zai-org/GLM-5.3`). Targets outside the fleet are healthy.
    """

    def __init__(self, members: Mapping[str, FleetMember], *, seed: int, now: Callable[[], float]) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._now = now
        self._members: dict[str, FleetMember] = {}
        self._limits: dict[str, dict[str, MinuteLimit]] = {}
        for name, member in members.items():
            self[name] = member

    def __setitem__(self, name: str, member: FleetMember) -> None:
        if not isinstance(member, FleetMember):
            raise BehaviorError(f"the fleet is made of FleetMembers, not {member!r}")
        now = self._now()
        limits: dict[str, MinuteLimit] = {}
        if member.requests_per_minute is not None:
            burst = member.burst or member.requests_per_minute
            limits["requests"] = MinuteLimit(member.requests_per_minute, burst, now)
        if member.tokens_per_minute is not None:
            limits["tokens"] = MinuteLimit(member.tokens_per_minute, member.tokens_per_minute, now)
        with self._lock:
            self._members[name] = member
            self._limits[name] = limits

    def __getitem__(self, name: str) -> FleetMember:
        return self._members[name]

    def __delitem__(self, name: str) -> None:
        with self._lock:
            del self._members[name], self._limits[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._members))

    def __len__(self) -> int:
        return len(self._members)

    def name_of(self, address: Address, model: str) -> str | None:
        """Return the member that a request is for. None if it is not in the fleet.

        Args:
            address: The address of the request.
            model: The model in its body.
        """
        target = address.environment or address.deployment or "development"
        names = (f"{address.owner}/{target}", address.owner) if address.owner else (model,)
        return next((name for name in names if name in self._members), None)

    def plan(self, name: str | None) -> Plan:
        """Return the behaviors of the next reply of a member."""
        member = None if name is None else self._members.get(name)
        if member is None:
            return Plan()
        with self._lock:
            slow = member.slow > 0 and self._random.random() < member.slow
        seconds = member.slow_delay if slow else member.delay
        return Plan({"delay": round(seconds * 1000)} if seconds else {}).merged(member.plan)

    def take(self, name: str | None, address: Address) -> Reply | None:
        """Count a request. Return the reply that refuses it if a limit is used up."""
        limits = {} if name is None else self._limits.get(name, {})
        if not limits:
            return None
        now = self._now()
        with self._lock:
            wait = max(limit.wait(now) for limit in limits.values())
            if not wait:
                if "requests" in limits:
                    limits["requests"].take(1.0)
                return None
        refused = planned_error(429, Plan(), address.surface)
        return replace(refused, headers=refused.headers | {"retry-after": str(math.ceil(wait))})

    def settle(self, name: str | None, reply: Reply) -> Reply:
        """Count the tokens of a reply. Return the reply with its rate limit headers."""
        limits = {} if name is None else self._limits.get(name, {})
        if not limits:
            return reply
        now = self._now()
        headers = dict(reply.headers)
        used = _USED.findall(reply.body)
        with self._lock:
            for what, limit in limits.items():
                if what == "tokens" and used:
                    limit.take(float(used[-1]))
                headers[f"x-ratelimit-limit-{what}"] = str(limit.per_minute)
                headers[f"x-ratelimit-remaining-{what}"] = str(max(int(limit.left(now)), 0))
        return replace(reply, headers=headers)
