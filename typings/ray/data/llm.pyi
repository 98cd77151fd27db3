# Written against ray 2.60: what the benchmarks use.
from collections.abc import Callable

from . import Dataset

class HttpRequestProcessorConfig:
    def __init__(
        self, *, url: str, headers: dict[str, str] | None = ..., concurrency: int = ..., batch_size: int = ...
    ) -> None: ...

def build_processor(
    config: HttpRequestProcessorConfig,
    *,
    preprocess: Callable[[dict[str, str]], dict[str, object]],
    postprocess: Callable[[dict[str, dict[str, list[dict[str, dict[str, str]]]]]], dict[str, object]],
) -> Callable[[Dataset], Dataset]: ...
