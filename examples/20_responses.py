"""The Responses API: a stream, a tool, and a conversation that is continued."""

import json

from baseten_sdk import Client, ResponseInputItem, ResponseTextDeltaEvent

MODEL = "openai/gpt-oss-120b"
TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather at the moment.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}

with Client() as client:
    items: list[ResponseInputItem] = [
        {"role": "user", "content": "What is the weather in Paris?"}
    ]
    response = client.responses.create(model=MODEL, input=items, tools=[TOOL])
    items += response.output
    for call in response.function_calls:
        city = json.loads(call.arguments)["city"]
        items.append({
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": f"rain in {city}",
        })

    with client.responses.stream(model=MODEL, input=items) as stream:
        for event in stream:
            match event:
                case ResponseTextDeltaEvent(delta=text):
                    print(text, end="", flush=True)
                case _:
                    pass
    print()
