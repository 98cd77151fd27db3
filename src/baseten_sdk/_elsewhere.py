"""Names of the packages `anthropic` and `openai` that this package does not have, and what to use instead."""

from __future__ import annotations

from collections.abc import Mapping

_CLIENT = "Use Client."
_ASYNC_CLIENT = "Use AsyncClient."
_ERROR = "Use BasetenError."
_TOOL = "Pass plain functions, or functions with @tool, to client.messages.run_tools(...)."
_HTTP = "Pass an httpx client: Client(http_client=httpx.Client(...))."

INSTEAD: Mapping[str, str] = {
    "Anthropic": _CLIENT,
    "AnthropicError": _ERROR,
    "AsyncAnthropic": _ASYNC_CLIENT,
    "AsyncOpenAI": _ASYNC_CLIENT,
    "BetaFunctionTool": _TOOL,
    "DefaultAioHttpClient": _HTTP,
    "DefaultAsyncHttpxClient": _HTTP,
    "DefaultHttpxClient": _HTTP,
    "OpenAI": _CLIENT,
    "OpenAIError": _ERROR,
    "ToolError": "A tool may raise any exception.",
    "beta_async_tool": _TOOL,
    "beta_tool": _TOOL,
    "pydantic_responses_function_tool": "Use pydantic_function_tool, or pass the model itself.",
    "transform_schema": "Use schema_for.",
}
