"""The tools of one call: what is sent of them, and the calls of a model read against them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..._characters import whole_escapes
from ..._validation import problems, validate_model
from ...errors import ConfigurationError, ToolArgumentError
from ...types.chat import ChatCompletion, ToolCall, attach_arguments
from ...types.params import ToolParam
from ...types.tool_calls import ParsedToolCall, is_nothing
from .tool import Tool, ToolLike, parameters_for, tool_param

L = TypeVar("L")


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
        param: Mapping[str, object]
        if isinstance(each, ModelTool):
            name, param = each.name, dict(each)
            self._models[each.name] = each.model
        elif isinstance(each, Mapping):
            name, param = _name(each), each
        elif isinstance(each, type) and issubclass(each, BaseModel):
            name, param = each.__name__, _model_param(each)
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


class ModelTool(dict[str, object]):
    """A pydantic model as a tool, in the form of a chat's tools.

    Attributes:
        model: What the arguments are validated as.
        name: The name that the model sees.
    """

    def __init__(self, model: type[BaseModel], name: str, param: ToolParam) -> None:
        super().__init__(param)
        self.model = model
        self.name = name


def pydantic_function_tool(
    model: type[BaseModel], *, name: str | None = None, description: str | None = None
) -> ModelTool:
    """Make a tool of a pydantic model, as with OpenAI's client. You can also pass the model itself as a tool.

    Args:
        model: The arguments of the tool.
        name: The name that the model sees. Default: the name of the class.
        description: The description that the model reads. Default: the docstring of the class.
    """
    name = model.__name__ if name is None else name
    described = _described(model) if description is None else description
    return ModelTool(model, name, tool_param(name, described, parameters_for(model)))


@lru_cache(maxsize=256)
def _model_param(model: type[BaseModel]) -> ToolParam:
    return tool_param(model.__name__, _described(model), parameters_for(model))


def _described(model: type[BaseModel]) -> str:
    own = model.__dict__.get("__doc__")
    return inspect.cleandoc(own) if own else ""


def _name(param: Mapping[str, object]) -> object:
    function = param.get("function")
    return function.get("name") if isinstance(function, Mapping) else None


def _validated(model: type[BaseModel], arguments: str) -> BaseModel:
    try:
        return validate_model(model, arguments)
    except ValidationError:
        whole = whole_escapes(arguments)
        if whole == arguments:
            raise
    return validate_model(model, whole)
