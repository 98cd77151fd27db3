"""Checks a messages request. Returns the problem in the service's words, or None.

It owns the checks of a request body. It must not know the shapes of errors or replies.
"""

from __future__ import annotations

from ..http.jsonvalue import JSON, Object, as_list, as_number, as_object, as_text

_ROLES = ("user", "assistant")
_CHOICES = ("auto", "any", "tool", "none")


def complaint(body: JSON) -> str | None:
    """Return the first thing wrong with a request."""
    if not isinstance(body, dict):
        return "the request body must be a JSON object"
    if not as_text(body.get("model")):
        return "model: Field required"
    limit = as_number(body.get("max_tokens"))
    if limit is None or limit != int(limit) or limit < 1:
        return "max_tokens: must be an integer of at least 1"
    return _messages(body.get("messages")) or _params(body) or _tools(body)


def _messages(messages: JSON) -> str | None:
    if not isinstance(messages, list) or not messages:
        return "messages: at least one message is required"
    for position, message in enumerate(messages):
        turn = as_object(message)
        if turn.get("role") not in _ROLES:
            return f"messages.{position}.role: must be user or assistant"
        content = turn.get("content")
        if not isinstance(content, str | list):
            return f"messages.{position}.content: must be a string or a list of blocks"
        for index, block in enumerate(as_list(content)):
            path = f"messages.{position}.content.{index}"
            if (wrong := _block(as_object(block), path)) is not None:
                return wrong
    return None


def _block(block: Object, path: str) -> str | None:
    needed = {
        "text": ("text",),
        "image": ("source",),
        "tool_use": ("id", "name", "input"),
        "tool_result": ("tool_use_id",),
        "thinking": ("thinking",),
    }
    kind = as_text(block.get("type"))
    if not kind:
        return f"{path}.type: Field required"
    missing = next((name for name in needed.get(kind, ()) if block.get(name) is None), None)
    if missing is not None:
        return f"{path}.{kind}.{missing}: Field required"
    if kind == "tool_use" and not isinstance(block["input"], dict):
        return f"{path}.tool_use.input: must be an object"
    return None


def _params(body: Object) -> str | None:
    temperature = body.get("temperature")
    number = as_number(temperature)
    if temperature is not None and (number is None or not 0 <= number <= 1):
        return "temperature: must be between 0 and 1"
    if not isinstance(body.get("stream"), bool | None):
        return "stream: must be a boolean"
    if not isinstance(body.get("system"), str | list | None):
        return "system: must be a string or a list of text blocks"
    thinking = body.get("thinking")
    if thinking is not None and as_object(thinking).get("type") not in ("enabled", "disabled"):
        return "thinking.type: must be enabled or disabled"
    return None


def _tools(body: Object) -> str | None:
    names: list[str] = []
    for position, tool in enumerate(as_list(body.get("tools"))):
        entry = as_object(tool)
        if as_text(entry.get("type")) not in ("", "custom"):
            continue
        name = as_text(entry.get("name"))
        if not name:
            return f"tools.{position}.name: Field required"
        if not isinstance(entry.get("input_schema"), dict):
            return f"tools.{position}.input_schema: Field required"
        names.append(name)
    choice = body.get("tool_choice")
    if choice is None:
        return None
    kind = as_object(choice).get("type")
    if kind not in _CHOICES:
        return "tool_choice.type: must be auto, any, tool or none"
    if kind in ("any", "tool") and not names:
        return "tool_choice: needs tools"
    if kind == "tool" and as_object(choice).get("name") not in names:
        return "tool_choice.name: is not in tools"
    return None
