# Written against ray 2.60: what baseten_sdk.integrations.ray and its tests use.
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import pyarrow as pa

T = TypeVar("T")

class Dataset:
    def map_batches(
        self,
        fn: Callable[..., pa.Table | AsyncIterator[pa.Table]] | type[object],
        *,
        batch_size: int | None = ...,
        batch_format: str | None = ...,
        zero_copy_batch: bool = ...,
        fn_constructor_kwargs: Mapping[str, object] | None = ...,
        concurrency: int | tuple[int, int] | None = ...,
        num_cpus: float | None = ...,
    ) -> Dataset: ...
    def write_parquet(self, path: str) -> None: ...
    def take_all(self) -> list[dict[str, object]]: ...
    def count(self) -> int: ...
    def iter_batches(self, *, batch_size: int | None = ..., batch_format: str | None = ...) -> Iterator[pa.Table]: ...

class ExecutionOptions:
    verbose_progress: bool

class DataContext:
    enable_progress_bars: bool
    wait_for_min_actors_s: int
    execution_options: ExecutionOptions
    @staticmethod
    def get_current() -> DataContext: ...

def from_items(items: Sequence[object], *, override_num_blocks: int | None = ...) -> Dataset: ...
def range(n: int, *, override_num_blocks: int | None = ...) -> Dataset: ...
def read_parquet(paths: str | list[str], *, file_extensions: list[str] | None = ...) -> Dataset: ...
