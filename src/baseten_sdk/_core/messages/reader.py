"""Reads the events of a messages stream from its bytes, and turns a bad end into an error.

Theory of operation. Each event's data is validated straight from its bytes. Its `type` decides what it is. The name of
the event counts only if the data has no type. A message is complete after `message_stop` and not before: a stream that
ends without it was cut. Pings are skipped, `[DONE]` means nothing here, and events of unknown types are returned as
they are.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice
from operator import length_hint
from typing import Annotated, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from ..._json_reading import decode_reply
from ...config import Limits
from ...types.annotations import LENIENT
from ...types.message_blocks import ContentBlock, TextBlock, ThinkingBlock, ToolUseBlock
from ...types.message_events import (
    BlockDelta,
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    MessageChange,
    MessageDeltaEvent,
    MessageStartEvent,
    OtherEvent,
    RawContentBlockStopEvent,
    RawMessageStopEvent,
    RawMessageStreamEvent,
)
from ...types.messages import Message
from ..reply.lenient import validate_leniently
from ..request.json_codec import encode_json
from ..stream.halves import ESCAPED, Halves
from ..stream.reader import BLANKS_AND_QUOTES, DONE, KEEP_ALIVE, StreamReader
from ..stream.sse import EventGroup
from .accumulate import MessageAccumulator

Known: TypeAlias = (
    ContentBlockDeltaEvent
    | ContentBlockStartEvent
    | RawContentBlockStopEvent
    | MessageStartEvent
    | MessageDeltaEvent
    | RawMessageStopEvent
)

MODELS: Mapping[str, type[Known]] = {
    "content_block_delta": ContentBlockDeltaEvent,
    "content_block_start": ContentBlockStartEvent,
    "content_block_stop": RawContentBlockStopEvent,
    "message_delta": MessageDeltaEvent,
    "message_start": MessageStartEvent,
    "message_stop": RawMessageStopEvent,
}

DELTA = b'{"type":"content_block_delta"'

BATCH = 16
"""How many deltas are validated at a time, if so many have arrived."""

PASSED_OVER = frozenset({"ping"})


@cache
def _adapter() -> TypeAdapter[Known]:
    """Make the validator for events of the known types."""
    return TypeAdapter(Annotated[Known, Field(discriminator="type")])


class MessageReader(StreamReader[RawMessageStreamEvent, Message]):
    """Reads the events of one stream."""

    __slots__ = ("_delta", "_halves", "_reply", "_validate")

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._validate = _adapter().validator.validate_json
        self._delta: Callable[[bytes], ContentBlockDeltaEvent] = (
            ContentBlockDeltaEvent.__pydantic_validator__.validate_json
        )
        self._halves = Halves()
        self._reply: Message | None = None

    def partial(self) -> Message | None:
        """Return what has arrived so far, as a message."""
        if self._reply is not None:
            return self._reply
        accumulator = MessageAccumulator()
        for data in self._kept:
            event = _read_event(data)
            if event is not None:
                accumulator.add(event)
        return accumulator.message()

    def _complete(self) -> bool:
        return self.done

    def _cut_reason(self) -> str:
        return "The stream ended without message_stop."

    def _read_reply(self, body: bytes, value: object) -> Iterable[RawMessageStreamEvent] | None:
        if not isinstance(value, dict) or "content" not in value or value.get("error"):
            return None
        self._reply = Message.model_validate(value, context=LENIENT)
        return events_of(self._reply)

    def _read(self, groups: Iterable[EventGroup]) -> Iterator[RawMessageStreamEvent]:
        return chain.from_iterable(self._batches(groups))

    def _batches(self, groups: Iterable[EventGroup]) -> Iterator[Sequence[RawMessageStreamEvent]]:
        """Yield events in small batches, because deltas cost less together than one by one."""
        validate, keep, halves = self._validate, self._kept.append, self._halves
        waiting = halves.waiting
        for group in groups:
            found = group.data
            if group.event == "error":
                self.error = self._reported(found[0])
                return
            if not waiting and len(found) > 1 and _all_deltas(found):
                self._kept += found
                found = yield from self._deltas(found)
                del self._kept[len(self._kept) - len(found) :]
            for data in found:
                if waiting:
                    data = halves.joined(data)
                try:
                    event = validate(data)
                except ValidationError as error:
                    if ESCAPED.search(data):
                        data = halves.joined(data)
                    data = _named(data, group.event)
                    odd = self._read_odd(data, error)
                    if self.error is not None:
                        return
                    if odd is None:
                        continue
                    event = odd
                keep(data)
                if type(event) is RawMessageStopEvent:
                    self.done = True
                    yield (event,)
                    return
                yield (event,)

    def _deltas(self, found: list[bytes]) -> Generator[Sequence[RawMessageStreamEvent], None, list[bytes]]:
        """Yield deltas. Return the rest, beginning with the first odd one.

        Nearly all events are deltas. One schema is faster than a union, and `map` than a step for each.
        """
        left = iter(found)
        batch: list[RawMessageStreamEvent] = []
        try:
            while length_hint(left):
                batch = []
                batch.extend(map(self._delta, islice(left, BATCH)))
                yield batch
        except ValidationError:
            yield batch  # Those before the odd one.
            return found[-1 - length_hint(left) :]
        return []

    def _read_odd(self, data: bytes, error: ValidationError) -> RawMessageStreamEvent | None:
        """Read data that is not a valid known event: return an odd or unknown event, or None for a ping, an empty event
        or an error. The error is then in `error`.
        """
        if data.strip() in KEEP_ALIVE or data.strip(BLANKS_AND_QUOTES) == DONE:
            return None
        event = _read_event(data)
        if event is None:
            self.error = self._unreadable(data, error)
        elif isinstance(event, OtherEvent):
            if _is_error(event):
                self.error = self._reported(data)
                return None
            if event.type in PASSED_OVER:
                return None
        return event


def _all_deltas(found: list[bytes]) -> bool:
    """Whether all data begin like deltas: if the smallest and the largest do, then all do."""
    return min(found).startswith(DELTA) and max(found).startswith(DELTA)


def events_of(message: Message) -> list[RawMessageStreamEvent]:
    """Yield the events that a stream of this message would have had."""
    head = message.model_copy(update={"content": [], "stop_reason": None, "stop_sequence": None})
    events: list[RawMessageStreamEvent] = [MessageStartEvent(message=head)]
    for index, block in enumerate(message.content):
        opened, delta = _split(block)
        events.append(ContentBlockStartEvent(index=index, content_block=opened))
        if delta is not None:
            events.append(ContentBlockDeltaEvent(index=index, delta=delta))
        events.append(RawContentBlockStopEvent(index=index))
    change = MessageChange(stop_reason=message.stop_reason, stop_sequence=message.stop_sequence)
    return [*events, MessageDeltaEvent(delta=change, usage=message.usage), RawMessageStopEvent()]


def _split(block: ContentBlock) -> tuple[ContentBlock, BlockDelta | None]:
    """Split a block into its opening and the delta that completes it."""
    match block:
        case TextBlock(text=text) if text:
            return block.model_copy(update={"text": ""}), BlockDelta(type="text_delta", text=text)
        case ThinkingBlock(thinking=thinking) if thinking:
            return block.model_copy(update={"thinking": ""}), BlockDelta(type="thinking_delta", thinking=thinking)
        case ToolUseBlock(input=given) if given:
            written = BlockDelta(type="input_json_delta", partial_json=encode_json(given).decode())
            return block.model_copy(update={"input": {}}), written
        case _:
            return block, None


def _read_event(data: bytes) -> RawMessageStreamEvent | None:
    """Read an event, however odd. Return None if it is not an event."""
    try:
        return _adapter().validate_json(data)
    except ValidationError:
        pass
    try:
        value = decode_reply(data)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    model = MODELS.get(str(value.get("type")))
    return validate_leniently(OtherEvent, data) if model is None else validate_leniently(model, data)


def _named(data: bytes, name: str) -> bytes:
    """Return the data with the type from the event's name, if it has none."""
    if name not in MODELS or not data.startswith(b"{"):
        return data
    try:
        value = decode_reply(data)
    except ValueError:
        return data
    return data if not isinstance(value, dict) or value.get("type") else encode_json({**value, "type": name})


def _is_error(event: OtherEvent) -> bool:
    unknown = event.model_extra or {}
    kind = str(event.type)
    bare = not kind and (("message" in unknown and "code" in unknown) or bool(unknown.get("detail")))
    return kind == "error" or bare or bool(unknown.get("error")) or unknown.get("object") == "error"
