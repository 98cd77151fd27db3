"""From the arguments of `run` and `map` to what runs: the checks, the defaults, and the choice of source and lines.

The types of rows and results are known to the callers, whose overloads tie them together; here they are any objects.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .._runs.display import display_of
from .._runs.feed import Feed
from ..errors import ConfigurationError
from ..types.batch import Failed, Outcome
from .calls.call import Call
from .options import CONCURRENCY, MapOptions, RunOptions, check_options
from .results.lines import Lines, OwnLines
from .results.openai_lines import OpenAILines, openai_request
from .results.outcomes import AsyncOutcomes, Exchange
from .rows.files import FORMATS
from .rows.intake import Place, choose_key, every_row
from .rows.row_type import Plain, RowType, Typed
from .rows.shard import Shard
from .rows.source import FileSource, Source, source_of
from .run.adaptive_concurrency import AdaptiveConcurrency
from .run.batch_run import BatchPlan, BatchRun, make_call
from .run.breaker import CircuitBreaker
from .run.budget import Budget
from .run.engine import Concurrency, FixedConcurrency, Gauge, run_rows
from .run.progress import subject_of
from .run.stop import Stop

if TYPE_CHECKING:
    from .. import AsyncClient

PathLike: TypeAlias = str | os.PathLike[str]
Rows: TypeAlias = PathLike | Iterable[object] | AsyncIterable[object]
Request: TypeAlias = Callable[..., Call[object]]
Key: TypeAlias = str | Callable[..., object]

COMPRESSED = frozenset({".gz", ".zst", ".bz2", ".xz"})

MOST_AHEAD = 1024
"""Rows that are read ahead at most, and a mebibyte of them."""

GRACE = 30.0


def job(
    client: AsyncClient,
    source: Rows,
    sink: PathLike,
    request: Request | None,
    key: Key | None,
    output: Callable[..., object] | None,
    row_type: type[object] | None,
    options: RunOptions,
) -> BatchRun[object, object]:
    """A job that is ready to run.

    Raises:
        ConfigurationError: an argument cannot be, or the source is not there.
    """
    path = Path(sink)
    if path.suffix in COMPRESSED:
        raise ConfigurationError(f"{path}: an output that is appended to cannot be compressed; compress it at the end.")
    if FORMATS.get(path.suffix, "jsonl") != "jsonl":
        raise ConfigurationError(
            f"{path}: the output is JSON lines, as they can be appended to; end its name in .jsonl."
        )
    check_options(options, RunOptions)
    level = level_of(client, options)
    rows, place = rows_of(source, row_type, options)
    if isinstance(source, str | os.PathLike) and path.exists() and path.samefile(source):
        raise ConfigurationError(f"{path} is the source; the output must be another file.")
    lines: Lines[object, object] = OwnLines(output)
    if request is None or isinstance(request, openai_request):
        if output is not None:
            raise ConfigurationError("output= goes with request=; OpenAI's batch files have lines of their own.")
        lines = OpenAILines()
    also = options.get("skip_rows_of")
    plan = BatchPlan(
        source=rows,
        sink=path,
        request=request or openai_request(),
        lines=lines,
        level=level,
        display=display_of(options.get("progress", "auto"), subject_of(path.name)),
        key=key,
        budget=options.get("budget") or Budget(),
        abort_after=options.get("abort_after", 20),
        retries=options.get("retries", 4),
        lookahead=_lookahead(client, level, place),
        retry_failed=options.get("retry_failed", False),
        force=options.get("force", False),
        fingerprint=options.get("fingerprint"),
        signals=options.get("signals", True),
        hint=options.get("hint", "The same call goes on where this one stopped."),
        place=place,
        skip_rows_of=None if also is None else Path(also),
        shard=shard_of(options),
    )
    return BatchRun(client, plan)


def outcomes(
    client: AsyncClient,
    source: Rows,
    request: Request | None,
    key: Key | None,
    row_type: type[object] | None,
    ordered: bool,
    window: int | None,
    options: MapOptions,
) -> AsyncOutcomes[object, object]:
    """Outcomes that are ready to be asked for.

    Raises:
        ConfigurationError: an argument cannot be, or the source is not there.
    """
    check_options(options, MapOptions)
    level = level_of(client, options)
    rows, place = rows_of(source, row_type, options)
    shard = shard_of(options)
    width = 4 * level.current if window is None else window
    if isinstance(width, bool) or width < 1:
        raise ConfigurationError(f"window must be an integer of at least 1, not {width!r}.")
    abort_after, retries = options.get("abort_after", 20), options.get("retries", 4)
    asked = request or openai_request()

    async def run(exchange: Exchange[object, object]) -> None:
        stop, gauge = Stop(), Gauge()
        verdict: CircuitBreaker[object] = CircuitBreaker(abort_after, level.current)
        admit = every_row(choose_key(key, await rows.first()), place, shard)

        async def perform(row: object) -> object:
            return await make_call(asked, row).make(client)

        async def deliver(at: int, outcome: Outcome[object, object]) -> None:
            if isinstance(outcome, Failed):
                verdict.failure(outcome, in_flight=gauge.in_flight)
                if verdict.hopeless is not None:
                    stop.request(verdict.hopeless, grace=GRACE)
            else:
                verdict.success()
            await exchange.deliver(at, outcome)

        feed = Feed(rows.supply(admit, shard), lookahead=_lookahead(client, level, place))
        await run_rows(feed, perform, deliver, level=level, stop=stop, retries=retries, gauge=gauge)
        if stop.error is not None:
            raise stop.error

    return AsyncOutcomes(run, width, ordered=ordered)


def level_of(client: AsyncClient, options: MapOptions) -> Concurrency:
    """How many rows may be in flight.

    Raises:
        ConfigurationError: it is no number of at least 1, or more than the client allows.
    """
    most = client.limits.concurrency
    asked = options.get("concurrency")
    if asked is None:
        return FixedConcurrency(min(CONCURRENCY, most))
    if asked == "auto":
        return AdaptiveConcurrency(most)
    if isinstance(asked, str):
        raise ConfigurationError(f'concurrency must be a number, "auto" or a Level, not {asked!r}.')
    if not isinstance(asked, int):
        return asked
    if isinstance(asked, bool) or asked < 1:
        raise ConfigurationError(f"concurrency must be an integer of at least 1, not {asked!r}.")
    if asked > most:
        raise ConfigurationError(
            f"concurrency={asked} is more than the client's {most}: make it with Limits(concurrency={asked})."
        )
    return FixedConcurrency(asked)


def rows_of(source: Rows, row_type: type[object] | None, options: MapOptions) -> tuple[Source[object], Place]:
    """Where the rows come from, and what their numbers count.

    Raises:
        ConfigurationError: the source is not there, or is none.
    """
    if isinstance(source, str | os.PathLike):
        if "://" in os.fspath(source):
            raise ConfigurationError(
                f"{os.fspath(source)}: files are read from this machine. Copy it, or pass the rows themselves, "
                "such as those of a file that fsspec has opened."
            )
        reader: RowType[object] = Plain() if row_type is None else Typed(row_type)
        return FileSource(Path(source), reader, options.get("format")), "line"
    if row_type is not None:
        raise ConfigurationError("row_type= is for files; the rows of the program have their types already.")
    return source_of(source), "row"


def shard_of(options: MapOptions) -> Shard | None:
    """The part of the rows that is to be run; None for all.

    Raises:
        ConfigurationError: it is none.
    """
    part = options.get("shard")
    return None if part is None else Shard.parse(part)


def _lookahead(client: AsyncClient, level: Concurrency, place: Place) -> int:
    """Rows to read ahead: of a file a good many, of a program's rows no more than can be in flight."""
    width = level.current if isinstance(level, FixedConcurrency) else client.limits.concurrency
    return MOST_AHEAD if place == "line" else width
