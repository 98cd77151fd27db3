"""The report of a batch as one HTML page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor, log10

from ..._runs.html_page import cell, columns, heading, numbers, page, paragraph, table
from ...types.batch import Report


def html_report(report: Report, title: str = "Batch") -> str:
    """Write a report as one HTML page."""
    parts = [
        numbers(_headline(report)),
        *columns(
            "Rows that ended, over time",
            [(f"{start:g}", rows) for start, rows in report.timeline],
            "seconds since the start",
        ),
        *columns("Seconds that rows took", _by_latency(report.latencies), "seconds"),
        *_failures(report),
    ]
    return page(title, parts)


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


def _by_latency(latencies: Sequence[tuple[float, int]]) -> list[tuple[str, int]]:
    """Ten classes for each power of ten: finer ones would be noise on a page."""
    classes: dict[int, int] = {}
    for seconds, rows in latencies:
        step = floor(10 * log10(max(seconds, 1e-6)))
        classes[step] = classes.get(step, 0) + rows
    if not classes:
        return []
    return [(f"{10 ** (step / 10):.2g}", classes.get(step, 0)) for step in range(min(classes), max(classes) + 1)]


def _failures(report: Report) -> Iterable[str]:
    if report.stopped is not None:
        yield heading("The batch ended early")
        yield paragraph(report.stopped)
    if report.reasons:
        yield heading("Why rows failed")
        yield table((cell(f"{count:,}", number=True), cell(reason)) for reason, count in report.reasons)
    if report.failures is not None:
        yield paragraph(f"The failed rows are in {report.failures}.")
