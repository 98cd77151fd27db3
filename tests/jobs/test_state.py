"""What becomes of a row when a delivery comes, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from baseten_sdk import JobResults
from baseten_sdk.jobs.ledger import Intent, Ledger
from baseten_sdk.jobs.limits import JobLimits
from baseten_sdk.jobs.rows import NewRow
from baseten_sdk.jobs.state import RunState
from baseten_sdk.jobs.submissions import Submission
from baseten_sdk.receiver import StoredDelivery
from tests.jobs.clocks import SteppedClock

pytestmark = pytest.mark.anyio

LIMITS = JobLimits(3, 10, 2, 10, 40.0, 100.0)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "jobs.sqlite", "model m")
    yield made
    made.close()


async def sent(state: RunState) -> Intent:
    """A row whose reply has not come."""
    intent = await state.begin(NewRow("1", b"d", b"{}"))
    assert intent is not None
    state.open = 1
    state.submissions.add(Submission(intent.number, intent.attempt, intent.tag, 1000.0, unknown=True))
    return intent


def delivery(data: str, tag: str | None) -> StoredDelivery:
    return StoredDelivery("r1", f'{{"request_id": "r1", "data": {data}, "errors": []}}'.encode(), 1.0, tag)


@pytest.mark.parametrize("data", ["9" * 5000, "[" * 5000 + "]" * 5000, '{"a":' * 3000 + "1" + "}" * 3000])
async def test_an_output_that_cannot_be_parsed_fails_its_row_and_no_other(ledger: Ledger, data: str) -> None:
    state = RunState(ledger, LIMITS, SteppedClock())
    intent = await sent(state)
    await state.deliver(delivery(data, intent.tag))
    assert (len(state.submissions), state.open, state.progress().failed) == (0, 0, 1)
    (result,) = JobResults(ledger.path)
    assert result.failure is not None
    assert result.failure.reason == "failed"
    assert result.failure.detail == "its output cannot be parsed; the inbox keeps its bytes, under request id r1"
    await state.deliver(delivery(data, intent.tag))  # it comes twice
    assert state.progress().failed == 1


@pytest.mark.parametrize(
    "end",
    [
        f"{'9' * 19}.1",
        f"1.{'9' * 19}",
        f"{'9' * 5000}.1",
        f"1.{'9' * 5000}",
        "-1.1",
        "1.1.1",
        "0.0",
        "\u0663.\u0661",
        "1",
        "",
        ".",
    ],
)
async def test_a_tag_of_a_stranger_belongs_to_no_row(ledger: Ledger, end: str) -> None:
    state = RunState(ledger, LIMITS, SteppedClock())
    intent = await sent(state)
    owner = intent.tag.partition(".")[0]
    for data in ("1", "9" * 5000):
        await state.deliver(delivery(data, f"{owner}.{end}"))
    assert len(state.submissions) == 1
    await state.deliver(delivery("1", intent.tag))
    assert state.progress().succeeded == 1


async def test_a_submission_of_an_earlier_run_is_as_old_as_it_is(ledger: Ledger) -> None:
    class Later(SteppedClock):
        def epoch(self) -> float:
            return 5000.0

    ledger._epoch = lambda: 4900.0
    await sent(RunState(ledger, LIMITS, SteppedClock()))
    state = RunState(ledger, LIMITS, Later())
    await state.resume()
    (submission,) = state.submissions
    assert submission.sent_at == 900.0  # a hundred seconds before the clock of this run, which began elsewhere
    ledger._epoch = lambda: 9999.0  # the machine's clock was set back meanwhile
    state = RunState(ledger, LIMITS, Later())
    await state.resume()
    assert [each.sent_at for each in state.submissions] == [900.0]
