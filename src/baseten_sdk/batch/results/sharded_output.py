"""The output of a batch that several processes share: a file for each shard while they run, one file in the end.

The file of a shard is an output like any other, with its own manifest and failures. Joining them may be interrupted at
any moment: the joined file replaces the old one as a whole, and a result that it already has is not added again.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from ..._runs.durable import whole_lines
from ..._runs.replacement import replace
from ...errors import BatchOutputError
from ..rows.keys import KeyTable
from ..rows.shard import Shard
from .lines import Lines, OwnLines
from .manifest import SUFFIX, Manifest
from .openai_lines import OpenAILines
from .output import Output, failed_path, known_as

SEEN = 1


def shard_path(sink: Path, shard: Shard) -> Path:
    """Return where a process writes its shard: `out.part-2-of-8.jsonl` for `out.jsonl`."""
    return sink.with_name(f"{sink.stem}.part-{shard.index}-of-{shard.count}{sink.suffix}")


class ShardedOutput:
    """An output that several processes fill, each with its shard. It is locked while they run, like any other output.

    Args:
        sink: The output. Its lines stay.
        count: The number of shards.
        openai: Whether the lines are those of OpenAI's batch files.

    Raises:
        BatchLockedError: Another process writes to the output.
        BatchOutputError: It cannot be written.
    """

    def __init__(self, sink: Path, count: int, *, openai: bool) -> None:
        self._sink = sink
        self._shards = [shard_path(sink, Shard(index, count)) for index in range(1, count + 1)]
        for path in self._shards:
            if os.path.islink(path):
                raise BatchOutputError(f"{path} is a symbolic link, which is not followed here. Delete it.")
        self._lines: Lines[object, object] = OpenAILines() if openai else OwnLines()
        self._output = Output(sink, self._lines)

    @property
    def failures(self) -> Path:
        """The file of failures."""
        return failed_path(self._sink)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._output.close()

    def join(self, *, retry_failed: bool) -> None:
        """Make one output of the shards, and delete their files. Every row must have its outcome.

        Args:
            retry_failed: Whether the failures of earlier runs were run again, so that the shards have all failures.

        Raises:
            BatchOutputError: It cannot be written, or another program has changed it.
        """
        keys = KeyTable()
        self._output.done.rewrite(_new([self._sink, *self._shards], self._lines, keys))
        earlier = [] if retry_failed else [failed_path(self._sink)]
        self._output.failed.rewrite(_new([*earlier, *map(failed_path, self._shards)], self._lines, keys))
        _keep_manifest(self._sink, self._shards)
        for path in self._shards:
            for each in (path, failed_path(path), path.with_name(path.name + SUFFIX)):
                each.unlink(missing_ok=True)


def _new(paths: Sequence[Path], lines: Lines[object, object], keys: KeyTable) -> Iterator[bytes]:
    """Yield the lines of files, without those of keys that came before."""
    for path in paths:
        for line in whole_lines(path):
            name = lines.name_of(line)
            if keys.put(known_as(name), SEEN) != SEEN:
                yield line


def _keep_manifest(sink: Path, shards: Sequence[Path]) -> None:
    """Write the manifest of the joined output: that of its shards, without the shard."""
    for path in shards:
        with suppress(OSError, ValueError):
            manifest = Manifest.of_json(path.with_name(path.name + SUFFIX).read_text(encoding="utf-8"))
            source = {name: value for name, value in manifest.source.items() if name != "shard"}
            text = dataclasses.replace(manifest, source=source).to_json()
            replace(sink.with_name(sink.name + SUFFIX), [text.encode()])
            return
