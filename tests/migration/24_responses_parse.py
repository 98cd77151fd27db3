"""An object instead of a text, plain and streamed."""

from openai import OpenAI
from pydantic import BaseModel


class City(BaseModel):
    name: str
    country: str
    people: int


with OpenAI() as client:
    parsed = client.responses.parse(model="openai/gpt-oss-120b", input="A city, please", text_format=City)
    assert parsed.output_parsed is not None
    print(parsed.output_parsed, parsed.output_text, parsed.status)
    for item in parsed.output:
        if item.type == "message":
            for part in item.content:
                print(part.type, part.parsed)

    with client.responses.stream(model="openai/gpt-oss-120b", input="A city, please", text_format=City) as stream:
        for event in stream:
            if event.type == "response.output_text.done":
                print(event.parsed)
        print(stream.get_final_response().output_parsed)
