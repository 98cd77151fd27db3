"""The work on the calls of a response grows as their number does."""

from __future__ import annotations

import pytest

from tests.growth import FEW, TIMES, grows_evenly

from .test_reader import CREATED, WHOLE_CALL, Json, added, ended, item_done, read_events

pytestmark = pytest.mark.timeout(60)


def numbered(number: int, *, ids: bool) -> Json:
    call: Json = {**WHOLE_CALL, "call_id": f"call_{number}"}
    return {**call, "id": f"fc_{number}"} if ids else {name: call[name] for name in call if name != "id"}


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("whole", [True, False], ids=["with output", "without output"])
def test_many_calls(ids: bool, whole: bool) -> None:
    calls = [numbered(number, ids=ids) for number in range(FEW * TIMES)]

    def tell(count: int) -> None:
        some = calls[:count]
        events = [each for call in some for each in (added(call), item_done(call))]
        assert len(read_events(CREATED, *events, ended(*(some if whole else ()))).final.function_calls) == count

    assert grows_evenly(tell)
