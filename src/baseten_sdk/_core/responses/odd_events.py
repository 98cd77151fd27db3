"""Reads the events of a response that servers send in another form: without a type, without a response, or as one.

It must not know streams.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from ...types.annotations import LENIENT
from ...types.response_events import KnownEvent, ResponseErrorEvent, ResponseStreamEvent, ResponseUnknownEvent
from ..reply.classify import read_error

OTHER_ENDS = ("response.done", "response.cancelled")
"""Other names for the last event, as in OpenAI's Realtime API."""

FATAL = ("response.completed", "response.incomplete", "response.failed")
"""Events that must not be skipped if they cannot be read. Some servers send them without a response, or as one."""

KINDS = frozenset(model.model_fields["type"].default for model in get_args(get_args(KnownEvent)[0]))
"""The types of the events that have classes."""

ENVELOPE = frozenset({"type", "sequence_number", "response"})
"""The fields of such an event."""


@cache
def known_events() -> SchemaValidator:
    """Make the validator for events, when the first stream is opened."""
    adapter: TypeAdapter[KnownEvent] = TypeAdapter(KnownEvent)
    adapter.rebuild(raise_errors=True)
    validator = adapter.validator
    assert isinstance(validator, SchemaValidator)
    return validator


def kind_of(value: Mapping[str, object], name: str) -> str:
    """Return the type of an event. The name of the event counts only if its data has no type."""
    given = value.get("type")
    return _ending(value, given if given and isinstance(given, str) else "" if name == "message" else name)


def _ending(value: Mapping[str, object], kind: str) -> str:
    """Return the type of an event. The status decides for a last event with another name."""
    if kind not in OTHER_ENDS:
        return kind
    response = value.get("response")
    status = response.get("status") if isinstance(response, dict) else None
    if kind == "response.cancelled" or status in ("failed", "cancelled"):
        return "response.failed"
    return "response.incomplete" if status == "incomplete" else "response.completed"


def is_error(value: Mapping[str, object], kind: str) -> bool:
    """Whether data is an error in one of the service's forms."""
    if kind.startswith("response."):
        return kind == "response.error"
    plain = ("message" in value and "code" in value) or bool(value.get("detail"))
    return plain or "error" in (kind, value.get("object")) or bool(value.get("error"))


def odd_event(value: Mapping[str, object], kind: str) -> ResponseStreamEvent | None:
    """Read an event that is not valid as it came. Return None if it adds nothing.

    Raises:
        ValidationError: It cannot be read, and it must not be skipped.
    """
    if kind in KINDS and kind.endswith(".delta") and value.get("delta") is None:
        return None
    if kind in FATAL and not isinstance(value.get("response"), dict):
        value = {**value, "response": {name: each for name, each in value.items() if name not in ENVELOPE}}
    try:
        known: ResponseStreamEvent = known_events().validate_python({**value, "type": kind}, context=LENIENT)
    except ValidationError:
        if kind in FATAL or ("delta" in value and (not kind or kind in KINDS)):
            raise
        return ResponseUnknownEvent.model_validate({**value, "type": kind}, context=LENIENT)
    return known


def error_event(body: object) -> ResponseErrorEvent:
    """Return the event for an error in one of the service's forms."""
    message, code, _ = read_error(body)
    outer = body if isinstance(body, dict) else {}
    inner = outer.get("error")
    fields = {**outer, **(inner if isinstance(inner, dict) else {}), "code": code, "message": message}
    return ResponseErrorEvent.model_validate({**fields, "type": "error"}, context=LENIENT)
