"""`client.batch`: many calls from one source, to a file or back to the program."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from typing import TYPE_CHECKING, TypeVar, Unpack, overload

from ...batch.calls.call import Call
from ...batch.options import Key, MapArguments, MapOptions, Output, PathLike, Request, Rows, RunArguments, RunOptions
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
    async def run(
        self,
        source: PathLike,
        sink: PathLike,
        *,
        key: str | Callable[[FileRow], object] | None = None,
        **options: Unpack[RunOptions],
    ) -> Report: ...

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
        output: Output | None = None,
        row_type: type[object] | None = None,
        **options: Unpack[RunOptions],
    ) -> Report:
        """Run every row, and write its result to a file or its failure to one beside it.

        The batch may be killed at any moment. Calling it again with the same arguments resumes it: it runs the rows
        that have no line yet, and in the end each row has exactly one. The failures of `out.jsonl` are in
        `out.failed.jsonl`. `out.jsonl.manifest.json` records what the batch is, so that another batch cannot continue
        it by mistake.

        Example:
            report = await client.batch.run(
                "in.jsonl",
                "out.jsonl",
                request=lambda row: batch.chat(model="openai/gpt-oss-120b", messages=[user(str(row["text"]))]),
            )
            print(report)

        Args:
            source: A file of JSON Lines, CSV, TSV or Parquet (all but Parquet also as .gz or .zst), or the rows
                themselves. An iterator is read in a worker thread, an async iterator in the event loop.
            sink: The JSON Lines file to append to.
            request: Returns the call of a row, made with `batch.chat`, `parse`, `predict`, `embeddings`, `sync`, `path`
                or `custom`. It is called twice for the first row. None: the source is an OpenAI batch file, and the
                output is written as one.
            key: The name of a row in the output: a field, or a function that returns a string or an integer. None: the
                field `custom_id` or `id` if the first row has it, otherwise the row's position.
            output: Returns what to write of a result, as any JSON value. None: the raw reply.
            row_type: The type that the rows of a file are validated as. None: dicts.
            **options: See `RunOptions`.

        Returns:
            The counts, once every row has succeeded or failed.

        Raises:
            BatchStopped: The batch ended earlier: a signal, the budget, or failures that were all alike.
            BatchMismatchError: The output belongs to another batch.
            BatchLockedError: Another process writes to the output.
            BatchError: The source or the output cannot be read or written.
            ConfigurationError: An argument is invalid, or the client's configuration is, so that no row can be sent.
        """
        return await AsyncRunner.run(self._client, RunArguments(source, sink, request, key, output, row_type, options))

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
        self,
        source: PathLike,
        *,
        key: str | Callable[[FileRow], object] | None = None,
        ordered: bool = False,
        window: int | None = None,
        **options: Unpack[MapOptions],
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
        """Run every row, and return its outcome to the program: an `Ok` or a `Failed`.

        Example:
            async with client.batch.map(rows, request=request) as outcomes:
                async for outcome in outcomes:
                    match outcome:
                        case Ok(key=key, value=completion):
                            print(key, completion.text)
                        case Failed(key=key, error=error):
                            print(key, error)

        Args:
            source: See `run`.
            request: See `run`.
            key: See `run`. Here keys may repeat.
            row_type: See `run`.
            ordered: Return outcomes in the order of the rows, instead of as they come.
            window: How many outcomes may wait to be read. With `ordered`, how far ahead of the reader rows run. Four
                times the concurrency by default.
            **options: See `MapOptions`.

        Returns:
            An iterator. It is also a context manager that ends the rows in flight when it is left.

        Raises:
            BatchAbortedError: The batch was aborted; raised after the outcomes that exist.
            ConfigurationError: An argument is invalid, or the client's configuration is, so that no row can be sent.
        """
        return AsyncRunner.map(self._client, MapArguments(source, request, key, row_type, ordered, window, options))
