"""The arguments of a pool, checked. Both flavors of a pool share them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...config import check_seconds
from ...errors import ConfigurationError
from ...types.pool import Hedge, OnCut, Target


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """The arguments of `client.pool`.

    Attributes:
        hedge: When to send a second request.
        first_event: Seconds until the first event of a stream.
        on_cut: What to do with a chat stream that is cut after its first event.
        seed: Decides which members serve calls without a session.

    Raises:
        ConfigurationError: One of them is invalid.
    """

    members: tuple[Target, ...]
    hedge: Hedge | None = None
    first_event: float | None = None
    on_cut: OnCut = "raise"
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.members:
            raise ConfigurationError("A pool needs at least one member.")
        seen: set[tuple[object, ...]] = set()
        for target in self.members:
            if not isinstance(target, Target):
                raise ConfigurationError(f"The members of a pool are Targets, not {target!r}.")
            identity = (target.model_id, target.model, target.environment, target.deployment_id, target.regional)
            if identity in seen:
                raise ConfigurationError(f"{target.name} is a member of the pool twice: give it a weight instead.")
            seen.add(identity)
        if self.hedge is not None and not isinstance(self.hedge, Hedge):
            raise ConfigurationError(f"hedge must be a Hedge, not {self.hedge!r}.")
        check_seconds("first_event", self.first_event)
        if self.on_cut not in ("raise", "continue"):
            raise ConfigurationError(f'on_cut must be "raise" or "continue", not {self.on_cut!r}.')
        if self.on_cut == "continue" and all(target.model_id is None for target in self.members):
            raise ConfigurationError(
                'on_cut="continue" needs a dedicated deployment among the members: the Model APIs cannot continue a '
                "message that another model began."
            )

    def check_deadline(self, deadline: object, whose: str) -> None:
        """Refuse a deadline that may end before the first event of a stream.

        Args:
            deadline: Seconds. None if there is none.
            whose: "client" or "call".

        Raises:
            ConfigurationError: It is shorter than `first_event`.
        """
        first_event = self.first_event
        if first_event is not None and isinstance(deadline, int | float) and first_event > deadline:
            raise ConfigurationError(
                f"first_event={first_event:g} is longer than the {whose}'s deadline of {deadline:g} s."
            )


def listed(members: Iterable[Target]) -> tuple[Target, ...]:
    """Return the members of a pool as they were given.

    Raises:
        ConfigurationError: They are no list.
    """
    if isinstance(members, str | Mapping) or not isinstance(members, Iterable):
        raise ConfigurationError(f"members must be a list of Targets, not a {type(members).__name__}.")
    return tuple(members)
