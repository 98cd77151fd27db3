"""The numbers of a run, and what is made of them: medians, spreads and ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from .measures import Numbers
from .rows import Goal


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some numbers, the least and the most."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        return cls(median(numbers), min(numbers), max(numbers))


@dataclass(slots=True)
class Results:
    """The numbers of a run.

    Attributes:
        rounds: For each row and peer, the numbers of its rounds.
        server: What the server can do, in calls and in chunks a second.
        seconds: How long the run took.
    """

    rounds: dict[str, dict[str, list[Numbers]]] = field(default_factory=dict)
    server: Numbers = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, row: str, peer: str, numbers: Numbers) -> None:
        """A round of a peer."""
        self.rounds.setdefault(row, {}).setdefault(peer, []).append(numbers)

    def drop(self, row: str, peer: str) -> None:
        """A peer failed in a row; rounds of the same place belong together, so none of it counts."""
        self.rounds.get(row, {}).pop(peer, None)

    def spread(self, row: str, peer: str, metric: str) -> Spread | None:
        """A number of a peer; None where it was not measured."""
        numbers = [each[metric] for each in self.rounds.get(row, {}).get(peer, []) if metric in each]
        return Spread.of(numbers) if numbers else None

    def ratio(self, row: str, peer: str, against: str, metric: str) -> Spread | None:
        """A peer's number divided by another's, round by round."""
        peers = self.rounds.get(row, {})
        pairs = zip(peers.get(peer, []), peers.get(against, []), strict=False)
        ratios = [ours[metric] / theirs[metric] for ours, theirs in pairs if metric in ours and metric in theirs]
        return Spread.of(ratios) if ratios else None

    def reached(self, row: str, goal: Goal, peer: str) -> Spread | None:
        """What is compared with a goal's bound."""
        if goal.against is None:
            return self.spread(row, peer, goal.metric)
        return self.ratio(row, peer, goal.against, goal.metric)

    def busiest(self) -> tuple[str, str, float]:
        """Where the server had least to spare: the row, the peer, and the share of its core that it needed."""
        shares = [
            (spread.middle, row, peer)
            for row, peers in self.rounds.items()
            for peer in peers
            if (spread := self.spread(row, peer, "server")) is not None
        ]
        share, row, peer = max(shares, default=(0.0, "", ""))
        return row, peer, share
