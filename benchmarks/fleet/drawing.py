"""The pictures of the guide: tails with and without hedging, and calls a second through a member that dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from scripts.svg import MARGIN, WIDTH, Ink, bars as bars_of, line, picture, text

from .crowd import Crowd

BIN = 1.0
"""Seconds that a point of a line stands for."""

LEFT = MARGIN + 36
PANEL, GAP = 80, 48
"""The height of a way to die, and the space above it."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, and the name of its file."""

    name: str
    svg: str


def bars(without: Crowd, hedged: Crowd) -> str:
    """p50 and p99 with and without hedging, in milliseconds."""
    ways: tuple[tuple[str, Crowd, Ink], ...] = (("no hedge", without, "other"), ("hedged", hedged, "ours"))
    rows: list[tuple[str, float, Ink]] = [
        (f"{name}, {how}", crowd.quantile(share) * 1000, ink)
        for name, share in (("median", 0.5), ("p99", 0.99))
        for how, crowd, ink in ways
    ]
    return bars_of("Milliseconds until an answer", rows, "An answer takes 100 ms. Two in a hundred take 1,000 ms.")


def lines(runs: Mapping[str, Crowd], died: float) -> str:
    """Calls a second through the run, a panel for each way in which one member of three dies."""
    rates: dict[str, list[tuple[float, float]]] = {}
    for name, crowd in runs.items():
        counts = Counter(int(end / BIN) for end in crowd.ends)
        # The ends are left out, where not all callers are there.
        rates[name] = [(number * BIN, counts[number] / BIN) for number in range(1, int(crowd.took / BIN) - 1)]
    return panels(rates, died)


def panels(rates: Mapping[str, list[tuple[float, float]]], died: float) -> str:
    """A panel for each run: calls a second over time."""
    last = max(points[-1][0] for points in rates.values())
    most = 100 * ceil(max(rate for points in rates.values() for _, rate in points) / 100)

    def x_of(second: float) -> float:
        return LEFT + (WIDTH - LEFT - MARGIN) * second / last

    parts: list[str] = []
    floor = 40.0
    for name, points in rates.items():
        floor += GAP + PANEL
        shape = [(x_of(second), floor - PANEL * rate / most) for second, rate in points]
        ground = " L".join(f"{x:.1f} {y:.1f}" for x, y in [(shape[0][0], floor), *shape, (shape[-1][0], floor)])
        parts += [
            text(LEFT, floor - PANEL - 12, f"it {name}"),
            text(LEFT - 8, floor - PANEL + 5, f"{most:,.0f}", "faint", "end"),
            text(LEFT - 8, floor + 5, "0", "faint", "end"),
            line([(LEFT, floor), (WIDTH - MARGIN, floor)]),
            f'<path class="ours area" d="M{ground}Z"/>',
            line(shape, "ours"),
        ]
    top = 40 + GAP - 24
    parts += [line([(x_of(died), top), (x_of(died), floor)], "bad")]
    for second in range(0, int(last) + 1, 5):
        parts.append(text(x_of(second), floor + 22, f"{second} s", "faint", "middle"))
    parts.append(text(MARGIN, 50, "200 callers. At the red line, one member dies:", "faint"))
    return picture("Calls a second of a pool of three", parts, floor + 36)
