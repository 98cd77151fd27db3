"""Rows over time, in a bounded number of slices."""

from __future__ import annotations

from hypothesis import given, strategies as st

from baseten_sdk.batch.run.timeline import MOST, Timeline


def test_slices_are_seconds_at_first() -> None:
    timeline = Timeline()
    for seconds in (0.0, 0.9, 1.0, 3.5):
        timeline.add(seconds)
    assert timeline.counts() == ((0.0, 2), (1.0, 1), (2.0, 0), (3.0, 1))


@given(st.lists(st.floats(0, 1e6), max_size=50))
def test_no_row_is_lost_and_there_are_never_too_many_slices(moments: list[float]) -> None:
    timeline = Timeline()
    for seconds in moments:
        timeline.add(seconds)
    slices = timeline.counts()
    assert len(slices) <= MOST
    assert sum(rows for _, rows in slices) == len(moments)
    again = Timeline()
    for start, rows in slices:
        again.add(start, rows)
    assert sum(rows for _, rows in again.counts()) == len(moments)
