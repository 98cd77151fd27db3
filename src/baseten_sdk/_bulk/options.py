"""The options of calls with many inputs, and such a call as one value."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Sequence, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar

from .._core.request.options import Options
from .._core.texts.call import TextCall
from .._core.texts.cutting import Cutting, TruncationDirection, texts_of
from .._core.texts.gathering import OnFailure
from .._runs.display import Show
from ..batch.run.concurrency import Concurrency, choose_concurrency
from ..config import CallOptions
from ..errors import ConfigurationError, InvalidRequestError
from ..types.many import InputProgress

if TYPE_CHECKING:
    from .._async.calls.service import AsyncService
    from .._sync.calls.service import Service

V = TypeVar("V")

Texts: TypeAlias = Iterable[str] | AsyncIterable[str]
"""Texts in any number. An iterator is read as its texts are needed: one that blocks, in a worker thread."""


class ManyOptions(CallOptions, total=False):
    """Options of the methods that take any number of inputs. `deadline` bounds all requests together.

    Attributes:
        max_batch: The most inputs of one request. 128 by default.
        max_chars: The most characters of one request.
        max_tokens: The most tokens of one request, by an estimate that learns from the usage of replies.
        concurrency: Requests in flight. "auto", the default, finds the number that the engine takes well, up to the
            client's `Limits(concurrency=...)`.
        on_failure: "raise", the default: the first input that fails ends the call; what had come is in the error's
            `results`. "keep": the call continues without it, and the result lists it in `failures`. What every other
            input would fail with too (the key, the credit, the deadline) is always raised.
        progress: How to show progress: "bar", "log", "none", a function of an `InputProgress`, or "auto", the default:
            a call that takes longer than two seconds gets a bar on a terminal if rich is installed, otherwise a line
            in the log `baseten_sdk` every 15 s.
    """

    max_batch: int | None
    max_chars: int | None
    max_tokens: int | None
    concurrency: int | Literal["auto"] | Concurrency | None
    on_failure: OnFailure
    progress: Show[InputProgress]


OWN = ManyOptions.__annotations__.keys() - CallOptions.__annotations__.keys()


@dataclass(frozen=True, slots=True)
class Bulk(Generic[V]):
    """One call with many texts.

    Attributes:
        what: What it makes, for the display.
        rows: How many there are. None if the source does not say.
    """

    what: str
    texts: Texts
    rows: int | None
    call: TextCall[V]
    options: Options
    cutting: Cutting
    concurrency: Concurrency
    on_failure: OnFailure
    progress: Show[InputProgress]


def bulk(
    service: AsyncService | Service,
    what: str,
    texts: object,
    call: TextCall[V],
    truncate: bool | None,
    truncation_direction: TruncationDirection | None,
    given: ManyOptions,
) -> Bulk[V]:
    """Build a call.

    Raises:
        InvalidRequestError: The texts are of another kind, or one of a list cannot be sent.
        ConfigurationError: An option is invalid.
    """
    options = service.options.merged(_call_options(given))
    on_failure = given.get("on_failure", "raise")
    if on_failure not in ("raise", "keep"):
        raise ConfigurationError(f'on_failure must be "raise" or "keep", not {on_failure!r}.')
    if truncation_direction not in (None, "Left", "Right"):
        raise InvalidRequestError(f'truncation_direction must be "Left" or "Right", not {truncation_direction!r}.')
    end = (truncation_direction or "Right") if truncate else None
    cutting = Cutting(given.get("max_batch"), given.get("max_chars"), given.get("max_tokens"), end)
    concurrency = choose_concurrency(given.get("concurrency") or "auto", service.caller.limits.concurrency)
    source = texts_of(texts)
    if not isinstance(source, Iterable | AsyncIterable):
        raise InvalidRequestError(f"texts must be something to iterate over, not {type(texts).__name__}.")
    if isinstance(source, Sequence) and on_failure == "raise":
        cutting.check(source)
    rows = len(source) if isinstance(source, Sized) else None
    return Bulk(what, source, rows, call, options, cutting, concurrency, on_failure, given.get("progress", "auto"))


def _call_options(given: ManyOptions) -> CallOptions:
    """Return the options of each request."""
    options = given.copy()
    for name in OWN:
        options.pop(name, None)  # type: ignore[misc]  # names of the options themselves
    return options
