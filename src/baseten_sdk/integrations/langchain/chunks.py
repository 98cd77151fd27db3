"""The events of a stream as LangChain's chunks.

LangChain adds the usage of chunks up and merges calls by index where their ids do not differ; the service repeats the
usage on every chunk and may send a fresh id with every piece. Events are made of the stream as it was meant, so each
of them is one chunk here: usage and metadata come once, with the last.
"""

from __future__ import annotations

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from ... import (
    Finished,
    ReasoningDelta,
    RefusalDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from .messages import REASONING, refusal_block, response_metadata, usage_metadata


def generation_chunk(event: StreamEvent[None]) -> ChatGenerationChunk | None:
    """The chunk of an event of the first choice; None where it says nothing that LangChain has a place for."""
    message = _message(event)
    if message is None:
        return None
    info = {"finish_reason": event.finish_reason} if isinstance(event, Finished) and event.finish_reason else None
    return ChatGenerationChunk(message=message, generation_info=info)


def _message(event: StreamEvent[None]) -> AIMessageChunk | None:
    match event:
        case TextDelta(text, 0):
            return AIMessageChunk(content=text)
        case ReasoningDelta(text, 0):
            return AIMessageChunk(content="", additional_kwargs={REASONING: text})
        case RefusalDelta(text, 0):
            return AIMessageChunk(content=[refusal_block(text)])
        case ToolCallStarted(call, id_, name, 0):
            started = tool_call_chunk(name=name, args="", id=id_, index=call)
            return AIMessageChunk(content="", tool_call_chunks=[started])
        case ToolCallDelta(call, arguments, 0):
            more = tool_call_chunk(args=arguments, index=call)
            return AIMessageChunk(content="", tool_call_chunks=[more])
        case Finished(_, completion):
            return AIMessageChunk(
                content="",
                usage_metadata=usage_metadata(completion.usage),
                response_metadata=response_metadata(completion, completion.choices[0]),
                chunk_position="last",
            )
        case _:
            return None
