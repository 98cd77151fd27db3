"""Tools of LlamaIndex as parameters of a request, and the calls of a response as LlamaIndex's selections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from llama_index.core.base.llms.types import ChatResponse, ToolCallBlock
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.llms.utils import parse_partial_json
from llama_index.core.tools.types import BaseTool

from ... import ChatCompletion, ToolArgumentError

SHOWN = 100
"""Letters of arguments that an error quotes."""

WORDS = ("auto", "none", "required")


def tool_params(tools: Sequence[BaseTool], *, strict: bool) -> list[dict[str, object]]:
    """Return the tools in the form of a request. Strict ones hold the model to their schemas."""
    params: list[dict[str, object]] = []
    for tool in tools:
        param = tool.metadata.to_openai_tool(skip_length_check=True)
        if strict:
            function = param["function"]
            closed = {**function["parameters"], "additionalProperties": False}
            param["function"] = {**function, "strict": True, "parameters": closed}
        params.append(param)
    return params


def tool_choice(given: str | Mapping[str, object] | None, *, required: bool) -> str | Mapping[str, object]:
    """Return what the API calls a choice: one of its words, or a function by its name."""
    if given is None:
        return "required" if required else "auto"
    if isinstance(given, str) and given not in WORDS:
        return {"type": "function", "function": {"name": given}}
    return given


def selections(response: ChatResponse) -> list[ToolSelection]:
    """Return the calls of a response. During a stream, their arguments are read as far as they have arrived.

    Raises:
        ToolArgumentError: The response is complete, and the arguments of a call were cut or are no JSON object.
    """
    calls = [block for block in response.message.blocks if isinstance(block, ToolCallBlock)]
    return [
        ToolSelection(tool_id=call.tool_call_id or "", tool_name=call.tool_name, tool_kwargs=_arguments(call, response))
        for call in calls
    ]


def _arguments(call: ToolCallBlock, response: ChatResponse) -> dict[str, object]:
    if not isinstance(call.tool_kwargs, str):
        return call.tool_kwargs
    if isinstance(response.raw, ChatCompletion):
        # LlamaIndex cannot express a call that must not be run. It runs every call it gets.
        raise ToolArgumentError(
            f"The call of {call.tool_name} is not run: its arguments were cut, or are no JSON object: "
            f"{call.tool_kwargs[:SHOWN]!r}.",
            completion=response.raw,
            tool=call.tool_name,
            arguments=call.tool_kwargs,
        )
    try:
        read: object = parse_partial_json(call.tool_kwargs)
    except (ValueError, TypeError):
        return {}
    return read if isinstance(read, dict) else {}


def only_first_call(response: ChatResponse) -> ChatResponse:
    """Return the same without the calls after the first."""
    blocks = response.message.blocks
    calls = [block for block in blocks if isinstance(block, ToolCallBlock)]
    kept = [block for block in blocks if not isinstance(block, ToolCallBlock) or block is calls[0]]
    return response.model_copy(update={"message": response.message.model_copy(update={"blocks": kept})})
