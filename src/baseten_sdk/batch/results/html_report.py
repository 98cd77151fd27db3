"""A report as one HTML page without other files, so that it can be attached to an issue. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import floor, log10

from ...types.batch import Report

WIDTH, HEIGHT, FOOT = 760, 180, 22

STYLE = """
:root { color-scheme: light dark; --ink: #1c2522; --faint: #66736e; --bar: #0d7a5f; --line: #d5dcd9; --ground: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4ebe8; --faint: #93a29c; --bar: #4fd1ac; --line: #33403b; --ground: #141917; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 800px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1rem; }
.numbers b { display: block; font-size: 1.4rem; } .numbers span, text { color: var(--faint); fill: var(--faint); }
svg { width: 100%; height: auto; } rect { fill: var(--bar) } path { stroke: var(--line) } text { font-size: 12px }
table { border-collapse: collapse; width: 100% } td { border-top: 1px solid var(--line); padding: .3rem .5rem;
  vertical-align: top; overflow-wrap: anywhere } td:first-child { text-align: right; white-space: nowrap }
"""


def html_report(report: Report, title: str = "Batch") -> str:
    """Write a report as one HTML page.

    Args:
        report: The report of a batch.
        title: The title of the page.
    """
    parts = [
        "<!doctype html>",
        '<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f"<h1>{escape(title)}</h1>",
        _numbers(_headline(report)),
        *_chart("Rows that ended, over time", _over_time(report.timeline), "seconds since the start"),
        *_chart("Seconds that rows took", _by_latency(report.latencies), "seconds"),
        *_failures(report),
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _headline(report: Report) -> Iterable[tuple[str, str]]:
    yield "succeeded", f"{report.ok:,}"
    yield "failed", f"{report.failed:,}"
    if report.done_before:
        yield "done before", f"{report.done_before:,}"
    yield "seconds", f"{report.seconds:,.1f}"
    yield "rows a second", f"{report.rows_per_second:,.1f}"
    if report.p50 is not None and report.p95 is not None:
        yield "seconds, half of the rows", f"{report.p50:.2f}"
        yield "seconds, 95 of 100", f"{report.p95:.2f}"
    yield "tokens in", f"{report.input_tokens:,}"
    if report.cache_hit_rate is not None:
        yield "of them cached", f"{report.cache_hit_rate:.0%}"
    yield "tokens out", f"{report.output_tokens:,}"
    if report.dollars is not None:
        yield "dollars", f"{report.dollars:,.4f}"
    if report.unpriced:
        yield "rows of unknown cost", f"{report.unpriced:,}"
    yield "retries", f"{report.retries:,}"


def _numbers(found: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<div><b>{escape(value)}</b><span>{escape(name)}</span></div>" for name, value in found)
    return f'<div class="numbers">{cells}</div>'


def _over_time(timeline: Sequence[tuple[float, int]]) -> list[tuple[str, int]]:
    return [(f"{start:g}", rows) for start, rows in timeline]


def _by_latency(latencies: Sequence[tuple[float, int]]) -> list[tuple[str, int]]:
    """Ten classes for each power of ten: finer ones would be noise on a page."""
    classes: dict[int, int] = {}
    for seconds, rows in latencies:
        place = floor(10 * log10(max(seconds, 1e-6)))
        classes[place] = classes.get(place, 0) + rows
    if not classes:
        return []
    return [(f"{10 ** (place / 10):.2g}", classes.get(place, 0)) for place in range(min(classes), max(classes) + 1)]


def _chart(title: str, bars: Sequence[tuple[str, int]], unit: str) -> Iterable[str]:
    """Bars of counts, each with its label where there is room."""
    if not bars:
        return
    most = max(count for _, count in bars)
    step = WIDTH / len(bars)
    every = max(1, round(len(bars) / 12))
    yield f"<h2>{escape(title)}</h2>"
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT + FOOT}" role="img" aria-label="{escape(title)}">'
    yield f'<text x="0" y="12">{most:,} rows</text><path d="M0 {HEIGHT}H{WIDTH}"/>'
    for place, (label, count) in enumerate(bars):
        height = (HEIGHT - 20) * count / most
        x, width = place * step, max(step - 2, 1.0)
        yield (
            f'<rect x="{x:.1f}" y="{HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}">'
            f"<title>{escape(label)} {unit}: {count:,} rows</title></rect>"
        )
        if place % every == 0:
            yield f'<text x="{x:.1f}" y="{HEIGHT + 16}">{escape(label)}</text>'
    yield f'<text x="{WIDTH}" y="12" text-anchor="end">{escape(unit)}</text></svg>'


def _failures(report: Report) -> Iterable[str]:
    if report.stopped is not None:
        yield f"<h2>The batch ended early</h2><p>{escape(report.stopped)}</p>"
    if report.reasons:
        yield "<h2>Why rows failed</h2><table>"
        for reason, count in report.reasons:
            yield f"<tr><td>{count:,}</td><td>{escape(reason)}</td></tr>"
        yield "</table>"
    if report.failures is not None:
        yield f"<p>The failed rows are in {escape(report.failures)}.</p>"
