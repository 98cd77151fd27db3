# Written against ray 2.60: what baseten_sdk.integrations.ray uses, typed by the class that an actor runs.
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Generic, ParamSpec, Protocol, Self, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")

class ObjectRef(Generic[T_co]):
    def __await__(self) -> Generator[object, None, T_co]: ...

class Context(Protocol):
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class RemoteMethod:
    def remote(self, *args: object) -> ObjectRef[object]: ...

class Handle(Generic[T]):
    def __getattr__(self, name: str) -> RemoteMethod: ...

class RemoteClass(Generic[P, T]):
    def options(
        self,
        *,
        name: str | None = ...,
        namespace: str | None = ...,
        get_if_exists: bool = ...,
        num_cpus: float = ...,
    ) -> RemoteClass[P, T]: ...
    def remote(self, *args: P.args, **kwargs: P.kwargs) -> Handle[T]: ...

def remote(cls: Callable[P, T], /) -> RemoteClass[P, T]: ...
def get(ref: ObjectRef[T], *, timeout: float | None = ...) -> T: ...
def put(value: T) -> ObjectRef[T]: ...
def init(
    address: str | None = ...,
    *,
    num_cpus: int | None = ...,
    object_store_memory: int | None = ...,
    include_dashboard: bool | None = ...,
    log_to_driver: bool = ...,
    logging_level: int = ...,
    configure_logging: bool = ...,
    runtime_env: dict[str, object] | None = ...,
) -> Context: ...
def shutdown() -> None: ...
def kill(actor: Handle[T]) -> None: ...
def is_initialized() -> bool: ...
