"""`RayLimitStore`: limits that all actors of a cluster share, kept by a named actor."""

from __future__ import annotations

import time
import uuid
from typing import TypeVar

import ray
from ray.exceptions import RayError

from ..._repr import safe_repr
from ...errors import LimitStoreError
from ...types.limit_store import StateChange

T = TypeVar("T")

NAMESPACE = "baseten-sdk"


class RayLimitStore:
    """Keep shared limits in an actor of the cluster, which has neither a common disk nor a Redis.

    Make it in the driver. Its actor lives as long as this object or a copy of it. Two objects with one name in a
    cluster share their limits.

    Example:
        limits = Limits(requests_per_minute=600, tokens_per_minute=500_000, shared=RayLimitStore())

    Args:
        name: The name of the actor. None: a random name.
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or f"limits-{uuid.uuid4().hex[:12]}"
        self._actor = (
            ray.remote(LimitStoreActor)
            .options(name=self.name, namespace=NAMESPACE, get_if_exists=True, num_cpus=0)
            .remote()
        )

    def change(self, change: StateChange[T], /) -> T:
        """Change the state. It is tried again while other actors are faster.

        Raises:
            LimitStoreError: The actor is gone.
        """
        try:
            while True:
                version, state, now = _read(ray.get(self._actor.read.remote()))
                new, result = change(state, now)
                if ray.get(self._actor.write.remote(version, new)):
                    return result
        except RayError as error:
            problem = type(error).__name__
        message = f"The limits in the Ray actor {self.name!r} cannot be used: {problem}."
        raise LimitStoreError(message, store=self.name)

    def close(self) -> None:
        """Do nothing: the actor lives as long as its handles."""

    @safe_repr
    def __repr__(self) -> str:
        return f"RayLimitStore({self.name!r})"


class LimitStoreActor:
    """The actor: it keeps the state, and the clock that all of them use."""

    def __init__(self) -> None:
        self._version = 0
        self._state: bytes | None = None

    def read(self) -> tuple[int, bytes | None, float]:
        return self._version, self._state, time.monotonic()

    def write(self, version: int, state: bytes) -> bool:
        if version != self._version:
            return False
        self._version += 1
        self._state = state
        return True


def _read(value: object) -> tuple[int, bytes | None, float]:
    match value:
        case (int(version), bytes() | None as state, float(now)):
            return version, state, now
        case _:
            raise TypeError("the actor gives a version, a state and a time")
