"""The life of a connection: what may follow what."""

from __future__ import annotations

import pytest

from baseten_sdk._io.connection_state import TRANSITIONS, ConnectionEvent, ConnectionState


def after(*events: ConnectionEvent) -> ConnectionState:
    state = ConnectionState.IDLE
    for event in events:
        state = TRANSITIONS[state, event]
    return state


E = ConnectionEvent


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "idle"),
        ([E.REQUEST], "busy"),
        ([E.REQUEST, E.REUSABLE], "idle"),
        ([E.REQUEST, E.REUSABLE, E.REQUEST], "busy"),
        ([E.REQUEST, E.FINAL], "closed"),
        ([E.REQUEST, E.REFUSED], "draining"),
        ([E.REQUEST, E.REFUSED, E.REUSABLE], "closed"),
        ([E.REQUEST, E.REFUSED, E.FINAL], "closed"),
        ([E.LOST], "closed"),
        ([E.REQUEST, E.LOST], "closed"),
        ([E.REQUEST, E.REFUSED, E.LOST], "closed"),
    ],
)
def test_the_ways_of_a_connection(events: list[ConnectionEvent], state: str) -> None:
    assert after(*events) == state


@pytest.mark.parametrize("event", E)
def test_what_is_closed_stays_closed(event: ConnectionEvent) -> None:
    assert after(E.LOST, event) is ConnectionState.CLOSED


@pytest.mark.parametrize("events", [[E.REUSABLE], [E.FINAL], [E.REFUSED], [E.REQUEST, E.REQUEST]])
def test_what_cannot_happen_is_in_no_row(events: list[ConnectionEvent]) -> None:
    with pytest.raises(KeyError):
        after(*events)
