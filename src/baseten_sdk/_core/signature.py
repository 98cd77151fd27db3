"""What a function says of itself: its arguments as a pydantic model, and its description."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from ..errors import ConfigurationError

SECTION = re.compile(r"^\s*(Args|Arguments|Parameters):\s*$")
OTHER_SECTION = re.compile(r"^\s*(Returns|Raises|Yields|Example|Examples|Note|Notes):\s*$")
ENTRY = re.compile(r"^\s+\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)$")
SPHINX = re.compile(r"^\s*:param\s+(?:[\w\[\], .]+\s+)?(\w+):\s*(.*)$")


def arguments_model(function: Callable[..., object], name: str) -> type[BaseModel]:
    """A model of the function's arguments, with their types, defaults and descriptions.

    Raises:
        ConfigurationError: an argument has no type, or can only be given by position or in any number.
    """
    hints = get_type_hints(function, include_extras=True)
    _, described = read_docstring(function)
    fields: dict[str, tuple[object, object]] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise ConfigurationError(f"A model cannot give {parameter} of the tool {name}: name it as a keyword.")
        if parameter.name not in hints:
            raise ConfigurationError(f"The argument {parameter.name} of the tool {name} has no type.")
        fields[parameter.name] = _field(hints[parameter.name], parameter, described.get(parameter.name))
    return _model(name, fields)


def _model(name: str, fields: dict[str, tuple[object, object]]) -> type[BaseModel]:
    """A model of fields that are known at run time only."""
    hints = {field: hint for field, (hint, _) in fields.items()}
    values = {field: value for field, (_, value) in fields.items()}
    config = ConfigDict(extra="forbid", protected_namespaces=())
    return type(name, (BaseModel,), {"__annotations__": hints, "model_config": config, **values})


def _field(hint: object, parameter: inspect.Parameter, described: str | None) -> tuple[object, object]:
    """The type of an argument with its description: its own `Annotated` text or `Field`, else the docstring's."""
    default = ... if parameter.default is parameter.empty else parameter.default
    if get_origin(hint) is not Annotated:
        return hint, Field(default, description=described)
    kind, *metadata = get_args(hint)
    texts = [each for each in metadata if isinstance(each, str)]
    rest = [each for each in metadata if not isinstance(each, str)]
    own = any(isinstance(each, FieldInfo) and each.description for each in rest)
    description = None if own else (texts[0] if texts else described)
    return (Annotated[(kind, *rest)] if rest else kind), Field(default, description=description)


def read_docstring(documented: object) -> tuple[str, dict[str, str]]:
    """The description of a docstring, and what it says of each argument (Google's form, or Sphinx's)."""
    text = inspect.getdoc(documented) or ""
    summary: list[str] = []
    arguments: dict[str, str] = {}
    current: str | None = None
    inside = skipping = False
    for line in text.splitlines():
        if SECTION.match(line) or OTHER_SECTION.match(line):
            inside, skipping = bool(SECTION.match(line)), not SECTION.match(line)
            current = None
        elif found := SPHINX.match(line) or (ENTRY.match(line) if inside else None):
            current = str(found[1])
            arguments[current] = str(found[2]).strip()
        elif current is not None and line.strip():
            arguments[current] = f"{arguments[current]} {line.strip()}".strip()
        elif not inside and not skipping and not line.strip().startswith(":"):
            summary.append(line)
    return "\n".join(summary).strip(), arguments
