"""A tool, and the loop around it by hand."""

import json

from openai import OpenAI

client = OpenAI()
tools = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get the weather of a city.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
]
messages = [{"role": "user", "content": "Use get_weather for Paris"}]

completion = client.chat.completions.create(
    model="openai/gpt-oss-120b", messages=messages, tools=tools, tool_choice="auto"
)
message = completion.choices[0].message
print(completion.choices[0].finish_reason)
messages.append(message)
for call in message.tool_calls or []:
    arguments = json.loads(call.function.arguments)
    print(call.type, call.function.name, sorted(arguments))
    messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps({"celsius": 21})})

completion = client.chat.completions.create(model="openai/gpt-oss-120b", messages=messages, tools=tools)
print(completion.choices[0].message.content)
print(completion.choices[0].message.tool_calls or None)
client.close()
