"""The tables of a run: against the goals, and everything that was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import pictures
from .peers.base import OURS, PEERS
from .processes import cores
from .results import Results, Spread
from .rows import METRICS, ROWS, UNITS, Goal, Row

MISSING = "-"

TRANSPORTS: dict[str, str] = dict(zip(OURS, ("direct", "httpx", "below openai"), strict=True))


GOALS_HEAD = ("", "against", "transport", "ours", "theirs", "ratio (least to most)", "bound", "")
MISSED = "MISSED"


def goals(results: Results, *, markdown: bool) -> str:
    """What was to be reached, and what was."""
    return table([GOALS_HEAD, *goal_lines(results)], markdown=markdown)


def goal_lines(results: Results) -> list[Sequence[str]]:
    """A line for each goal whose row was run."""
    return [
        line
        for row in ROWS.values()
        for goal in row.goals
        for peer, bound in zip(OURS, (goal.direct, goal.httpx, goal.below), strict=True)
        if bound is not None and (line := _goal(results, row, goal, peer, bound)) is not None
    ]


def _goal(results: Results, row: Row, goal: Goal, peer: str, bound: float) -> Sequence[str] | None:
    reached = results.reached(row.key, goal, peer)
    if reached is None:
        return None
    theirs = results.spread(row.key, goal.against, goal.metric) if goal.against else None
    met = reached.middle >= bound if goal.at_least else reached.middle <= bound
    return (
        f"{row.title}: {METRICS[goal.metric]}",
        PEERS[goal.against].title if goal.against else MISSING,
        TRANSPORTS[peer],
        _number(results.spread(row.key, peer, goal.metric), goal.metric),
        _number(theirs, goal.metric),
        f"{reached.middle:.3g} ({reached.least:.3g} to {reached.most:.3g})" if goal.against else MISSING,
        f"{'at least' if goal.at_least else 'at most'} {bound:g}",
        "met" if met else MISSED,
    )


def everything(results: Results) -> str:
    """Each row with all that took part."""
    return "\n\n".join(_row(results, row) for row in ROWS.values() if row.key in results.rounds)


def _row(results: Results, row: Row) -> str:
    peers = [peer for peer in row.peers if peer in results.rounds[row.key]]
    metrics = [metric for metric in METRICS if any(results.spread(row.key, peer, metric) for peer in peers)]
    head = ("", *(f"{METRICS[metric]}, {UNITS[metric]}".rstrip(", ") for metric in metrics))
    lines = [
        (PEERS[peer].title, *(_spread(results.spread(row.key, peer, metric)) for metric in metrics)) for peer in peers
    ]
    return f"### {row.title[0].upper()}{row.title[1:]}\n\n{table([head, *lines], markdown=True)}"


def about(results: Results) -> Iterable[str]:
    """When and where it was measured, with what, and what the server could do."""
    yield (
        f"{datetime.now(UTC):%d %B %Y}; the run took {results.seconds / 60:.0f} minutes. Load averages at its end: "
        f"{_load()}; other work on the machine widens the spread."
    )
    where = "the clients on one core, the server on another." if cores() else "one core, or none to choose."
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield f"{python}, {platform.platform()}, {_processor()}; {where}"
    yield f"{', '.join(_versions())}."
    row, peer, share = results.busiest()
    if row:
        calls, chunks = results.server["calls"], results.server["chunks"]
        yield (
            f"The server answers {calls:,.0f} calls a second and sends {chunks:,.0f} chunks a second to bare sockets. "
            f'It was busiest in "{ROWS[row].title}" with {PEERS[peer].title}: {share:.0%} of its core.'
        )


def write(results: Results, folder: Path) -> None:
    """RESULTS.md, and the pictures whose rows were run."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join(
        (
            "# Benchmark results",
            "Written by `make bench`; [docs/performance.md](../docs/performance.md) tells how it is measured. CPU is "
            "that of the client's process. A number is the median of the rounds, with the least and the most behind "
            "it; a ratio is made within a round.",
            "\n".join(f"- {line}" for line in about(results)),
            "## Against the goals",
            goals(results, markdown=True),
            "## Everything",
            everything(results),
        )
    )
    (folder / "RESULTS.md").write_text(text + "\n")
    if pictures.CROWD in results.rounds:
        (folder / "flight.svg").write_text(pictures.flight(results))
    if "chunk" in results.rounds:
        (folder / "chunk.svg").write_text(pictures.chunk(results))


def table(lines: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """Columns of equal width; numbers are read from the right, so all but the first are set there."""
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    rows = [
        [
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        for line in lines
    ]
    if not markdown:
        return "\n".join("  ".join(row).rstrip() for row in rows)
    rule = ["-" * width if not place else "-" * (width - 1) + ":" for place, width in enumerate(widths)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:]))


def _number(spread: Spread | None, metric: str) -> str:
    return f"{short(spread.middle)} {UNITS[metric]}".rstrip() if spread else MISSING


def _spread(spread: Spread | None) -> str:
    return f"{short(spread.middle)} ({short(spread.least)} to {short(spread.most)})" if spread else MISSING


def short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _versions() -> Iterable[str]:
    names = [
        *dict.fromkeys(peer.package for peer in PEERS.values() if peer.package),
        "pydantic",
        "anyio",
        "httptools",
        "trio",
    ]
    for name in names:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} from its sources"


def _load() -> str:
    return ", ".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
