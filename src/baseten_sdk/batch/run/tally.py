"""The counts of a running batch, in constant memory: rows, tokens, and how long the calls took."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from ...types.batch import Failed, Ok, Report
from ...types.prices import Prices
from ..calls.usage import NONE, Tokens
from .engine import Gauge
from .progress import Progress
from .reasons import Reasons
from .spending import Spending
from .timeline import Timeline

STEP = math.log(1.02)
"""Times are counted in classes that are 2 % wide."""

REASONS = 10
"""Kinds of failures that a report has."""

LATE = 10.0
"""Seconds over which rates are computed."""


class Times:
    """A histogram of times, for percentiles within 1 %."""

    def __init__(self) -> None:
        self._classes: dict[int, int] = {}
        self._count = 0

    def add(self, seconds: float, count: int = 1) -> None:
        """Count a time, once or several times."""
        step = round(math.log(max(seconds, 1e-6)) / STEP)
        self._classes[step] = self._classes.get(step, 0) + count
        self._count += count

    def counts(self) -> tuple[tuple[float, int], ...]:
        """Return every time and its count. Added to another histogram, they fall into the same classes."""
        return tuple((float(f"{math.exp(step * STEP):.4g}"), count) for step, count in sorted(self._classes.items()))

    def percentile(self, share: float) -> float | None:
        """Return the time within which a share of the calls, from 0 to 1, were done. None without calls."""
        left = math.ceil(share * self._count)
        for step in sorted(self._classes):
            left -= self._classes[step]
            if left <= 0:
                return math.exp(step * STEP)
        return None


class Tally:
    """Counts outcomes.

    Args:
        clock: Returns the time in seconds.
        prices: What tokens cost, if that is known.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, prices: Prices | None = None) -> None:
        self.spending = Spending(prices)
        self.ok = 0
        self.failed = 0
        self.tokens = NONE
        self._attempts = 0
        self._sent = 0
        self._times = Times()
        self._timeline = Timeline()
        self._reasons = Reasons()
        self._clock = clock
        self._began = clock()
        self._marks = deque([(self._began, 0, 0)])

    @property
    def seconds(self) -> float:
        """Seconds since the batch began."""
        return self._clock() - self._began

    @property
    def outcomes(self) -> int:
        """Outcomes so far."""
        return self.ok + self.failed

    def result(self, ok: Ok[object, object], tokens: Tokens) -> None:
        self.ok += 1
        self._timeline.add(self.seconds)
        self._times.add(ok.seconds)
        self._count(ok.attempts)
        self.spending.add(ok.value, tokens)
        if tokens is not NONE:
            mine = self.tokens
            self.tokens = Tokens(mine.input + tokens.input, mine.output + tokens.output, mine.cached + tokens.cached)

    def failure(self, failed: Failed[object]) -> None:
        self.failed += 1
        self._timeline.add(self.seconds)
        self._reasons.add(failed.error)
        self._count(failed.attempts)

    def _count(self, attempts: int) -> None:
        if attempts:
            self._attempts += attempts
            self._sent += 1

    def progress(
        self, gauge: Gauge, *, concurrency: int, done: float | None, done_before: int = 0, failed_before: int = 0
    ) -> Progress:
        """Return the batch at this moment, with the rates of the last ten seconds.

        Args:
            gauge: What can be seen of the run from outside.
            concurrency: How many rows may be in flight.
            done: How much of the source is done.
            done_before: Rows that were skipped because an earlier run had a result.
            failed_before: Rows that were skipped because an earlier run had a failure.
        """
        now = self._clock()
        rows, tokens = self.outcomes, self.tokens.input + self.tokens.output
        marks = self._marks
        while len(marks) > 1 and marks[1][0] <= now - LATE:
            marks.popleft()
        then, rows_then, tokens_then = marks[0]
        past = max(now - then, 1e-9)
        marks.append((now, rows, tokens))
        pace = (rows - rows_then) / past
        eta = None
        if done is not None and 0 < done < 1 and pace > 0:
            eta = (rows + done_before + failed_before) * (1 - done) / done / pace
        return Progress(
            ok=self.ok,
            failed=self.failed + failed_before,
            skipped=done_before,
            in_flight=gauge.in_flight,
            concurrency=concurrency,
            tokens=tokens,
            rows_per_second=pace,
            tokens_per_second=(tokens - tokens_then) / past,
            done=done,
            eta=eta,
            seconds=now - self._began,
            waiting=gauge.waiting,
            reason=gauge.waiting_for if gauge.waiting else next((why for why, _ in self._reasons.commonest(1)), None),
        )

    def report(
        self,
        *,
        done_before: int = 0,
        failed_before: int = 0,
        stopped: str | None = None,
        concurrency: int | None = None,
        failures: str | None = None,
        gauge: Gauge | None = None,
    ) -> Report:
        """Return the batch at its end.

        Args:
            done_before: Rows that were skipped because an earlier run had a result.
            failed_before: Rows that were skipped because an earlier run had a failure.
            stopped: Why it ended early.
            concurrency: Rows that could be in flight at the end, if that number adapts.
            failures: The file of the failed rows, if there are any.
            gauge: Has the rows that were waiting for another try when it ended early.
        """
        reasons = self._reasons.commonest(REASONS)
        if gauge is not None and gauge.given_up:
            reasons = ((f"{gauge.waiting_for} (would have been tried again)", gauge.given_up), *reasons)
        return Report(
            ok=self.ok,
            failed=self.failed + failed_before,
            done_before=done_before,
            failed_before=failed_before,
            retries=self._attempts - self._sent,
            input_tokens=self.tokens.input,
            output_tokens=self.tokens.output,
            cached_tokens=self.tokens.cached,
            dollars=self.spending.known,
            unpriced=self.spending.unpriced,
            p50=self._times.percentile(0.5),
            p95=self._times.percentile(0.95),
            latencies=self._times.counts(),
            timeline=self._timeline.counts(),
            concurrency=concurrency,
            seconds=self.seconds,
            stopped=stopped,
            reasons=reasons,
            failures=failures if self.failed + failed_before else None,
        )
