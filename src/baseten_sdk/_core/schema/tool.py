"""Tools: turns functions and pydantic models into the dicts to send, and calls back into arguments."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeAlias, TypeVar, overload

from pydantic import BaseModel, ValidationError, create_model

from ..._characters import whole_escapes
from ..._repr import safe_repr
from ..._validation import problems, validate_model
from ...config import check_seconds
from ...errors import ConfigurationError, ToolArgumentError
from ...types.chat import ChatCompletion, ToolCall, attach_arguments
from ...types.params import ToolParam
from ...types.tool_calls import ParsedToolCall, is_nothing
from .schema import schema_for
from .signature import read_docstring, read_signature

P = ParamSpec("P")
R = TypeVar("R")
L = TypeVar("L")

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
        return _param(self.name, self.description, self.arguments, self.strict)

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


@dataclass(frozen=True, slots=True)
class BadArguments:
    """A call whose arguments do not validate, and why."""

    tool_call: ParsedToolCall
    problem: str

    def error(self, completion: ChatCompletion) -> ToolArgumentError:
        """Return the public error."""
        return ToolArgumentError(
            f"The arguments of the call of {self.tool_call.name} are not valid: {self.problem}.",
            completion=completion,
            tool=self.tool_call.name,
            arguments=self.tool_call.arguments,
        )


def listed(tools: Iterable[L]) -> Iterable[L]:
    """Return the tools of a call as they were given.

    Raises:
        ConfigurationError: They are no list.
    """
    if callable(tools) or isinstance(tools, str | Mapping) or not isinstance(tools, Iterable):
        raise ConfigurationError(f"tools must be a list of tools, such as [get_weather], not a {type(tools).__name__}.")
    return tools


class Toolbox:
    """The tools of one call.

    Args:
        tools: The tools. Dicts are sent unchanged.

    Raises:
        ConfigurationError: One is not a tool, or two have the same name.
    """

    __slots__ = ("_models", "_tools", "params")

    def __init__(self, tools: Iterable[ToolLike]) -> None:
        self.params: list[Mapping[str, object]] = []
        self._models: dict[str, type[BaseModel]] = {}
        self._tools: dict[str, Tool[..., object]] = {}
        for each in listed(tools):
            self._add(each)

    def _add(self, each: ToolLike) -> None:
        name: object
        if isinstance(each, Mapping):
            name, param = _name(each), each
        elif isinstance(each, type) and issubclass(each, BaseModel):
            own = each.__dict__.get("__doc__")
            name, param = each.__name__, _param(each.__name__, inspect.cleandoc(own) if own else "", each, False)
            self._models[each.__name__] = each
        elif isinstance(each, Tool) or callable(each):
            made = each if isinstance(each, Tool) else Tool(each)
            name, param = made.name, made.param()
            self._models[made.name] = made.arguments
            self._tools[made.name] = made
        else:
            raise ConfigurationError(f"{each!r} is not a tool: give a dict, a pydantic model, a @tool or a function.")
        if name is not None and any(name == _name(other) for other in self.params):
            raise ConfigurationError(f"There are two tools with the name {name!r}.")
        self.params.append(param)

    def tool(self, name: str) -> Tool[..., object] | None:
        """Return the tool of that name if it can be run."""
        return self._tools.get(name)

    @property
    def names(self) -> list[str]:
        """The names of the tools that can be run."""
        return list(self._tools)

    def knows(self, name: str) -> bool:
        """Whether a tool of that name was given, in any form."""
        return any(_name(param) == name for param in self.params)

    def read_all(self, completion: ChatCompletion) -> tuple[ParsedToolCall, ...]:
        """Read the calls of the first choice.

        Raises:
            ToolArgumentError: The arguments of one do not validate.
        """
        read = [self.read(call) for call in completion.choices[0].message.tool_calls]
        for each in read:
            if isinstance(each, BadArguments):
                raise each.error(completion)
        return tuple(each for each in read if isinstance(each, ParsedToolCall))

    def read(self, call: ToolCall) -> ParsedToolCall | BadArguments:
        """Read a call's arguments. A problem with them is returned as a value, because a run continues with it."""
        name, arguments = call.function.name, call.function.arguments
        if name not in self._models:
            return ParsedToolCall(call.id, name, arguments)
        try:
            parsed = _validated(self._models[name], "{}" if is_nothing(arguments) else arguments)
        except ValidationError as error:
            return BadArguments(ParsedToolCall(call.id, name, arguments), problems(error))
        attach_arguments(call, parsed)
        return ParsedToolCall(call.id, name, arguments, parsed)


def pydantic_function_tool(
    model: type[BaseModel], *, name: str | None = None, description: str | None = None
) -> type[BaseModel]:
    """Make a tool of a pydantic model, as with OpenAI's client. You can also pass the model itself as a tool.

    Args:
        model: The arguments of the tool.
        name: The name that the model sees. Default: the name of the class.
        description: The description that the model reads. Default: the docstring of the class.
    """
    if name is None and description is None:
        return model
    return create_model(name or model.__name__, __base__=model, __doc__=description or model.__doc__)


def _validated(model: type[BaseModel], arguments: str) -> BaseModel:
    try:
        return validate_model(model, arguments)
    except ValidationError:
        whole = whole_escapes(arguments)
        if whole == arguments:
            raise
    return validate_model(model, whole)


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


def _name(param: Mapping[str, object]) -> object:
    function = param.get("function")
    return function.get("name") if isinstance(function, Mapping) else None


def _param(name: str, description: str, model: type[BaseModel], strict: bool) -> ToolParam:
    schema = schema_for(model, strict=True).schema if strict else _untitled(model.model_json_schema())
    param: ToolParam = {"type": "function", "function": {"name": name, "parameters": schema}}
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
