"""The tools of a messages call: the form to send, and a toolbox that reads and runs calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...errors import InvalidRequestError
from ..schema.tool import ToolLike
from ..schema.toolbox import Toolbox, listed

NO_ARGUMENTS: Mapping[str, object] = {"type": "object", "properties": {}}


def message_tools(tools: Iterable[ToolLike]) -> tuple[list[Mapping[str, object]], Toolbox]:
    """Return the tools in the form to send, and their toolbox.

    A dict may be a tool in Anthropic's form or in a chat's. A dict with a type of its own, such as a hosted tool, is
    sent unchanged.

    Raises:
        ConfigurationError: One is not a tool, or two have the same name.
        InvalidRequestError: A tool of a chat is not a function.
    """
    given = list(listed(tools))
    toolbox = Toolbox([_as_chat_tool(each) if isinstance(each, Mapping) else each for each in given])
    sent = [
        each if isinstance(each, Mapping) and "function" not in each else tool_param(param, f"tools[{index}]")
        for index, (each, param) in enumerate(zip(given, toolbox.params, strict=True))
    ]
    return sent, toolbox


def tool_param(param: Mapping[str, object], path: str) -> Mapping[str, object]:
    """Convert a chat's tool to Anthropic's form.

    Raises:
        InvalidRequestError: It is not a function.
    """
    function = param.get("function")
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise InvalidRequestError(f"{path} must be a function with a name.")
    more = {name: value for name, value in param.items() if name not in ("type", "function")}
    described = {"description": function["description"]} if function.get("description") else {}
    schema = function.get("parameters") or NO_ARGUMENTS
    return {"name": function["name"], **described, "input_schema": schema, **more}


def _as_chat_tool(tool: Mapping[str, object]) -> Mapping[str, object]:
    """Convert a tool from Anthropic's form to a chat's, so that a toolbox knows its name."""
    if "function" in tool or "name" not in tool:
        return tool
    return {"type": "function", "function": {"name": tool["name"], "parameters": tool.get("input_schema")}}
