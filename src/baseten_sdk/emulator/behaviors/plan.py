"""`Plan`: what one request was asked to do. It must not know how the request asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ..._repr import safe_repr
from .table import REGISTRY

Value: TypeAlias = str | int | bool


class Plan:
    """What one request was asked to do: behaviors by name, with their values."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value] | None = None) -> None:
        self._values = dict(values or {})

    def on(self, name: str) -> bool:
        return REGISTRY[name].name in self._values

    def text(self, name: str) -> str | None:
        value = self._values.get(REGISTRY[name].name)
        return None if value is None else str(value)

    def number(self, name: str) -> int | None:
        value = self._values.get(REGISTRY[name].name)
        return value if isinstance(value, int) else None

    def seconds(self, name: str) -> float:
        """Return a behavior given in milliseconds, in seconds."""
        return (self.number(name) or 0) / 1000

    @property
    def troubled(self) -> bool:
        return any(REGISTRY[name].trouble for name in self._values)

    def without_trouble(self) -> Plan:
        return Plan({name: value for name, value in self._values.items() if not REGISTRY[name].trouble})

    def merged(self, other: Plan) -> Plan:
        """Both, the other's values winning."""
        return Plan(self._values | other._values)

    def __bool__(self) -> bool:
        return bool(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self._values == other._values

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __str__(self) -> str:
        return ", ".join(name if value is True else f"{name}={value}" for name, value in self._values.items())

    @safe_repr
    def __repr__(self) -> str:
        return f"Plan({self._values!r})"
