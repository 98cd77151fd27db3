"""A request for a response, checked and put into the form of a chat, which is what answers are made from.

It owns the reading of this format. It must not know replies.
"""

from __future__ import annotations

from ..http.jsonvalue import JSON, Object, as_list, as_object, as_text

_NOT_KEPT = {"previous_response_id": None, "conversation": None, "store": False, "background": False}
"""What a service that keeps no responses refuses, and the value that it passes over."""

_REFUSED_TOOLS = {"tool_search", "web_search_preview"}

_SAME = ("temperature", "top_p", "parallel_tool_calls", "emulator", "stop")

_KNOWN = {
    *("model", "input", "instructions", "max_output_tokens", "temperature", "top_p", "tools", "tool_choice"),
    *("parallel_tool_calls", "text", "reasoning", "stream", "metadata", "emulator"),
}


def complaint(body: JSON, *, strict: bool) -> str | None:
    """Return the first thing wrong with a request that its form as a chat would not tell.

    Args:
        strict: Unknown fields are refused.
    """
    if not isinstance(body, dict):
        return "Validation: the request body must be a JSON object"
    for name, passed in _NOT_KEPT.items():
        if body.get(name) not in (None, passed):
            return f"Validation: `{name}` is not supported: responses are not stored"
    if not isinstance(body.get("input"), str | list) or not body.get("input"):
        return "Validation: `input` must be a string or a list of items"
    for position, item in enumerate(as_list(body["input"])):
        kind = as_object(item).get("type", "message")
        if kind not in ("message", "function_call", "function_call_output", "reasoning", "mcp_call"):
            return f"Validation: unknown item type {kind!r} in `input[{position}]`"
    for position, tool in enumerate(as_list(body.get("tools"))):
        kind = as_text(as_object(tool).get("type"))
        if kind in _REFUSED_TOOLS:
            return f"Validation: unknown tool type {kind!r} in `tools[{position}]`"
        if kind == "function" and not as_text(as_object(tool).get("name")):
            return f"Validation: `tools[{position}].name` cannot be empty"
    text = body.get("text")
    if text is not None and "type" not in as_object(as_object(text).get("format")):
        return "Validation: `text.format` is required"
    if strict and (unknown := sorted(body.keys() - _KNOWN)):
        return f"Validation: unknown field `{unknown[0]}`"
    return None


def as_chat(body: Object) -> Object:
    """Return the request as one for a chat."""
    chat: Object = {name: body[name] for name in _SAME if name in body}
    chat["model"] = body.get("model")
    chat["messages"] = _messages(body)
    if body.get("max_output_tokens") is not None:
        chat["max_tokens"] = body["max_output_tokens"]
    effort = as_object(body.get("reasoning")).get("effort")
    if effort is not None:
        chat["reasoning_effort"] = effort
    if isinstance(body.get("tools"), list):
        chat["tools"] = [_nested(as_object(tool)) for tool in as_list(body["tools"])]
    choice = body.get("tool_choice")
    if choice is not None:
        chat["tool_choice"] = _nested(choice) if isinstance(choice, dict) else choice
    wanted = as_object(as_object(body.get("text")).get("format"))
    if wanted.get("type") == "json_schema":
        chat["response_format"] = {"type": "json_schema", "json_schema": {**wanted, "type": None}}
    elif wanted:
        chat["response_format"] = {"type": wanted.get("type")}
    return chat


def _nested(tool: Object) -> Object:
    if tool.get("type") != "function":
        return tool
    return {"type": "function", "function": {name: value for name, value in tool.items() if name != "type"}}


def _messages(body: Object) -> JSON:
    made: list[JSON] = []
    if as_text(body.get("instructions")):
        made.append({"role": "system", "content": body["instructions"]})
    if isinstance(body.get("input"), str):
        return [*made, {"role": "user", "content": body["input"]}]
    for each in as_list(body.get("input")):
        item = as_object(each)
        match item.get("type", "message"):
            case "message":
                made.append({"role": item.get("role"), "content": _content(item.get("content"))})
            case "function_call":
                function: Object = {"name": item.get("name"), "arguments": item.get("arguments")}
                call: Object = {"id": item.get("call_id"), "type": "function", "function": function}
                made.append({"role": "assistant", "content": None, "tool_calls": [call]})
            case "function_call_output":
                output = _content(item.get("output"))
                made.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": output})
            case _:
                continue
    return made


def _content(content: JSON) -> JSON:
    if not isinstance(content, list):
        return content
    parts: list[JSON] = []
    for each in content:
        part = as_object(each)
        match part.get("type"):
            case "input_text" | "output_text" | "text":
                parts.append({"type": "text", "text": part.get("text")})
            case "refusal":
                parts.append({"type": "text", "text": part.get("refusal")})
            case "input_image":
                parts.append({"type": "image_url", "image_url": {"url": part.get("image_url")}})
            case kind:
                parts.append({"type": kind})
    return parts
