"""What `run` and `map` take: their arguments as one value each, and the options that both share."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict

from .._numbers import as_number
from .._runs.display import Show
from ..errors import ConfigurationError
from ..types.prices import Prices
from .calls.call import Call
from .rows.files import Format
from .run.budget import Budget
from .run.concurrency import Concurrency
from .run.progress import Progress

PathLike: TypeAlias = str | os.PathLike[str]
Rows: TypeAlias = PathLike | Iterable[object] | AsyncIterable[object]
Request: TypeAlias = Callable[..., Call[object]]
Key: TypeAlias = str | Callable[..., object]
Output: TypeAlias = Callable[..., object]


class MapOptions(TypedDict, total=False):
    """Options of `map`, and of `run` too.

    Attributes:
        concurrency: Rows in flight. 64 by default, and at most the client's `Limits(concurrency=...)`. "auto" finds the
            number that the service takes well. A `Concurrency` may change the number while the rows run.
        retries: How often to try a row again that failed for a transient reason, after the client's own attempts and
            after waits of up to 30 s. 4 by default. Transient reasons are lost connections, 408, 429, 5xx and replies
            that cannot be read.
        abort_after: Abort the batch after this many failures that are all alike, without a success among them. 20 by
            default, and ten times as many once a row has succeeded. 401 and 402 abort at once; 403 and 404 do if no
            row has succeeded. None: never abort.
        format: The format of the source, if its name does not show it.
        shard: Run a part of the rows only: "2/8" is every eighth row, beginning with the second. Eight machines with
            one part and one output each run the whole source. Keys of the other parts count as well: a row whose key
            an earlier row of any part has raises `DuplicateKeyError` (`map` does not compare keys).
    """

    concurrency: int | Literal["auto"] | Concurrency | None
    retries: int
    abort_after: int | None
    format: Format | None
    shard: str | None


class RunOptions(MapOptions, total=False):
    """Options of `run`.

    Attributes:
        retry_failed: Run the rows again that failed in earlier runs.
        force: Continue even if the output belongs to another batch.
        fingerprint: Anything else that a resumed batch must have in common with the first run, such as the version of
            a prompt.
        budget: What the batch may use up.
        progress: How to show progress: "bar", "log", "none", a function of a `Progress`, or "auto": a bar on a terminal
            if rich is installed, otherwise a line in the log `baseten_sdk.batch` every 15 s.
        signals: Handle Ctrl-C and SIGTERM in the main thread: the first stops the batch, the second stops it at once.
        hint: What to say about resuming, such as the command.
        skip_rows_of: Another output of the same batch, whose rows are skipped.
        prices: What tokens cost, as `client.models.prices()` returns it, so that the report has dollars.
    """

    retry_failed: bool
    force: bool
    fingerprint: str | None
    budget: Budget | None
    progress: Show[Progress]
    signals: bool
    hint: str
    skip_rows_of: PathLike | None
    prices: Prices | None


@dataclass(frozen=True, slots=True)
class RunArguments:
    """The arguments of `run`, as the caller gave them."""

    source: Rows
    sink: PathLike
    request: Request | None
    key: Key | None
    output: Output | None
    row_type: type[object] | None
    options: RunOptions


@dataclass(frozen=True, slots=True)
class MapArguments:
    """The arguments of `map`, as the caller gave them."""

    source: Rows
    request: Request | None
    key: Key | None
    row_type: type[object] | None
    ordered: bool
    window: int | None
    options: MapOptions


def check_options(options: Mapping[str, object], known: type[MapOptions]) -> None:
    """Refuse unknown options and invalid values.

    `concurrency`, `format`, `shard` and `progress` are checked where they are read.

    Raises:
        ConfigurationError: An option is unknown or invalid.
    """
    unknown = sorted(options.keys() - known.__annotations__.keys())
    if unknown:
        raise ConfigurationError(f"Unknown option {unknown[0]!r}. The options are {', '.join(known.__annotations__)}.")
    for name, least in (("retries", 0), ("abort_after", 1)):
        value = as_number(options.get(name))
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            raise ConfigurationError(f"{name} must be an integer of at least {least}, not {value!r}.")
    for name in ("fingerprint", "hint"):
        if not isinstance(options.get(name), str | None):
            raise ConfigurationError(f"{name} must be a string, not {options[name]!r}.")
    if not isinstance(options.get("skip_rows_of"), str | os.PathLike | None):
        raise ConfigurationError(f"skip_rows_of must be a path, not {options['skip_rows_of']!r}.")
    if not isinstance(options.get("budget"), Budget | None):
        raise ConfigurationError(f"budget must be a Budget, not {options['budget']!r}.")
    if not isinstance(options.get("prices"), Prices | None):
        raise ConfigurationError("prices must be what client.models.prices() returns.")


def check_functions(request: object, key: object, output: object = None) -> None:
    """Refuse what is not a function of a row, or of a result.

    Raises:
        ConfigurationError: One of them is something else. The message has an example.
    """
    examples = (
        ("request", request, "batch.chat(model=..., messages=[...])"),
        ("key", key, 'row["id"]'),
        ("output", output, "ok.value.text"),
    )
    for name, value, example in examples:
        if value is None or callable(value) or (name == "key" and isinstance(value, str)):
            continue
        taken = "ok" if name == "output" else "row"
        what = "one call" if isinstance(value, Call) else f"a {type(value).__name__}"
        raise ConfigurationError(f"{name} must be a function, such as lambda {taken}: {example}, not {what}.")
