"""Annotations with the types of the package."""

from openai import OpenAI
from openai.types.responses import (
    FunctionToolParam,
    ParsedResponse,
    Response,
    ResponseFunctionToolCall,
    ResponseInputParam,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
)
from pydantic import BaseModel


class City(BaseModel):
    name: str


TOOL: FunctionToolParam = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


def said(event: ResponseStreamEvent) -> str:
    return event.delta if isinstance(event, ResponseTextDeltaEvent) else ""


def kinds(items: list[ResponseOutputItem]) -> list[str]:
    return [
        "message" if isinstance(item, ResponseOutputMessage) else "call"
        for item in items
        if isinstance(item, ResponseOutputMessage | ResponseFunctionToolCall)
    ]


with OpenAI() as client:
    conversation: ResponseInputParam = [{"role": "user", "content": "The weather in Paris?"}]
    response: Response = client.responses.create(model="openai/gpt-oss-120b", input=conversation, tools=[TOOL])
    print(kinds(response.output))
    print("".join(said(event) for event in client.responses.create(model="a/b", input="Say hello", stream=True)))
    parsed: ParsedResponse[City] = client.responses.parse(model="a/b", input="A city", text_format=City)
    print(isinstance(parsed.output_parsed, City), isinstance(response, Response))
