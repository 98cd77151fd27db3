"""Reads a function's arguments as a pydantic model, and its description."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Optional, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.fields import FieldInfo

from ...errors import ConfigurationError

ARGUMENTS = frozenset({"Args", "Arguments", "Parameters", "Keyword Args", "Keyword Arguments"})

SECTION = re.compile(
    r"^(Args|Arguments|Parameters|Keyword Args|Keyword Arguments|Returns|Raises|Yields|Examples?|Notes?):\s*$"
)
ENTRY = re.compile(r"^\s+\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)$")
SPHINX = re.compile(r"^\s*:param\s+(?:[\w\[\], .|]+\s+)?(\w+):\s*(.*)$")
SPHINX_SECTION = ":"


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of a function.

    Attributes:
        names: For each field of the model, the name of the argument.
    """

    model: type[BaseModel]
    names: Mapping[str, str]


def read_signature(function: Callable[..., object], name: str) -> Signature:
    """Read the arguments of a function: types, defaults and descriptions.

    Raises:
        ConfigurationError: An argument has no type, is positional-only, or is `*args` or `**kwargs`.
    """
    hints = _hints(function, name)
    _, described = read_docstring(function)
    fields: dict[str, tuple[object, object]] = {}
    names: dict[str, str] = {}
    try:
        parameters = inspect.signature(function).parameters
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"The arguments of the tool {name} cannot be read: {error}.") from None
    for parameter in parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise ConfigurationError(f"A model cannot give {parameter} of the tool {name}: name it as a keyword.")
        if parameter.name not in hints and not names and parameter.name in ("self", "cls"):
            raise ConfigurationError(
                f"The tool {name} is a method that belongs to no object yet, so a model would have to give its "
                f"{parameter.name}. Leave out @tool in the class, and give the bound method: tools=[instance.{name}]."
            )
        if parameter.name not in hints:
            raise ConfigurationError(f"The argument {parameter.name} of the tool {name} has no type.")
        field = _field_name(parameter.name)
        alias = None if field == parameter.name else parameter.name
        fields[field] = _field(hints[parameter.name], parameter, described.get(parameter.name), alias)
        names[field] = parameter.name
    return Signature(_model(name, fields), names)


def _hints(function: Callable[..., object], name: str) -> dict[str, object]:
    """Return the types of a function's arguments. It may also be a callable object or a partial."""
    target: object = function
    while isinstance(target, functools.partial):
        target = target.func
    if not inspect.isroutine(target) and not inspect.isclass(target):
        target = type(target).__call__
    try:
        return get_type_hints(target, include_extras=True)
    except (NameError, TypeError) as error:
        raise ConfigurationError(f"The types of the tool {name} cannot be read: {error}.") from None


def _field_name(parameter: str) -> str:
    """Return the field name of an argument: its own, unless pydantic's models use that name for something else."""
    return f"{parameter.strip('_')}_" if parameter.startswith("_") or hasattr(BaseModel, parameter) else parameter


def _model(name: str, fields: dict[str, tuple[object, object]]) -> type[BaseModel]:
    """Make a model of fields that are known only at run time."""
    hints = {field: hint for field, (hint, _) in fields.items()}
    values = {field: value for field, (_, value) in fields.items()}
    config = ConfigDict(extra="forbid", protected_namespaces=())
    try:
        return type(name, (BaseModel,), {"__annotations__": hints, "model_config": config, **values})
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        raise ConfigurationError(f"An argument of the tool {name} has no JSON schema: {error.message}") from None


def _field(
    hint: object, parameter: inspect.Parameter, described: str | None, alias: str | None
) -> tuple[object, object]:
    """Return the type of an argument with its description: from `Annotated`, `Field` or the docstring."""
    default = Field(... if parameter.default is parameter.empty else parameter.default)
    if isinstance(parameter.default, FieldInfo):
        default = parameter.default
    kind, *metadata = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if _default(default) is None:
        kind = Optional[kind]  # noqa: UP045  # known at run time only; models write null for what may be left out
    texts = [each for each in metadata if isinstance(each, str)]
    rest = [each for each in metadata if not isinstance(each, str)]
    description = texts[0] if texts else described
    if description and not any(isinstance(each, FieldInfo) and each.description for each in rest):
        rest.append(Field(description=description))
    if alias is not None:
        rest.append(Field(alias=alias))
    return Annotated[(kind, *rest)] if rest else kind, default


def _default(field: object) -> object:
    return field.default if isinstance(field, FieldInfo) else ...


def read_docstring(documented: object) -> tuple[str, dict[str, str]]:
    """Return the description in a docstring, and what it says about each argument (Google's or Sphinx's style)."""
    summary: list[str] = []
    arguments: dict[str, str] = {}
    current: str | None = None
    section: str | None = None
    depth = 0
    for line in (inspect.getdoc(documented) or "").splitlines():
        text, indent = line.strip(), len(line) - len(line.lstrip())
        if found := SECTION.match(line):
            section, current, depth = found[1], None, 0
        elif text.startswith(":"):
            found = SPHINX.match(line)
            current, section = (found[1], SPHINX_SECTION) if found else (None, SPHINX_SECTION)
            if found:
                arguments[found[1]] = found[2].strip()
        elif section is not None and text and not indent:
            section, current = None, None
            summary.append(line)
        elif section is None:
            summary.append(line)
        elif section in ARGUMENTS and (found := ENTRY.match(line)) and indent <= (depth or indent):
            current, depth = found[1], indent
            arguments[found[1]] = found[2].strip()
        elif current is not None and text:
            arguments[current] = f"{arguments[current]} {text}".strip()
    return "\n".join(summary).strip(), arguments
