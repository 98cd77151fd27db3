"""Which process and event loop a call runs in. Connections belong to one of them and are never used in another."""

from __future__ import annotations

import asyncio
import os

import anyio.lowlevel


class AsyncHome:
    """The running event loop, of whichever library."""

    @staticmethod
    def current() -> tuple[int, object]:
        """A value that is equal for two calls only if they may share connections."""
        try:
            return os.getpid(), asyncio.get_running_loop()
        except RuntimeError:
            return os.getpid(), anyio.lowlevel.current_token()


class Home:
    """The process; all threads of it share connections."""

    @staticmethod
    def current() -> tuple[int, object]:
        """A value that is equal for two calls only if they may share connections."""
        return os.getpid(), None
