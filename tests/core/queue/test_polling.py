"""The waits between two status calls: short at first, then longer, and bounded."""

from __future__ import annotations

from itertools import islice, pairwise

from baseten_sdk._core.queue.polling import POLL_INTERVALS


def test_waits_grow_from_a_quarter_of_a_second_to_a_bound() -> None:
    waits = list(islice(POLL_INTERVALS.waits(), 40))
    assert waits[0] == 0.25
    assert all(earlier < later or later == 15 for earlier, later in pairwise(waits))
    assert waits[-1] == 15


def test_a_job_of_an_hour_is_asked_about_a_few_hundred_times() -> None:
    total, asked = 0.0, 0
    for wait in POLL_INTERVALS.waits():
        total, asked = total + wait, asked + 1
        if total > 3600:
            break
    assert 200 < asked < 300
