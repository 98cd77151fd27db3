"""The tools of a chat in the form to send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..schema.tool import ToolLike


def tool_params(tools: Sequence[ToolLike] | None) -> Sequence[Mapping[str, object]] | None:
    """Return the tools as dicts. Those that are dicts already cost nothing."""
    if tools is None:
        return None
    if isinstance(tools, list | tuple):
        plain = [each for each in tools if isinstance(each, Mapping)]
        if len(plain) == len(tools):
            return plain

    from ..schema.toolbox import Toolbox

    return Toolbox(tools).params
