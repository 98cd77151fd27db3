"""What `run` and `map` take besides the rows and what to do with them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, TypedDict

from .._runs.display import Show
from ..errors import ConfigurationError
from .rows.files import Format
from .run.budget import Budget
from .run.engine import Concurrency
from .run.progress import Progress

CONCURRENCY = 64
"""Rows in flight unless something else is asked for."""


class MapOptions(TypedDict, total=False):
    """Options of `map`, and of `run` too.

    Attributes:
        concurrency: rows in flight; 64 unless set, at most the client's `Limits(concurrency=...)`. "auto" finds as many
            as the service takes well. A `Concurrency` may change it while the rows run.
        retries: how often a row that failed for a passing reason is tried again, after the client's own attempts and
            after up to 30 s; 4 unless set. Passing are lost connections, 408, 429, 5xx, and unreadable replies.
        abort_after: failures, all alike and with no success among them, after which the batch ends; 20 unless set,
            ten times as many once something has succeeded. 401 and 402 end it at once, 403 and 404 if nothing has
            succeeded. None: nothing does.
        format: what is in the source, where its name does not say so.
        shard: run a part of the rows only: "2/8" is every eighth, beginning with the second. Eight machines that have a
            part and an output each run the whole. The keys of the other parts are read too, so that a row whose key an
            earlier row of any part has is a `DuplicateKeyError`, as it is without parts (`map` minds no keys).
    """

    concurrency: int | Literal["auto"] | Concurrency | None
    retries: int
    abort_after: int | None
    format: Format | None
    shard: str | None


class RunOptions(MapOptions, total=False):
    """Options of `run`.

    Attributes:
        retry_failed: take up again the rows that earlier runs failed.
        force: go on although the output belongs to another job.
        fingerprint: what else a resumed job is to be compared by, such as the version of a prompt.
        budget: what the job may use up.
        progress: how to show it: "bar", "log", "none", a function of a `Progress`, or "auto": a bar on a terminal where
            rich is installed, else a line to the log `baseten_sdk.batch` every 15 s.
        signals: obey Ctrl-C and SIGTERM in the main thread: the first stops, the second stops at once.
        hint: what to say about going on later, such as the command.
        skip_rows_of: another output of the same job; its rows are passed over.
    """

    retry_failed: bool
    force: bool
    fingerprint: str | None
    budget: Budget | None
    progress: Show[Progress]
    signals: bool
    hint: str
    skip_rows_of: str | os.PathLike[str] | None


def check_options(options: Mapping[str, object], known: type[MapOptions]) -> None:
    """Refuse options that are none, and values that cannot be; `concurrency`, `format`, `shard` and `progress` are
    checked where they are read.

    Raises:
        ConfigurationError: one cannot be.
    """
    unknown = sorted(options.keys() - known.__annotations__.keys())
    if unknown:
        raise ConfigurationError(f"There is no option {unknown[0]!r}; there are {', '.join(known.__annotations__)}.")
    for name, least in (("retries", 0), ("abort_after", 1)):
        value = options.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            raise ConfigurationError(f"{name} must be an integer of at least {least}, not {value!r}.")
    if not isinstance(options.get("budget"), Budget | None):
        raise ConfigurationError(f"budget must be a Budget, not {options['budget']!r}.")
