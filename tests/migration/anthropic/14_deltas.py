"""The kinds of deltas and of events, told apart by their classes."""

from anthropic import Anthropic
from anthropic.types import (
    InputJSONDelta,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawContentBlockStopEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
)

TOOL = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}

client = Anthropic()
for text, more in (
    ("Say hello world", {}),
    ("get_weather in Paris", {"tools": [TOOL]}),
    ("Say hi", {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
):
    for event in client.messages.create(
        model="zai-org/GLM-5.3", max_tokens=2048, messages=[{"role": "user", "content": text}], stream=True, **more
    ):
        if isinstance(event, RawContentBlockDeltaEvent):
            match event.delta:
                case TextDelta(text=said):
                    print("text", said)
                case ThinkingDelta(thinking=thought):
                    print("thinking", thought)
                case InputJSONDelta(partial_json=piece):
                    print("input", piece)
                case SignatureDelta(signature=signature):
                    print("signature", signature)
        elif isinstance(event, RawMessageStartEvent):
            print(event.message.role)
        elif isinstance(event, RawMessageDeltaEvent):
            print(event.delta.stop_reason, event.usage.output_tokens)
        elif isinstance(event, RawContentBlockStartEvent):
            print(event.index, event.content_block.type)
        elif isinstance(event, RawContentBlockStopEvent | RawMessageStopEvent):
            print(event.type)
client.close()
