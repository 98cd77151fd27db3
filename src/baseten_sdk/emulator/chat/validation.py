"""Checks a chat request. Returns the problem in the service's words, or None.

It owns the checks of a request body. It must not know the shapes of errors or replies.
"""

from __future__ import annotations

from ..http.jsonvalue import JSON, Object, as_list, as_number, as_object, as_text

_ROLES = {"system", "developer", "user", "assistant", "tool"}
_FORMATS = {"text", "json_object", "json_schema", "grammar", "structural_tag"}
_RANGES: dict[str, tuple[float, float, bool]] = {
    "temperature": (0, 4, False),
    "top_p": (0, 1, False),
    "min_p": (0, 1, False),
    "frequency_penalty": (-2, 2, False),
    "presence_penalty": (-2, 2, False),
    "max_tokens": (1, 262_144, True),
    "max_completion_tokens": (1, 1_048_576, True),
    "top_logprobs": (0, 20, True),
    "n": (1, 1, True),
    "best_of": (1, 1, True),
}
_CHOICES = {"none", "auto", "required"}


def complaint(body: JSON, *, server_tools: bool, model_required: bool) -> str | None:
    """Return the first thing wrong with a chat request.

    Args:
        server_tools: The request turned hosted tools on.
        model_required: `model` has to be there.
    """
    if not isinstance(body, dict):
        return "Validation: the request body must be a JSON object"
    if model_required and not as_text(body.get("model")):
        return "Validation: `model` cannot be empty"
    return (
        _messages(body.get("messages"))
        or _continued(body)
        or _ranges(body)
        or _stop(body.get("stop"))
        or _response_format(body.get("response_format"))
        or _tools(body, server_tools=server_tools)
    )


def _messages(messages: JSON) -> str | None:
    if not isinstance(messages, list) or not messages:
        return "Validation: `messages` cannot be empty"
    for position, message in enumerate(messages):
        if not isinstance(message, dict):
            return f"Validation: `messages[{position}]` must be an object"
        role = message.get("role")
        if role not in _ROLES:
            return f"Validation: `messages[{position}].role` must be one of system, user, assistant, tool"
        content = message.get("content")
        if not isinstance(content, str | list | None):
            return f"Validation: `messages[{position}].content` must be a string or a list of parts"
        if content is None and role != "assistant":
            return f"Validation: `messages[{position}].content` cannot be empty"
        for part in as_list(content):
            if not as_text(as_object(part).get("type")):
                return f"Validation: a part of `messages[{position}].content` has no type"
        if role == "tool" and not as_text(message.get("tool_call_id")):
            return f"Validation: `messages[{position}].tool_call_id` cannot be empty"
    return None


def _continued(body: Object) -> str | None:
    if body.get("continue_final_message") is not True:
        return None
    if body.get("add_generation_prompt") is not False:
        return "Cannot set both `continue_final_message` and `add_generation_prompt` to True."
    if as_object(as_list(body.get("messages"))[-1]).get("role") != "assistant":
        return "Cannot use `continue_final_message` when the last message is not from the assistant."
    return None


def _ranges(body: Object) -> str | None:
    for name, (low, high, whole) in _RANGES.items():
        value = body.get(name)
        if value is None:
            continue
        number = as_number(value)
        if number is None or (whole and number != int(number)):
            return f"Validation: `{name}` must be {'an integer' if whole else 'a number'}"
        if not low <= number <= high:
            wanted = f"{low:g}" if low == high else f"between {low:g} and {high:g}"
            return f"Validation: `{name}` must be {wanted}"
    if body.get("top_p") == 0:
        return "Validation: `top_p` must be above 0"
    for name in ("stream", "logprobs", "parallel_tool_calls"):
        if not isinstance(body.get(name), bool | None):
            return f"Validation: `{name}` must be a boolean"
    return None


def _stop(stop: JSON) -> str | None:
    stops = stop if isinstance(stop, list) else [] if stop is None else [stop]
    if len(stops) > 32 or not all(isinstance(each, str) and 1 <= len(each) <= 1000 for each in stops):
        return "Validation: `stop` must be a string or up to 32 strings of 1 to 1000 characters"
    return None


def _response_format(given: JSON) -> str | None:
    if given is None:
        return None
    kind = as_object(given).get("type")
    if kind not in _FORMATS:
        return f"Validation: `response_format.type` must be one of {', '.join(sorted(_FORMATS))}"
    if kind == "json_schema":
        wrapper = as_object(as_object(given).get("json_schema"))
        if not as_text(wrapper.get("name")):
            return "Validation: `response_format.json_schema.name` cannot be empty"
        if not isinstance(wrapper.get("schema"), dict):
            return "Validation: `response_format.json_schema.schema` must be an object"
    return None


def _tools(body: Object, *, server_tools: bool) -> str | None:
    tools = body.get("tools")
    if not isinstance(tools, list | None):
        return "Validation: `tools` must be a list"
    names: list[str] = []
    for position, tool in enumerate(as_list(tools)):
        entry = as_object(tool)
        kind = as_text(entry.get("type"))
        if kind.startswith("baseten__"):
            if not server_tools:
                return f"Validation: unknown tool type {kind!r} in `tools[{position}]`"
            if set(entry) != {"type"}:
                return f"Validation: `tools[{position}]` must have no field but type"
            continue
        if kind != "function":
            return f"Validation: unknown tool type {kind!r} in `tools[{position}]`"
        name = as_text(as_object(entry.get("function")).get("name"))
        if not name:
            return f"Validation: `tools[{position}].function.name` cannot be empty"
        names.append(name)
    choice = body.get("tool_choice")
    if choice is None or choice in ("none", "auto"):
        return None
    if isinstance(choice, str) and choice not in _CHOICES:
        return "Validation: `tool_choice` must be none, auto, required or a function"
    if not names:
        return "Validation: `tool_choice` needs `tools`"
    if isinstance(choice, dict) and as_object(choice.get("function")).get("name") not in names:
        return "Validation: `tool_choice` names a function that is not in `tools`"
    return None
