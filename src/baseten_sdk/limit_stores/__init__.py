"""Stores for `Limits(shared=...)`: a file for the processes of one machine, Redis for those of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__):
    from ..types.limit_store import LimitStore as LimitStore, StateChange as StateChange
    from .file import FileLimitStore as FileLimitStore
    from .redis import RedisLimitStore as RedisLimitStore
