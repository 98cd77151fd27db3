"""Calls of tools, piece by piece."""

from openai import OpenAI, pydantic_function_tool
from pydantic import BaseModel


class GetWeather(BaseModel):
    city: str


tool = {
    "type": "function",
    "name": "GetWeather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}

with OpenAI() as client:
    pieces: list[str] = []
    for event in client.responses.create(
        model="openai/gpt-oss-120b",
        input="What is the weather in Paris and Rome?",
        tools=[tool],
        tool_choice={"type": "function", "name": "GetWeather"},
        stream=True,
    ):
        if event.type == "response.output_item.added":
            print(event.item.type, event.item.name)
        elif event.type == "response.function_call_arguments.delta":
            pieces.append(event.delta)
        elif event.type == "response.function_call_arguments.done":
            print("".join(pieces), event.arguments)
            pieces.clear()
        elif event.type == "response.output_item.done":
            print(event.item.call_id, event.item.arguments)
    print(callable(pydantic_function_tool))
