"""`client.batch`: a great many calls from one source, to a file or back to the program."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ...batch.calls.call import Call
from ...batch.options import MapOptions, RunOptions
from ...batch.prepare import Key, PathLike, Request, Rows
from ...batch.results.outcomes import AsyncOutcomes
from ...batch.rows.row_type import FileRow
from ...batch.runner import AsyncRunner
from ...types.batch import Ok, Report
from ...types.response import Response

if TYPE_CHECKING:
    from ..client import AsyncClient

R = TypeVar("R")
T = TypeVar("T")


class AsyncBatch:
    """Batches of calls by a client."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    @overload
    async def run(
        self,
        source: PathLike,
        sink: PathLike,
        *,
        request: Callable[[FileRow], Call[T]],
        key: str | Callable[[FileRow], object] | None = None,
        output: Callable[[Ok[FileRow, T]], object] | None = None,
        row_type: None = None,
        **options: Unpack[RunOptions],
    ) -> Report: ...

    @overload
    async def run(
        self,
        source: PathLike,
        sink: PathLike,
        *,
        request: Callable[[R], Call[T]],
        row_type: type[R],
        key: str | Callable[[R], object] | None = None,
        output: Callable[[Ok[R, T]], object] | None = None,
        **options: Unpack[RunOptions],
    ) -> Report: ...

    @overload
    async def run(self, source: PathLike, sink: PathLike, **options: Unpack[RunOptions]) -> Report: ...

    @overload
    async def run(
        self,
        source: Iterable[R] | AsyncIterable[R],
        sink: PathLike,
        *,
        request: Callable[[R], Call[T]],
        key: str | Callable[[R], object] | None = None,
        output: Callable[[Ok[R, T]], object] | None = None,
        row_type: None = None,
        **options: Unpack[RunOptions],
    ) -> Report: ...

    async def run(
        self,
        source: Rows,
        sink: PathLike,
        *,
        request: Request | None = None,
        key: Key | None = None,
        output: Callable[..., object] | None = None,
        row_type: type[object] | None = None,
        **options: Unpack[RunOptions],
    ) -> Report:
        """Run every row and write its result to a file, or its failure to one beside it.

        It may be killed at any moment. Called again with the same arguments it goes on with the rows that have no line
        yet; in the end each row has exactly one. The failures of `out.jsonl` are in `out.failed.jsonl`, and what the
        job is known by is in `out.jsonl.manifest.json`.

        Example:
            report = await client.batch.run(
                "in.jsonl",
                "out.jsonl",
                request=lambda row: batch.chat(model="openai/gpt-oss-120b", messages=[user(str(row["text"]))]),
            )
            print(report)

        Args:
            source: JSONL, CSV, TSV or Parquet, JSONL and tables also as .gz and .zst; or rows, of which those that are
                in no sequence are read in a worker thread, `async for` excepted.
            sink: the JSONL file to append to.
            request: makes the call of a row, with `batch.chat`, `parse`, `predict`, `embeddings`, `sync`, `path` or
                `custom`. It is called once more for the first row. None: the source is an OpenAI batch file, and the
                output is written as one.
            key: what names a row in the output: a field, or a function that gives a text or whole number. None: the
                field `custom_id` or `id` where the first row has it, else where the row stands.
            output: what to write of a result, as any JSON value; None: the reply as it came.
            row_type: what the rows of a file are validated into; None: dicts.
            **options: see `RunOptions`.

        Returns:
            What became of the rows, when each has a line.

        Raises:
            BatchStopped: it ended before that: by a signal, a budget, or because it was hopeless.
            BatchMismatchError: the output is another job's.
            BatchLockedError: another process writes to it.
            BatchError: the source or the output cannot be read or written.
            ConfigurationError: an argument cannot be.
        """
        return await AsyncRunner.run(self._client, source, sink, request, key, output, row_type, options)

    @overload
    def map(
        self,
        source: PathLike,
        *,
        request: Callable[[FileRow], Call[T]],
        key: str | Callable[[FileRow], object] | None = None,
        row_type: None = None,
        ordered: bool = False,
        window: int | None = None,
        **options: Unpack[MapOptions],
    ) -> AsyncOutcomes[FileRow, T]: ...

    @overload
    def map(
        self,
        source: PathLike,
        *,
        request: Callable[[R], Call[T]],
        row_type: type[R],
        key: str | Callable[[R], object] | None = None,
        ordered: bool = False,
        window: int | None = None,
        **options: Unpack[MapOptions],
    ) -> AsyncOutcomes[R, T]: ...

    @overload
    def map(
        self, source: PathLike, *, ordered: bool = False, window: int | None = None, **options: Unpack[MapOptions]
    ) -> AsyncOutcomes[FileRow, Response]: ...

    @overload
    def map(
        self,
        source: Iterable[R] | AsyncIterable[R],
        *,
        request: Callable[[R], Call[T]],
        key: str | Callable[[R], object] | None = None,
        row_type: None = None,
        ordered: bool = False,
        window: int | None = None,
        **options: Unpack[MapOptions],
    ) -> AsyncOutcomes[R, T]: ...

    def map(
        self,
        source: Rows,
        *,
        request: Request | None = None,
        key: Key | None = None,
        row_type: type[object] | None = None,
        ordered: bool = False,
        window: int | None = None,
        **options: Unpack[MapOptions],
    ) -> AsyncOutcomes[object, object]:
        """Run every row and hand its outcome to the program: an `Ok` or a `Failed`.

        Example:
            async with client.batch.map(rows, request=request) as outcomes:
                async for outcome in outcomes:
                    match outcome:
                        case Ok(key=key, value=completion):
                            print(key, completion.text)
                        case Failed(key=key, error=error):
                            print(key, error)

        Args:
            source: as for `run`.
            request: as for `run`.
            key: as for `run`; here keys need not differ.
            row_type: as for `run`.
            ordered: outcomes come in the order of the rows, instead of as they are there.
            window: outcomes that may wait to be taken, and in order how far ahead of the reader rows are run; four
                times the concurrency unless set.
            **options: see `MapOptions`.

        Returns:
            An iterator, and a context manager that ends what is in flight when it is left.

        Raises:
            BatchAbortedError: nothing succeeds; raised after the outcomes that there are.
            ConfigurationError: an argument cannot be.
        """
        return AsyncRunner.map(self._client, source, request, key, row_type, ordered, window, options)
