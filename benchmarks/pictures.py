"""The two pictures, as SVG that needs nothing to be drawn: calls a second against calls in flight, and CPU a chunk.

They have a ground of their own, so that they can be read in light and dark pages alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from math import floor, log10

from .peers.base import OURS, PEERS
from .results import Results
from .rows import ROWS

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 50, 50
INK, FAINT, OURS_INK, OTHER_INK = "#1f2328", "#d8dee4", "#0a6e4f", "#8b949e"
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4", "10 4", "4 4")
FONT = "font-family='system-ui, sans-serif' font-size='12'"


def flight(results: Results) -> str:
    """Calls a second against calls in flight, both on logarithmic scales."""
    rows = [row for row in ROWS.values() if row.measure == "flight" and row.key in results.rounds]
    lines = {
        peer: [
            (row.width, spread.middle) for row in rows if (spread := results.spread(row.key, peer, "rate")) is not None
        ]
        for peer in dict.fromkeys(peer for row in rows for peer in row.peers)
        if peer not in ("socket", "httpx2")
    }
    lines = {peer: points for peer, points in lines.items() if points}
    rates = [rate for points in lines.values() for _, rate in points]
    low, high = floor(log10(min(rates))), log10(max(rates)) + 0.1
    most = log10(max(row.width for row in rows))

    def at(width: float, rate: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (log10(width) / most)
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(rate) - low) / (high - low)
        return x, y

    parts = [text(LEFT, 28, "Calls a second, by calls in flight (20 ms server, one core; both scales logarithmic)")]
    for row in rows:
        x, _ = at(row.width, 10**low)
        parts += [text(x, HEIGHT - BOTTOM + 20, f"{row.width:,}", "middle")]
    for power in range(low, floor(high) + 1):
        _, y = at(1, 10**power)
        parts += [line([(LEFT, y), (WIDTH - RIGHT, y)], FAINT, 1), text(LEFT - 8, y + 4, f"{10**power:,}", "end")]
    labels: list[tuple[float, str, str]] = []
    for place, (peer, points) in enumerate(sorted(lines.items(), key=lambda each: each[0] not in OURS)):
        ink = OURS_INK if peer in OURS else OTHER_INK
        placed = [at(*point) for point in points]
        parts.append(line(placed, ink, 3 if peer == OURS[0] else 1.5, DASHES[place % len(DASHES)]))
        parts += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{ink}'/>" for x, y in placed]
        labels.append((placed[-1][1], f"{PEERS[peer].title} {points[-1][1]:,.0f}", ink))
    parts += [text(WIDTH - RIGHT + 10, y + 4, label, ink=ink) for y, label, ink in _apart(labels)]
    return picture(parts, HEIGHT)


def chunk(results: Results) -> str:
    """CPU for a streamed chunk, a bar for each client."""
    costs = {
        peer: spread.middle
        for peer in ROWS["chunk"].peers
        if (spread := results.spread("chunk", peer, "cpu")) is not None
    }
    most = max(costs.values())
    parts = [text(20, 28, "CPU for a streamed chunk, in microseconds")]
    y = 50
    for peer, cost in sorted(costs.items(), key=lambda each: each[1]):
        ink = OURS_INK if peer in OURS else OTHER_INK
        length = (WIDTH - 300) * cost / most
        parts.append(text(180, y + 15, PEERS[peer].title, "end", ink))
        parts.append(f"<rect x='190' y='{y}' width='{max(length, 1):.1f}' height='20' fill='{ink}'/>")
        parts.append(text(198 + length, y + 15, f"{cost:.3g}", ink=ink))
        y += 30
    return picture(parts, y + 10)


def _apart(labels: Iterable[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """The labels moved down so far that none covers another."""
    placed: list[tuple[float, str, str]] = []
    for y, label, ink in sorted(labels):
        placed.append((max(y, placed[-1][0] + 15) if placed else y, label, ink))
    return placed


def picture(parts: Iterable[str], height: float) -> str:
    body = "\n".join(parts)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height:.0f}' {FONT}>\n"
        f"<rect width='100%' height='100%' rx='6' fill='#ffffff'/>\n{body}\n</svg>\n"
    )


def text(x: float, y: float, words: str, anchor: str = "start", ink: str = INK) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{ink}'>{escape(words)}</text>"


def line(points: Iterable[tuple[float, float]], ink: str, width: float, dashes: str = "") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f"<polyline points='{path}' fill='none' stroke='{ink}' stroke-width='{width}' stroke-dasharray='{dashes}'/>"
