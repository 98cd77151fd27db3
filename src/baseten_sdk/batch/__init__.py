"""Batches: a great many calls from one source, each row with exactly one outcome.

    report = await client.batch.run(
        "in.jsonl", "out.jsonl",
        request=lambda row: batch.chat(model="openai/gpt-oss-120b", messages=[user(str(row["text"]))]),
    )

It owns the public names; they are bound when they are asked for. It stands on the public API of the package, as a
program of its users would.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._runs.feed import Feed as Feed, Row as Row
    from ..types.batch import Failed as Failed, Ok as Ok, Outcome as Outcome, Report as Report
    from .calls.call import Call as Call, Target as Target
    from .calls.calls import (
        chat as chat,
        custom as custom,
        embeddings as embeddings,
        parse as parse,
        path as path,
        predict as predict,
        sync as sync,
    )
    from .calls.recipe import Recipe as Recipe
    from .options import MapOptions as MapOptions, RunOptions as RunOptions
    from .results.openai_lines import openai_request as openai_request
    from .results.outcomes import AsyncOutcomes as AsyncOutcomes, Outcomes as Outcomes
    from .rows.row_type import FileRow as FileRow
    from .run.adaptive_concurrency import AutoLevel as AutoLevel
    from .run.budget import Budget as Budget
    from .run.engine import FixedLevel as FixedLevel, Gauge as Gauge, Level as Level, run_rows as run_rows
    from .run.progress import Progress as Progress
    from .run.stop import Stop as Stop

_NAMES = {
    "..types.batch": "Failed Ok Outcome Report",
    ".auto_level": "AutoLevel",
    ".budget": "Budget",
    ".call": "Call Target",
    ".calls": "chat custom embeddings parse path predict sync",
    ".engine": "FixedLevel Gauge Level run_rows",
    ".feed": "Feed Row",
    ".openai_lines": "openai_request",
    ".options": "MapOptions RunOptions",
    ".outcomes": "AsyncOutcomes Outcomes",
    ".progress": "Progress",
    ".recipe": "Recipe",
    ".row_type": "FileRow",
    ".stop": "Stop",
}
"""What is public, by the module that it is loaded from."""

_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
