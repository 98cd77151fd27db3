"""What the conversions of histories share: checks, and the error for what only one form of a conversation can hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from ...errors import InvalidRequestError

Json: TypeAlias = dict[str, object]

FIELDS = {
    "assistant": frozenset({"role", "content", "reasoning_content", "reasoning", "tool_calls"}),
    "tool": frozenset({"role", "content", "tool_call_id"}),
}
"""Fields of a chat's message that all forms can hold, by role. For other roles, only the content."""


def message_fields(role: object) -> frozenset[str]:
    """Return the fields of a chat's message that all forms can hold."""
    return FIELDS.get(str(role), frozenset({"role", "content"}))


def check_fields(fields: Mapping[str, object], known: Collection[str], path: str, where: str) -> None:
    """Refuse fields that the other form cannot hold. Empty ones do no harm.

    Raises:
        InvalidRequestError: There is one. The text begins with its path.
    """
    unknown = next((name for name, value in fields.items() if name not in known and value), None)
    if unknown is not None:
        raise not_held(f"{path}.{unknown}", where)


def converted_parts(content: object, path: str, convert: Callable[[object, str], Json]) -> str | list[Json]:
    """Convert each part of a content. A text needs no conversion.

    Raises:
        InvalidRequestError: It is neither a text nor a list. The text begins with its path.
    """
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, Iterable) or isinstance(content, Mapping):
        raise InvalidRequestError(f"{path} must be a text or a list of parts, not a {type(content).__name__}.")
    return [convert(part, f"{path}[{number}]") for number, part in enumerate(content)]


def not_held(path: str, where: str) -> InvalidRequestError:
    """Return the error for a part of a history that the other form cannot hold."""
    return InvalidRequestError(f"{path} cannot be expressed in {where}: change it, or leave it out.")
