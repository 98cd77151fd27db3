"""Shows a run: as a bar on a terminal, log lines, calls of a function, or not at all. Batches and ledgers use it.

It must not know what they count: a snapshot of a run is any object whose `str` is a log line.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeAlias, TypeVar

from .._terminal import is_terminal, say
from ..errors import ConfigurationError
from .progress_view import Subject

if TYPE_CHECKING:
    from types import TracebackType

P = TypeVar("P")
P_contra = TypeVar("P_contra", contravariant=True)

Show: TypeAlias = Literal["auto", "bar", "log", "none"] | Callable[[P], object]
"""How to show a run: automatic, a bar, log lines, not at all, or a function to call with each update."""

CALLBACK_SECONDS = 0.5
LOG_SECONDS = 15.0


class Display(Protocol[P_contra]):
    """Shows a run from time to time."""

    @property
    def every(self) -> float:
        """Seconds between two updates."""
        ...

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...

    def show(self, progress: P_contra, /) -> None:
        """Show the current state."""
        ...

    def say(self, text: str, /) -> None:
        """Show a message to the user."""
        ...


def display_of(show: Show[P], subject: Subject[P]) -> Display[P]:
    """Return the display for a run.

    Raises:
        ConfigurationError: The display is unknown, or it is a bar and rich is not installed.
    """
    if callable(show):
        return _Callback(show, CALLBACK_SECONDS)
    if show == "auto":
        has_rich = importlib.util.find_spec("rich") is not None
        show = "bar" if is_terminal(sys.stderr) and has_rich else "log"
    match show:
        case "bar":
            return _bar(subject)
        case "log":
            return _Callback(lambda progress: subject.logger.info("%s", progress), LOG_SECONDS)
        case "none":
            return _Callback(lambda progress: None, LOG_SECONDS)
        case _:
            raise ConfigurationError(f'progress must be "auto", "bar", "log", "none" or a function, not {show!r}.')


class _Callback(Generic[P_contra]):
    def __init__(self, call: Callable[[P_contra], object], every: float) -> None:
        self.every = every
        self._call = call

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, progress: P_contra, /) -> None:
        self._call(progress)

    def say(self, text: str, /) -> None:
        say(text)


def _bar(subject: Subject[P]) -> Display[P]:
    try:
        from .bar import Bar
    except ImportError:
        raise ConfigurationError(f"progress=\"bar\" needs rich: pip install 'baseten-sdk[{subject.extra}]'.") from None
    return Bar(subject)
