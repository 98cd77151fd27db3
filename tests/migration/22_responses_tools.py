"""Tools, called and answered."""

import json

from openai import OpenAI

tools = [
    {
        "type": "function",
        "name": "get_weather",
        "description": "The weather at the moment.",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    }
]

with OpenAI() as client:
    items: list[object] = [{"role": "user", "content": "What is the weather in Paris and Rome?"}]
    response = client.responses.create(
        model="openai/gpt-oss-120b", input=items, tools=tools, tool_choice="auto", parallel_tool_calls=True
    )
    items += response.output
    for item in response.output:
        if item.type == "function_call":
            print(item.name, item.arguments, item.call_id, item.status)
            city = json.loads(item.arguments)["city"]
            items.append({"type": "function_call_output", "call_id": item.call_id, "output": f"rain in {city}"})
    print(client.responses.create(model="openai/gpt-oss-120b", input=items, tools=tools).output_text)
