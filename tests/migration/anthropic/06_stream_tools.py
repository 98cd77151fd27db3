"""The arguments of a call, while they come."""

from anthropic import Anthropic

client = Anthropic()
tools = [
    {
        "name": "get_weather",
        "input_schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
            "required": ["city", "unit"],
        },
    }
]
with client.messages.stream(
    model="zai-org/GLM-5.3",
    max_tokens=256,
    messages=[{"role": "user", "content": "get_weather in Paris, please"}],
    tools=tools,
    tool_choice={"type": "tool", "name": "get_weather"},
) as stream:
    pieces = ""
    for event in stream:
        if event.type == "input_json":
            pieces += event.partial_json
        elif event.type == "content_block_stop" and event.content_block.type == "tool_use":
            print(event.content_block.name, event.content_block.input)
    print(pieces, stream.get_final_message().stop_reason)
client.close()
