"""Reading behaviors: from the header `x-emulator`, a reserved model ID, the key `emulator` of a body, or a script."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TypeAlias

from .plan import Plan, Value
from .table import HALF, PRESETS, REGISTRY, Behavior, Kind

Spec: TypeAlias = str | Mapping[str, object]

_SECONDS = re.compile(r"\d+(?:\.\d+)?")


class BehaviorError(ValueError):
    """The emulator does not have the behavior, or cannot use its value."""


def parse(spec: Spec) -> Plan:
    """Read behaviors from `name=value, name` text, from JSON text, or from a mapping.

    Raises:
        BehaviorError: An unknown name, or a value that the behavior cannot take.
    """
    if isinstance(spec, str):
        text = spec.strip()
        if not text.startswith("{"):
            return _from_tokens(text.split(","))
        try:
            spec = json.loads(text)
        except ValueError as error:
            raise BehaviorError(f"behaviors are not JSON: {error}") from error
    if not isinstance(spec, Mapping):
        raise BehaviorError("behaviors must be text or an object")
    plan = Plan()
    for name, value in spec.items():
        plan = plan.merged(_plan_of(str(name).replace("_", "-"), value))
    return plan


def parse_slug(text: str) -> Plan:
    """Read the tail of a reserved model ID, such as `429`, `style-b` or `cut-3+crlf`."""
    return _from_tokens(text.split("+"))


def _from_tokens(tokens: list[str]) -> Plan:
    plan = Plan()
    for token in filter(None, (token.strip() for token in tokens)):
        name, equals, value = token.partition("=")
        plan = plan.merged(_plan_of(name.strip(), value.strip()) if equals else _bare(token))
    return plan


def _bare(token: str) -> Plan:
    if token.isdigit():
        return _plan_of("status", token)
    if token in PRESETS or token in REGISTRY:
        return _plan_of(token, True)
    name = token
    while "-" in name:
        name = name.rpartition("-")[0]
        if name in REGISTRY:
            return _plan_of(name, token[len(name) + 1 :])
    raise _unknown(token)


def _plan_of(name: str, value: object) -> Plan:
    if name in PRESETS:
        return _from_tokens(PRESETS[name][0].split(","))
    if name not in REGISTRY:
        raise _unknown(name)
    if value is False or value is None:
        return Plan()
    return Plan({name: _read(REGISTRY[name], value)})


def _read(behavior: Behavior, value: object) -> Value:
    name = behavior.name
    match behavior.kind:
        case Kind.FLAG:
            if value is True or str(value).lower() in ("1", "true", "on", "yes", ""):
                return True
            raise BehaviorError(f"{name} takes no value, not {value!r}")
        case Kind.COUNT if value is True or value == "":
            return HALF
        case Kind.COUNT | Kind.NUMBER:
            if value is not True and str(value).isdecimal() and (name != "status" or 200 <= int(str(value)) <= 599):
                return int(str(value))
            raise BehaviorError(f"{name} takes a whole number, not {value!r}")
        case Kind.SECONDS:
            if value is not True and _SECONDS.fullmatch(str(value)):
                return str(value)
            raise BehaviorError(f"{name} takes seconds, not {value!r}")
        case Kind.TEXT:
            if value is True:
                raise BehaviorError(f"{name} needs a value" + _choices(behavior))
            if behavior.choices and str(value) not in behavior.choices:
                raise BehaviorError(f"{name} cannot be {value!r}" + _choices(behavior))
            text = str(value)
            if name == "retry-after" and text.startswith("date:") and not _SECONDS.fullmatch(text[5:]):
                raise BehaviorError(f"{name} takes seconds after date:, not {text[5:]!r}")
            return text


def _choices(behavior: Behavior) -> str:
    return ": one of " + ", ".join(behavior.choices) if behavior.choices else ""


def _unknown(name: str) -> BehaviorError:
    return BehaviorError(f"unknown behavior {name!r}; python -m baseten_sdk.emulator --list shows them all")
