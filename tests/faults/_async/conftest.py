"""Which transports the faults are played to."""

from __future__ import annotations

import pytest

from baseten_sdk._core.policy.transport_choice import TransportName


@pytest.fixture(
    params=[
        "direct",
        # unasync: remove
        "httpx",
        # unasync: end
    ]
)
def bounded(request: pytest.FixtureRequest) -> TransportName:
    """What carries the calls whose every wait is bounded. httpx cannot be interrupted where it blocks."""
    name: TransportName = request.param
    return name
