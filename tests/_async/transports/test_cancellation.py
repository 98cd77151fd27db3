# unasync: skip-file
"""Cancellations that come in groups."""

from __future__ import annotations

import anyio
import pytest

from baseten_sdk._async.transports.cancellation import cancellation_of

pytestmark = pytest.mark.anyio


async def test_a_group_of_cancellations_is_one_and_any_other_stays() -> None:
    seen: list[BaseException] = []
    with anyio.CancelScope() as scope:
        scope.cancel()
        try:
            await anyio.lowlevel.checkpoint()
        except BaseException as error:
            seen.append(error)
            raise
    (cancelled,) = seen
    nested = BaseExceptionGroup("", [BaseExceptionGroup("", [cancelled]), cancelled])
    assert cancellation_of(nested) is cancelled
    mixed = BaseExceptionGroup("", [cancelled, KeyboardInterrupt()])
    assert cancellation_of(mixed) is mixed
