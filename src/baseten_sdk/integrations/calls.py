"""Decides which tool calls of a reply may be run: those whose arguments are whole.

Other libraries complete truncated JSON and run the call with what is left of its arguments: a path that is too short,
or a list without its end. So integrations check calls here before they pass them on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from .. import ToolCall
from .._characters import whole_escapes

NOTHING = ("", "null")

CUT_SHORT = ("length", "content_filter")


def arguments_of(calls: Sequence[ToolCall], finish_reason: str | None) -> list[dict[str, object] | None]:
    """Return the arguments of each call.

    None for a call that must not be run, because its arguments are not a JSON object.

    Args:
        calls: The calls of a message.
        finish_reason: Why it ended. The last call of a truncated answer may have lost all its arguments.
    """
    read = [_object(call.function.arguments) for call in calls]
    if finish_reason in CUT_SHORT and calls and not calls[-1].function.arguments.strip():
        read[-1] = None
    return read


def _object(text: str) -> dict[str, object] | None:
    if text.strip() in NOTHING:
        return {}
    try:
        value: object = json.loads(whole_escapes(text), strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
