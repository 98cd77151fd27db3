"""The pictures of the guide: tails with and without hedging, and calls a second through a member that dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ..pictures import BOTTOM, FAINT, HEIGHT, INK, LEFT, OTHER_INK, OURS_INK, RIGHT, TOP, WIDTH, line, picture, text
from .crowd import Crowd

BIN = 0.5
"""Seconds that a point of a line stands for."""

DASHES = ("", "6 3", "2 3")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, and the name of its file."""

    name: str
    svg: str


def bars(without: Crowd, hedged: Crowd) -> str:
    """p50 and p99 with and without hedging, in milliseconds."""
    rows = [
        (f"{name}, {how}", crowd.quantile(share) * 1000, ink)
        for name, share in (("p50", 0.5), ("p99", 0.99))
        for how, crowd, ink in (("without", without, OTHER_INK), ("with a hedge", hedged, OURS_INK))
    ]
    most = max(milliseconds for _, milliseconds, _ in rows)
    parts = [text(20, 28, "Milliseconds until an answer: 100, but two times in a hundred 1,000")]
    y = 50
    for name, milliseconds, ink in rows:
        length = (WIDTH - 300) * milliseconds / most
        parts.append(text(180, y + 15, name, "end", ink))
        parts.append(f"<rect x='190' y='{y}' width='{length:.1f}' height='20' fill='{ink}'/>")
        parts.append(text(198 + length, y + 15, f"{milliseconds:,.0f}", ink=ink))
        y += 30
    return picture(parts, y + 10)


def lines(runs: Mapping[str, Crowd], died: float) -> str:
    """Calls a second through the run, a line for each way in which one member of three dies."""
    rates: dict[str, list[tuple[float, float]]] = {}
    for name, crowd in runs.items():
        counts = Counter(int(end / BIN) for end in crowd.ends)
        # The ends are left out, where not all callers are there.
        rates[name] = [(number * BIN, counts[number] / BIN) for number in range(1, int(crowd.took / BIN) - 1)]
    last = max(points[-1][0] for points in rates.values())
    most = max(rate for points in rates.values() for _, rate in points) * 1.1

    def at(second: float, rate: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * second / last
        return x, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * rate / most

    parts = [text(LEFT, 28, "Calls a second of 200 callers, while one member of three dies")]
    for rate in range(0, int(most), 100):
        parts += [line([at(0, rate), at(last, rate)], FAINT, 1), text(LEFT - 8, at(0, rate)[1] + 4, f"{rate}", "end")]
    for second in range(0, int(last) + 1, 5):
        parts.append(text(at(second, 0)[0], HEIGHT - BOTTOM + 20, f"{second} s", "middle"))
    parts += [line([at(died, 0), at(died, most)], INK, 1, "3 3"), text(at(died, 0)[0] + 4, TOP + 8, "it dies")]
    for place, (name, points) in enumerate(rates.items()):
        y = HEIGHT - BOTTOM - 20 - 20 * place
        parts.append(line([at(*point) for point in points], OURS_INK, 2, DASHES[place % len(DASHES)]))
        parts.append(line([(WIDTH - RIGHT + 10, y - 4), (WIDTH - RIGHT + 40, y - 4)], OURS_INK, 2, DASHES[place % 3]))
        parts.append(text(WIDTH - RIGHT + 46, y, f"it {name}", ink=OURS_INK))
    return picture(parts, HEIGHT)
