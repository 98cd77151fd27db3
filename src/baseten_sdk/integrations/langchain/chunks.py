"""The events of a stream as LangChain's chunks.

LangChain adds the usage of chunks up and merges calls by index where their IDs do not differ; the service repeats the
usage on every chunk and may send a fresh ID with every piece. Events are made of the stream as it was meant, so each
of them is one chunk here: usage and metadata come once, with the last.

LangChain also completes the arguments of a call that was cut, and runs it. The last chunk makes such arguments
unreadable for it: they become an `invalid_tool_call`, as in a whole reply.
"""

from __future__ import annotations

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.utils.json import parse_partial_json

from ... import Choice, Finished, ReasoningDelta, RefusalDelta, StreamEvent, TextDelta, ToolCallDelta, ToolCallStarted
from ..._characters import EscapesInPieces
from ..calls import arguments_of
from .messages import REASONING, refusal_block, response_metadata, usage_metadata

NOTHING = "null"

ENDS = ("", "]", "}", '"]', '"}', '\\"]', '\\"}')
"""One of these makes any text unreadable: a bracket that closes nothing, after the end of a string if one is open."""


class GenerationChunks:
    """The chunks of one stream."""

    def __init__(self) -> None:
        self._held: dict[int, str] = {}
        self._started: dict[int, tuple[str, str]] = {}
        self._escapes: dict[int, EscapesInPieces] = {}

    def of(self, event: StreamEvent[None]) -> ChatGenerationChunk | None:
        """Return the chunk for an event of the first choice. None if LangChain has no place for it."""
        message = self._message(event)
        if message is None:
            return None
        info = {"finish_reason": event.finish_reason} if isinstance(event, Finished) and event.finish_reason else None
        return ChatGenerationChunk(message=message, generation_info=info)

    def _message(self, event: StreamEvent[None]) -> AIMessageChunk | None:
        match event:
            case TextDelta(text, 0):
                return AIMessageChunk(content=text)
            case ReasoningDelta(text, 0):
                return AIMessageChunk(content="", additional_kwargs={REASONING: text})
            case RefusalDelta(text, 0):
                return AIMessageChunk(content=[refusal_block(text)])
            case ToolCallStarted(call, id_, name, 0):
                self._held[call] = ""
                self._started[call] = id_, name
                return _call_chunk(call, "", id_, name)
            case ToolCallDelta(call, arguments, 0):
                more = self._escapes.setdefault(call, EscapesInPieces()).feed(self._released(call, arguments))
                return _call_chunk(call, more) if more else None
            case Finished(_, completion):
                return AIMessageChunk(
                    content="",
                    tool_call_chunks=self._ends(completion.choices[0]),
                    usage_metadata=usage_metadata(completion.usage),
                    response_metadata=response_metadata(completion, completion.choices[0]),
                    chunk_position="last",
                )
            case _:
                return None

    def _released(self, call: int, more: str) -> str:
        """Return the arguments that may be shown. `null` means none, so what may become it is held back."""
        if call not in self._held:
            return more
        held = self._held[call] + more
        if NOTHING.startswith(held.strip()):
            self._held[call] = held
            return ""
        del self._held[call]
        return held

    def _ends(self, choice: Choice) -> list[ToolCallChunk]:
        """What the calls lack: IDs and names that came late or never, and what keeps bad arguments from being read."""
        made = choice.message.tool_calls
        read = arguments_of(made, choice.finish_reason)
        keys = sorted(self._started) if len(self._started) == len(made) else range(len(made))
        ends: list[ToolCallChunk] = []
        for index, call, arguments in zip(keys, made, read, strict=True):
            sent_id, sent_name = self._started.get(index, ("", ""))
            id_ = None if sent_id else call.id
            name = call.function.name.removeprefix(sent_name) or None
            end = ""
            if arguments is None:
                end = self._held.get(index, "")
                end += self._escapes[index].flush() if index in self._escapes else ""
                end += next(end for end in ENDS if not _readable(call.function.arguments + end))
            if id_ or name or end:
                ends.append(tool_call_chunk(name=name, args=end, id=id_, index=index))
        return ends


def _call_chunk(index: int, arguments: str, id_: str | None = None, name: str | None = None) -> AIMessageChunk:
    return AIMessageChunk(
        content="", tool_call_chunks=[tool_call_chunk(name=name, args=arguments, id=id_, index=index)]
    )


def _readable(arguments: str) -> bool:
    """Whether LangChain reads an object from the arguments. It reads an empty text as an empty object."""
    try:
        return not arguments or isinstance(parse_partial_json(arguments), dict)
    except ValueError:
        return False
