"""The names of types, as programs annotate with them."""

from anthropic import Anthropic
from anthropic.types import Message, MessageParam, TextBlock, ToolParam, ToolUseBlock, Usage

client = Anthropic()
LOOK_UP: ToolParam = {
    "name": "look_up",
    "input_schema": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
}


def ask(messages: list[MessageParam]) -> Message:
    return client.messages.create(model="zai-org/GLM-5.3", max_tokens=64, messages=messages, tools=[LOOK_UP])


for text in ("Say hello", "Please look_up something"):
    message = ask([{"role": "user", "content": text}])
    usage: Usage = message.usage
    print(isinstance(message, Message), usage.output_tokens)
    for block in message.content:
        if isinstance(block, TextBlock):
            print(block.text)
        elif isinstance(block, ToolUseBlock):
            print(block.name, sorted(block.input))
client.close()
