"""Validating what a server sent, with the work of a failure bounded.

Pydantic collects every problem of a value, and a reply of three megabytes may hold a million. So a large text is
validated with each list giving up at its first problem, and the problems that an error lists are few: they are only
read where they can be few, since pydantic makes all of them or none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import SchemaError, SchemaValidator

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

Position: TypeAlias = tuple[int | str, ...]
"""Where in a value something is."""

LARGE = 32 * 1024
"""Bytes from which a text is validated so that lists give up early."""

LISTED = 5
"""Problems that an error lists."""

READ = 1000
"""Problems up to which they are read at all."""

_NESTED = frozenset(
    {
        "arguments_schema",
        "choices",
        "definitions",
        "extras_schema",
        "fields",
        "items_schema",
        "json_schema",
        "keys_schema",
        "lax_schema",
        "python_schema",
        "schema",
        "steps",
        "strict_schema",
        "values_schema",
    }
)
"""Where a core schema has others inside. Everything else, such as a default, is left as it is."""

_LISTS = frozenset({"list", "set", "frozenset", "tuple"})


def validate_json(adapter: TypeAdapter[T], text: bytes | str) -> T:
    """Validate JSON; the same as the adapter does, but for the number of problems.

    Raises:
        ValidationError: The text is not JSON, or not of the adapter's type.
    """
    if len(text) > LARGE:
        early = _giving_up_early(adapter)
        if early is not None:
            found: T = early.validate_json(text)
            return found
    return adapter.validate_json(text)


def validate_model(model: type[M], text: bytes | str) -> M:
    """Validate JSON as a model; the same as the model does, but for the number of problems.

    Raises:
        ValidationError: The text is not JSON, or not one of the model.
    """
    if len(text) > LARGE:
        found: M = validate_json(_model_adapter(model), text)
    else:
        found = model.__pydantic_validator__.validate_json(text)  # What `model_validate_json` does, in less time.
    return found


def validate_value(model: type[M], value: object, size: int, context: object) -> M:
    """Validate a value that was read from JSON of a size; the same as the model does, but for the number of problems.

    Raises:
        ValidationError: It is not one of the model.
    """
    early = _giving_up_early(_model_adapter(model)) if size > LARGE else None
    if early is None:
        return model.model_validate(value, context=context)
    found: M = early.validate_python(value, context=context)
    return found


def positions(error: ValidationError) -> frozenset[Position]:
    """Return where the problems of a validation are; none where they are too many to be read."""
    if error.error_count() > READ:
        return frozenset()
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return frozenset(each["loc"] for each in found if each["type"] != "none_required")


def problems(error: ValidationError, at: frozenset[Position] = frozenset()) -> str:
    """Return the problems of a validation as "path: what": the first few, and how many more there are.

    Args:
        at: Those that are shown, if any of them is among these; the others are only counted.
    """
    count = error.error_count()
    if count > READ:
        return f"there are {count:,} problems"
    listed = error.errors(include_url=False, include_context=False, include_input=False)
    found = [each for each in listed if each["type"] != "none_required"]
    shown = ([each for each in found if each["loc"] in at] or found)[:LISTED]
    texts = [f"{'.'.join(str(part) for part in each['loc']) or 'value'}: {each['msg']}" for each in shown]
    more = f"; and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    return "; ".join(texts) + more


@lru_cache(maxsize=64)
def _model_adapter(model: type[M]) -> TypeAdapter[M]:
    return TypeAdapter(model)


@lru_cache(maxsize=64)
def _giving_up_early(adapter: TypeAdapter[T]) -> SchemaValidator | None:
    """Return a validator of the same type whose lists give up early; None where pydantic cannot make one."""
    schema = _early(dict(adapter.core_schema))  # a copy, since it is not yet a dict where building was deferred
    try:
        # Without the last argument, a model inside would be validated as it was when it was made.
        return SchemaValidator(schema, None, _use_prebuilt=False)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    except (SchemaError, TypeError):
        return None


def _early(value: object) -> object:
    """Return a core schema, or what holds some, with `fail_fast` on its lists."""
    match value:
        case dict() if isinstance(value.get("type"), str):
            schema = {name: _early(each) if name in _NESTED else each for name, each in value.items()}
            return {**schema, "fail_fast": True} if schema["type"] in _LISTS else schema
        case dict():
            return {name: _early(each) for name, each in value.items()}
        case list():
            return [_early(each) for each in value]
        case tuple():
            return tuple(_early(each) for each in value)
        case _:
            return value
