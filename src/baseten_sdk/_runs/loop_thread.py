"""An event loop in a thread, for those who have none."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import anyio
from anyio.from_thread import BlockingPortal


def open_portal() -> BlockingPortal:
    """Start an event loop in a thread; it ends with the portal, and does not keep the process from ending."""
    started: Future[BlockingPortal] = Future()

    async def serve() -> None:
        async with BlockingPortal() as portal:
            started.set_result(portal)
            await portal.sleep_until_stopped()

    def run() -> None:
        try:
            anyio.run(serve)
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
                return
            raise

    threading.Thread(target=run, name="baseten-batch", daemon=True).start()
    return started.result()


def end_portal(portal: BlockingPortal) -> None:
    """End what runs in it, from any thread, and wait for nothing."""
    try:
        portal.start_task_soon(portal.stop, True)
    except RuntimeError:
        return  # it has ended already
