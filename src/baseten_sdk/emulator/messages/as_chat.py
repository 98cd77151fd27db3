"""Converts a messages request into a chat request, so that both get the same answers.

It owns this conversion. It must not know how a chat is answered.
"""

from __future__ import annotations

import json

from ..http.jsonvalue import JSON, Object, as_list, as_object, as_text


def chat_body(body: Object) -> Object:
    """Return the body of the chat that asks the same."""
    system = body.get("system")
    messages: list[JSON] = [{"role": "system", "content": _text(system)}] if system else []
    for turn in as_list(body.get("messages")):
        messages += _turns(as_object(turn))
    made: Object = {"model": body.get("model"), "messages": messages, "max_tokens": body.get("max_tokens")}
    if as_list(body.get("tools")):
        made["tools"] = [_tool(as_object(tool)) for tool in as_list(body.get("tools"))]
    choice = as_object(body.get("tool_choice"))
    match choice.get("type"):
        case "any":
            made["tool_choice"] = "required"
        case "none":
            made["tool_choice"] = "none"
        case "tool":
            made["tool_choice"] = {"type": "function", "function": {"name": choice.get("name")}}
        case _:
            pass
    if choice.get("disable_parallel_tool_use") is True:
        made["parallel_tool_calls"] = False
    if as_object(body.get("thinking")).get("type") == "enabled":
        made["reasoning_effort"] = "high"
    schema = as_object(as_object(body.get("output_config")).get("format")).get("schema")
    if isinstance(schema, dict):
        made["response_format"] = {"type": "json_schema", "json_schema": {"name": "output", "schema": schema}}
    return made


def _turns(turn: Object) -> list[JSON]:
    """Return a turn as messages of a chat: the results of tools are messages of their own."""
    content = turn.get("content")
    if isinstance(content, str):
        return [{"role": turn.get("role"), "content": content}]
    made: list[JSON] = []
    calls: list[JSON] = []
    parts: list[JSON] = []
    for each in as_list(content):
        block = as_object(each)
        match block.get("type"):
            case "tool_result":
                text = _text(block.get("content"))
                made.append({"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": text})
            case "tool_use":
                arguments = json.dumps(block.get("input"))
                function: Object = {"name": block.get("name"), "arguments": arguments}
                calls.append({"id": block.get("id"), "type": "function", "function": function})
            case "text":
                parts.append({"type": "text", "text": block.get("text")})
            case "image":
                parts.append({"type": "image_url", "image_url": {"url": "data:"}})
            case _:
                pass
    if parts or calls:
        message: Object = {"role": turn.get("role"), "content": parts or None}
        made.append({**message, "tool_calls": calls} if calls else message)
    return made


def _text(content: JSON) -> str:
    """Return the text of blocks, or a text unchanged."""
    if isinstance(content, str):
        return content
    return " ".join(as_text(as_object(block).get("text")) for block in as_list(content)).strip()


def _tool(tool: Object) -> JSON:
    function: Object = {
        "name": tool.get("name"),
        "description": tool.get("description"),
        "parameters": tool.get("input_schema"),
    }
    return {"type": "function", "function": function}
