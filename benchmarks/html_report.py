"""The report of a run as one HTML page: what was to be reached, and every client of each row with a bar."""

from __future__ import annotations

from collections.abc import Iterable

from baseten_sdk._runs.html_page import cell, heading, numbers, page, paragraph, table

from .peers.base import OURS, PEERS
from .report import GOALS_HEAD, MISSED, about, goal_lines, short
from .results import Results
from .rows import METRICS, ROWS, UNITS


def html_report(results: Results) -> str:
    """The whole page. It needs no other file."""
    goals = goal_lines(results)
    missed = sum(line[-1] == MISSED for line in goals)
    counts = [("bounds met", f"{len(goals) - missed}"), ("bounds missed", f"{missed}")]
    parts = [
        numbers([*counts, ("rows", f"{len(results.rounds)}"), ("minutes", f"{results.seconds / 60:.1f}")]),
        heading("Against the goals"),
        table(([cell(plain(each), bad=each == MISSED) for each in line] for line in goals), GOALS_HEAD),
        heading("Everything"),
        paragraph("A number is the median of the rounds, with the least and the most behind it."),
    ]
    for key in ROWS:
        if key in results.rounds:
            parts += _row(results, key)
    parts += [heading("The run"), *(paragraph(line) for line in about(results))]
    return page("Benchmark report", parts)


def plain(words: str) -> str:
    """Words without the marks of Markdown."""
    return words.replace("`", "")


def _row(results: Results, key: str) -> Iterable[str]:
    row = ROWS[key]
    for metric in METRICS:
        found = [(peer, spread) for peer in row.peers if (spread := results.spread(key, peer, metric)) is not None]
        if not found:
            continue
        most = max(spread.middle for _, spread in found) or 1.0
        yield heading(plain(f"{row.title[0].upper()}{row.title[1:]}: {METRICS[metric]}"))
        yield table(
            [
                cell(f"{PEERS[peer].title} (this package)" if peer in OURS else PEERS[peer].title),
                cell(f"{short(spread.middle)} {UNITS[metric]}".rstrip(), number=True),
                _bar(spread.middle, most),
                cell(f"{short(spread.least)} to {short(spread.most)}", number=True),
            ]
            for peer, spread in found
        )


def _bar(value: float, most: float) -> str:
    """Return a cell with a small bar: a value in proportion to the largest one."""
    return f'<td><meter value="{value / most:.4f}">{value:g}</meter></td>'
