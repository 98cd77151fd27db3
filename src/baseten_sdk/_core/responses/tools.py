"""The tools of a response: the form to send, and the form of a chat, which toolboxes read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..schema.tool import ToolLike
    from ..schema.toolbox import Toolbox


def toolbox_of(tools: Sequence[ToolLike] | None) -> Toolbox:
    """Return the tools of one call. Dicts may have either form."""
    from ..schema.toolbox import Toolbox, listed

    return Toolbox([nested(each) if isinstance(each, Mapping) else each for each in listed(tools or ())])


def flat(tool: object) -> object:
    """Flatten a tool, or the choice of one, so that the function's fields stand beside its type."""
    function = tool.get("function") if isinstance(tool, Mapping) else None
    if not isinstance(tool, Mapping) or not isinstance(function, Mapping):
        return tool
    rest = {name: value for name, value in tool.items() if name != "function"}
    return {"type": "function", **rest, **function}


def nested(tool: Mapping[str, object]) -> Mapping[str, object]:
    """Return a tool in the form of a chat, which toolboxes read. A tool without a function stays as it is."""
    if tool.get("type") != "function" or "function" in tool:
        return tool
    return {"type": "function", "function": {name: value for name, value in tool.items() if name != "type"}}


def tool_params(tools: Sequence[Mapping[str, object]]) -> list[object]:
    """Convert tools from the form of a chat to the form to send."""
    return [flat(each) for each in tools]
