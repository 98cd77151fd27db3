"""The deltas of a tool call, put together by hand and by `.stream()`."""

import json

from openai import OpenAI

client = OpenAI()
tools = [
    {
        "type": "function",
        "function": {
            "name": "look_up",
            "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
        },
    }
]
messages = [{"role": "user", "content": "Please look_up something"}]

calls = {}
for chunk in client.chat.completions.create(model="openai/gpt-oss-120b", messages=messages, tools=tools, stream=True):
    for delta in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
        call = calls.setdefault(delta.index, {"name": "", "arguments": ""})
        if delta.function and delta.function.name:
            call["name"] = delta.function.name
        if delta.function and delta.function.arguments:
            call["arguments"] += delta.function.arguments
for call in calls.values():
    print(call["name"], sorted(json.loads(call["arguments"])))

with client.chat.completions.stream(model="openai/gpt-oss-120b", messages=messages, tools=tools) as stream:
    pieces = ""
    for event in stream:
        if event.type == "tool_calls.function.arguments.delta":
            pieces += event.arguments_delta
        elif event.type == "tool_calls.function.arguments.done":
            print(event.name, event.arguments == pieces, event.index)
    print(stream.get_final_completion().choices[0].finish_reason)
client.close()
