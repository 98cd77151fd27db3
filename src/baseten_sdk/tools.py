"""Tools for models: `@tool` makes one of a function, and a pydantic model is one as it is."""

from __future__ import annotations

from ._core.schema.tool import Tool, ToolLike, tool
from ._core.schema.toolbox import pydantic_function_tool

__all__ = ["Tool", "ToolLike", "pydantic_function_tool", "tool"]
