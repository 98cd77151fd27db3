"""The events of `.stream()`, by their types."""

from openai import OpenAI
from pydantic import BaseModel


class City(BaseModel):
    name: str
    population: int


client = OpenAI()
with client.chat.completions.stream(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Say alpha beta gamma"}],
) as stream:
    text = from_chunks = ""
    chunks = 0
    for event in stream:
        if event.type == "chunk":
            chunks += 1
            from_chunks += "".join(choice.delta.content or "" for choice in event.chunk.choices)
        elif event.type == "content.delta":
            text += event.delta
            assert text == from_chunks  # the chunk comes before what it brings
        elif event.type == "content.done":
            print("done:", event.content)
    print(text, chunks > 1)
    print(stream.get_final_completion().choices[0].message.content)

with client.chat.completions.stream(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Name a city"}],
    response_format=City,
) as stream:
    for event in stream:
        if event.type == "content.done":
            print("parsed:", type(event.parsed).__name__)
    city = stream.get_final_completion().choices[0].message.parsed
    assert isinstance(city, City)
client.close()
