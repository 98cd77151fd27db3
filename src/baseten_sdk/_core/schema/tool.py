"""Tools: turns functions and pydantic models into the dicts to send."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Generic, ParamSpec, TypeAlias, TypeVar, overload

from pydantic import BaseModel

from ..._repr import safe_repr
from ...config import check_seconds
from ...errors import ConfigurationError
from ...types.params import ToolParam
from .schema import schema_for
from .signature import read_docstring, read_signature

P = ParamSpec("P")
R = TypeVar("R")

VALUES = frozenset({"default", "examples", "enum", "const"})
"""Schema keywords whose values are data."""

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Tool(Generic[P, R]):
    """A function that a model may call. You can still call it as a function.

    Attributes:
        name: The name that the model sees.
        description: The description that the model reads.
        arguments: The pydantic model that validates its arguments.
        timeout: Seconds that a call may take in `run_tools`. None for any time.
    """

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        strict: bool = False,
        timeout: float | None = None,
    ) -> None:
        self.function = function
        self.timeout = timeout
        self.name = name or _own_name(function)
        if not NAME.fullmatch(self.name):
            raise ConfigurationError(
                f"{self.name!r} cannot name a tool: pass name= with one of up to 64 letters, digits, - and _."
            )
        check_seconds(f"timeout= of the tool {self.name}", timeout)
        self.description = read_docstring(_documented(function))[0] if description is None else description
        self.strict = strict
        signature = read_signature(function, self.name)
        self.arguments = signature.model
        self._names = signature.names

    @property
    def is_async(self) -> bool:
        """Whether the function is async."""
        return inspect.iscoroutinefunction(self.function)

    def param(self) -> ToolParam:
        """Make the dict that is sent."""
        return tool_param(self.name, self.description, self._parameters, self.strict)

    @functools.cached_property
    def _parameters(self) -> Mapping[str, object]:
        return parameters_for(self.arguments, self.strict)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def run(self, arguments: BaseModel) -> object:
        """Call the function with validated arguments. For an async function, await the result."""
        return _called(self.function, {name: getattr(arguments, field) for field, name in self._names.items()})

    @safe_repr
    def __repr__(self) -> str:
        return f"Tool({self.name!r})"


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...


@overload
def tool(
    *, name: str | None = None, description: str | None = None, strict: bool = False, timeout: float | None = None
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


def tool(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool = False,
    timeout: float | None = None,
) -> Tool[P, R] | Callable[[Callable[P, R]], Tool[P, R]]:
    """Make a tool of a plain or async function.

    Example:
        @tool
        def get_weather(city: Annotated[str, "Name of the city"], unit: Literal["C", "F"] = "C") -> str:
            "The weather at the moment."

    Args:
        function: The function. Each argument needs a type. Describe it with `Annotated` or in the docstring.
        name: The name that the model sees. Default: the function's own.
        description: The description that the model reads. Default: the first part of the docstring.
        strict: Hold the model to the schema of the arguments.
        timeout: Seconds that a call may take in `run_tools`. After that, the model learns that it took too long. An
            async function is canceled. A plain one continues in its thread, and its result is dropped.

    Raises:
        ConfigurationError: An argument has no type or cannot be passed by name, or the name is not valid for a tool.
    """
    if function is not None:
        return Tool(function, name=name, description=description, strict=strict, timeout=timeout)
    return lambda decorated: Tool(decorated, name=name, description=description, strict=strict, timeout=timeout)


ToolLike: TypeAlias = ToolParam | Mapping[str, object] | type[BaseModel] | Tool[..., object] | Callable[..., object]
"""A tool: a dict, a pydantic model, a `@tool`, or a function."""


def _own_name(function: Callable[..., object]) -> str:
    named = _documented(function)
    return str(getattr(named, "__name__", type(named).__name__))


def _documented(function: Callable[..., object]) -> Callable[..., object]:
    """Return the function itself, even if some of its arguments are bound."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _called(function: Callable[..., object], given: Mapping[str, object]) -> object:
    return function(**given)


def parameters_for(model: type[BaseModel], strict: bool = False) -> Mapping[str, object]:
    """Make the schema of a tool's arguments."""
    return schema_for(model, strict=True).schema if strict else _untitled(model.model_json_schema())


def tool_param(name: str, description: str, parameters: Mapping[str, object], strict: bool = False) -> ToolParam:
    param: ToolParam = {"type": "function", "function": {"name": name, "parameters": parameters}}
    if description:
        param["function"]["description"] = description
    if strict:
        param["function"]["strict"] = True
    return param


def _untitled(schema: Mapping[str, object]) -> Mapping[str, object]:
    """Return a schema without pydantic's titles, and without the model's own docstring at the root."""
    plain = _without_titles(schema)
    return {key: value for key, value in plain.items() if key != "description"} if isinstance(plain, dict) else schema


def _without_titles(node: object) -> object:
    if isinstance(node, Mapping):
        kept = ((key, value) for key, value in node.items() if key != "title" or not isinstance(value, str))
        return {key: value if key in VALUES else _without_titles(value) for key, value in kept}
    return [_without_titles(each) for each in node] if isinstance(node, list) else node
