"""From the arguments of `run` and `map` to what runs: checks, defaults, and the choice of source and lines.

The overloads of the resource tie the types of rows and results together; here they are any objects.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .._numbers import as_number
from .._runs.display import display_of
from ..errors import ConfigurationError
from .options import MapArguments, MapOptions, Rows, RunArguments, RunOptions, check_functions, check_options
from .results.lines import Lines, OwnLines
from .results.openai_lines import OpenAILines, openai_request
from .results.outcomes import AsyncOutcomes
from .results.output_path import output_path
from .rows.file_source import FileSource
from .rows.files import Format
from .rows.iterable_source import AsyncIterableSource, IterableSource
from .rows.row_type import DictRows, RowType, TypedRows
from .rows.shard import Shard
from .rows.source import Source
from .run.batch_run import BatchRun
from .run.budget import Budget
from .run.concurrency import Concurrency, FixedConcurrency, choose_concurrency
from .run.map_run import MapRun
from .run.plan import ABORT_AFTER, HINT, RETRIES, Plan
from .run.progress import subject_of

if TYPE_CHECKING:
    from .. import AsyncClient

CONCURRENCY = 64
"""Rows in flight by default."""


def prepare_run(client: AsyncClient, given: RunArguments) -> BatchRun[object, object]:
    """Return a batch that is ready to run.

    Raises:
        ConfigurationError: An argument is invalid, or the source is missing.
    """
    options = given.options
    check_options(options, RunOptions)
    check_functions(given.request, given.key, given.output)
    concurrency = _concurrency(client, options)
    source = _source(given.source, given.row_type, options.get("format"))
    path = output_path(given.sink, given.source)
    also = options.get("skip_rows_of")
    plan = Plan(
        source=source,
        sink=path,
        request=given.request or openai_request(),
        lines=_lines(given),
        concurrency=concurrency,
        display=display_of(options.get("progress", "auto"), subject_of(path.name)),
        lookahead=_lookahead(client, concurrency, source),
        key=given.key,
        budget=options.get("budget") or Budget(),
        abort_after=_abort_after(options),
        retries=int(options.get("retries", RETRIES)),
        retry_failed=options.get("retry_failed", False),
        force=options.get("force", False),
        fingerprint=options.get("fingerprint"),
        signals=options.get("signals", True),
        hint=options.get("hint", HINT),
        skip_rows_of=None if also is None else Path(also),
        shard=_shard(options),
        prices=options.get("prices"),
    )
    return BatchRun(client, plan)


def prepare_map(client: AsyncClient, given: MapArguments) -> AsyncOutcomes[object, object]:
    """Return outcomes that are ready to be iterated over.

    Raises:
        ConfigurationError: An argument is invalid, or the source is missing.
    """
    options = given.options
    check_options(options, MapOptions)
    check_functions(given.request, given.key)
    concurrency = _concurrency(client, options)
    window = 4 * concurrency.current if given.window is None else as_number(given.window)
    if isinstance(window, bool) or not isinstance(window, int) or window < 1:
        raise ConfigurationError(f"window must be an integer of at least 1, not {window!r}.")
    source = _source(given.source, given.row_type, options.get("format"))
    run: MapRun[object, object] = MapRun(
        client=client,
        source=source,
        request=given.request or openai_request(),
        concurrency=concurrency,
        lookahead=_lookahead(client, concurrency, source),
        key=given.key,
        abort_after=_abort_after(options),
        retries=int(options.get("retries", RETRIES)),
        shard=_shard(options),
    )
    return AsyncOutcomes(run, window, ordered=given.ordered)


def _source(given: Rows, row_type: type[object] | None, format: Format | None) -> Source[object]:
    if isinstance(given, str | os.PathLike):
        if "://" in os.fspath(given):
            raise ConfigurationError(
                f"{os.fspath(given)}: only local files can be read. Copy it here, or pass the rows themselves, such as "
                "those of a file that fsspec opened."
            )
        reader: RowType[object] = DictRows() if row_type is None else TypedRows(row_type)
        return FileSource(Path(given), reader, format)
    if row_type is not None:
        raise ConfigurationError("row_type= is for files. Rows of the program have their types already.")
    if isinstance(given, AsyncIterable):
        return AsyncIterableSource(given)
    if isinstance(given, Iterable) and not isinstance(given, bytes):
        return IterableSource(given)
    raise ConfigurationError(f"source must be a path or an iterable, not {type(given).__name__}.")


def _lines(given: RunArguments) -> Lines[object, object]:
    if given.request is not None and not isinstance(given.request, openai_request):
        return OwnLines(given.output)
    if given.output is not None:
        raise ConfigurationError("output= needs request=: the lines of OpenAI's batch files have a form of their own.")
    return OpenAILines()


def _concurrency(client: AsyncClient, options: MapOptions) -> Concurrency:
    most = client.limits.concurrency
    given = options.get("concurrency")
    return choose_concurrency(min(CONCURRENCY, most) if given is None else given, most)


def _shard(options: MapOptions) -> Shard | None:
    text = options.get("shard")
    return None if text is None else Shard.parse(text)


def _abort_after(options: MapOptions) -> int | None:
    given = options.get("abort_after", ABORT_AFTER)
    return None if given is None else int(given)


def _lookahead(client: AsyncClient, concurrency: Concurrency, source: Source[object]) -> int:
    """Return how many rows to read ahead: many of a file; of a program's rows no more than can be in flight."""
    if source.lookahead is not None:
        return source.lookahead
    return concurrency.current if isinstance(concurrency, FixedConcurrency) else client.limits.concurrency
