"""The path of an output: what it may be, and which files are beside it. It is checked before anything is written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from ..._runs.replacement import new_path
from ...errors import ConfigurationError
from ..rows.content import STDIN
from ..rows.files import FORMATS
from .manifest import manifest_path
from .output import failed_path

COMPRESSED = frozenset({".gz", ".zst", ".bz2", ".xz"})


def output_path(sink: str | os.PathLike[str], source: object = None) -> Path:
    """Return the path of an output.

    Args:
        sink: What the caller gave.
        source: The source of the batch. It matters only if it is a path.

    Raises:
        ConfigurationError: The output cannot be written there, or it would overwrite the source.
    """
    if not isinstance(sink, str | os.PathLike):
        raise ConfigurationError(f"sink must be a path, not {type(sink).__name__}.")
    path = Path(sink)
    if "\0" in os.fspath(path):
        raise ConfigurationError(f"{os.fspath(path)!r}: a path cannot have a NUL character.")
    if path.suffix in COMPRESSED:
        raise ConfigurationError(
            f"{path}: the output cannot be compressed, because a batch appends to it. Compress it at the end."
        )
    if FORMATS.get(path.suffix, "jsonl") not in ("jsonl", "json"):
        raise ConfigurationError(f"{path}: the output is JSON Lines. Give it a name that ends in .jsonl.")
    if os.path.exists(path) and not os.path.isfile(path):
        raise ConfigurationError(f"{path}: the output must be a regular file, because a resumed batch reads it.")
    parts = path.absolute().parts
    # /dev/stdout may lead to a file.
    if path == STDIN or (parts[1:2] in (("proc",), ("dev",)) and parts[2:3] != ("shm",)):
        raise ConfigurationError(f"{path}: the output must have files beside it. Write to a file, then print it.")
    if isinstance(source, str | os.PathLike) and Path(source) != STDIN:
        _check_apart(path, Path(source))
    return path


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the files that an output has, or may have: results, failures and manifest."""
    return path, failed_path(path), manifest_path(path)


def is_written(file: Path, others: Iterable[Path]) -> bool:
    """Whether writing other files writes to this one, under any of its names."""
    return any(_are_same(file, each) or _are_same(file, new_path(each)) for each in others)


def _are_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same regular file, or would if it existed."""
    first, second = _status(one), _status(other)
    if first is None or second is None:
        return first is second and os.path.realpath(one) == os.path.realpath(other)
    return stat.S_ISREG(first.st_mode) and os.path.samestat(first, second)


def _check_apart(path: Path, source: Path) -> None:
    if _are_same(path, source):
        raise ConfigurationError(f"{path} is the source. The output must be another file.")
    if is_written(source, files_of(path)):
        raise ConfigurationError(
            f"{source} is a file that the output {path} keeps beside it, so it cannot be the source. To run failed "
            "rows again, pass retry_failed=True with the source that they came from."
        )


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):  # ValueError: a NUL character in it
        return None
