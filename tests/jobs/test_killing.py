"""A process that works on a ledger is killed at random moments: nothing is lost, nothing is sent twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.killing import kill_at_random

KILLS = 3
ROWS = 90


@pytest.mark.parametrize("listen", [False, True], ids=["the receiver lives on", "the receiver dies too"])
def test_nothing_is_lost_and_nothing_is_doubled(tmp_path: Path, listen: bool) -> None:
    count = kill_at_random(tmp_path, kills=KILLS, rows=ROWS, listen=listen, seed=7)
    assert count.kills == KILLS
    assert count.orphans > 0, "no kill came between a submission and the writing of its id"
    assert count.failures == []
    assert count.outputs == {row: {"n": row} for row in range(ROWS)}
    assert count.unexplained == {}
    if not listen:
        assert count.doubled == {}
