"""Merges the reports of several processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ...types.batch import Report
from .tally import REASONS, Times
from .timeline import Timeline

COUNTS = (
    "ok",
    "failed",
    "done_before",
    "failed_before",
    "retries",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "unpriced",
)
"""The counts to add up."""


def merge_reports(reports: Sequence[Report]) -> Report:
    """Merge the reports of all processes: add up counts, and take percentiles over all rows."""
    whole, times, timeline = Report(), Times(), Timeline()
    reasons: Counter[str] = Counter()
    dollars = [report.dollars for report in reports if report.dollars is not None]
    numbers = [report.concurrency for report in reports if report.concurrency is not None]
    for report in reports:
        for seconds, count in report.latencies:
            times.add(seconds, count)
        for start, count in report.timeline:
            timeline.add(start, count)
        reasons.update(dict(report.reasons))
        sums = {name: getattr(whole, name) + getattr(report, name) for name in COUNTS}
        whole = replace(whole, stopped=whole.stopped or report.stopped, **sums)
    return replace(
        whole,
        p50=times.percentile(0.5),
        p95=times.percentile(0.95),
        latencies=times.counts(),
        timeline=timeline.counts(),
        dollars=sum(dollars, Decimal(0)) if dollars else None,
        concurrency=sum(numbers) if numbers else None,
        reasons=tuple(reasons.most_common(REASONS)),
        failures=", ".join(report.failures for report in reports if report.failures) or None,
    )
