"""Slots are handed on in order, and none is lost, wherever an interrupt comes."""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.slots import Slots


class Waiting:
    """Holds a slot or waits for one."""

    def __init__(self) -> None:
        self.held = False
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


def test_slots_are_taken_while_there_are_any_and_then_waited_for() -> None:
    slots = Slots[Waiting](2)
    one, two, three, four = (Waiting() for _ in range(4))
    assert [slots.take(each) for each in (one, two, three, four)] == [True, True, False, False]
    assert repr(slots) == "<2 of 2 in flight, 2 waiting>"
    slots.leave(two)
    assert (three.held, three.woken, four.held) == (True, 1, False)
    slots.leave(four)  # gives up
    slots.leave(one)
    slots.leave(one)
    assert repr(slots) == "<1 of 2 in flight, 0 waiting>"
    slots.leave(three)
    assert repr(slots) == "<0 of 2 in flight, 0 waiting>"


@given(st.integers(1, 3), st.lists(st.tuples(st.booleans(), st.integers(0, 9))))
def test_the_books_are_always_right(width: int, steps: list[tuple[bool, int]]) -> None:
    slots = Slots[Waiting](width)
    holders: list[Waiting] = []
    for take, number in steps:
        if take or not holders:
            holders.append(Waiting())
            slots.take(holders[-1])
        else:
            slots.leave(holders.pop(number % len(holders)))
        held = [each for each in holders if each.held]
        assert len(held) + slots.free == width
        assert len(held) == min(width, len(holders))
        assert [each for each in holders if not each.held] == list(slots.waiting)


class Interrupt(BaseException):
    """What comes between two calls, such as KeyboardInterrupt."""


def interrupted(slots: Slots[Waiting], holder: Waiting, at: int) -> bool:
    """Leave, with an interrupt before the `at`-th call into or out of a function. Whether it came."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        if frame.f_code.co_name in ("leave", "wake"):
            count += 1
            if count == at:
                sys.setprofile(None)
                raise Interrupt

    sys.setprofile(profile)
    try:
        slots.leave(holder)
    except Interrupt:
        return True
    finally:
        sys.setprofile(None)
    return False


@pytest.mark.parametrize("crowd", [0, 1, 2])
def test_no_interrupt_loses_a_slot_or_forgets_to_wake_anybody(crowd: int) -> None:
    at = 1
    came = True
    while came:
        at += 1
        slots = Slots[Waiting](1)
        holder, *waiting = (Waiting() for _ in range(1 + crowd))
        for each in (holder, *waiting):
            slots.take(each)
        came = interrupted(slots, holder, at)
        slots.leave(holder)  # as whoever holds a permit does behind any exception
        if waiting:
            assert [each.held for each in waiting] == [True] + [False] * (crowd - 1)
            assert waiting[0].woken >= 1
            assert list(slots.waiting) == waiting[1:]
        else:
            assert slots.free == 1
        assert not holder.held
    assert at >= (3, 8, 10)[crowd]
