"""How far a run of a ledger is, in words."""

from __future__ import annotations

from baseten_sdk import JobsProgress

PROGRESS = JobsProgress(rows=2000, succeeded=1200, failed=3, sent=40, held=2, resubmitted=5, queued=17, complete=True)


def test_it_is_told_in_a_line() -> None:
    assert str(PROGRESS) == "1,203 of 2,000 over, 40 sent, 2 held, 3 failed, 5 sent again, 17 queued"
    early = JobsProgress(rows=64, succeeded=0, failed=0, sent=40, held=0, resubmitted=0, queued=None, complete=False)
    assert str(early) == "0 of 64 or more over, 40 sent"
