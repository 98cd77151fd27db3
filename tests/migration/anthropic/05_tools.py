"""A loop of one's own around tools."""

import json

from anthropic import Anthropic

client = Anthropic()
tools = [
    {
        "name": "get_weather",
        "description": "The weather at the moment.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
]
messages = [{"role": "user", "content": "get_weather in Paris and Berlin, please"}]
while True:
    message = client.messages.create(
        model="zai-org/GLM-5.3", max_tokens=256, messages=messages, tools=tools, tool_choice={"type": "auto"}
    )
    print(message.stop_reason)
    if message.stop_reason != "tool_use":
        break
    messages.append({"role": "assistant", "content": message.content})
    results = []
    for block in message.content:
        if block.type == "tool_use":
            print(block.name, json.dumps(block.input, sort_keys=True))
            answer = f"sunny in {block.input['city']}"
            results.append({"type": "tool_result", "tool_use_id": block.id, "content": answer})
    messages.append({"role": "user", "content": results})
print(message.content[0].text)
client.close()
