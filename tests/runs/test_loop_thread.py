"""The thread of an event loop: a call that it never runs, because an interrupt ended it."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from anyio import to_thread

from baseten_sdk._runs.loop_thread import LoopThread


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_call_that_is_never_run_ends_with_the_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    thread = LoopThread()
    lost = threading.Event()

    async def leave() -> None:
        await to_thread.run_sync(lost.wait)
        raise SystemExit("enough")

    async def never() -> None:
        raise AssertionError("it is never run")

    def start(*_: object) -> Future[None]:
        lost.set()
        return Future()

    thread.portal.start_task_soon(leave)
    monkeypatch.setattr(thread.portal, "start_task_soon", start)
    with pytest.raises(SystemExit, match="enough"):
        thread.call(never)
