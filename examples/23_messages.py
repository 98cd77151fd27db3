"""Messages in Anthropic's form: a stream, tools, and an object."""

from pydantic import BaseModel

from baseten_sdk import Client

GLM = "zai-org/GLM-5.3"


class Order(BaseModel):
    item: str
    count: int


def get_weather(city: str) -> str:
    """The weather at the moment."""
    return f"Sunny in {city}."


with Client() as client:
    question = [{"role": "user", "content": "Say hello to the world"}]
    with client.messages.stream(
        model=GLM, max_tokens=1024, messages=question
    ) as stream:
        for text in stream.text_stream:
            print(text, end="", flush=True)
    print()

    question = [{"role": "user", "content": "Please get_weather in Paris"}]
    run = client.messages.run_tools(
        model=GLM, max_tokens=1024, messages=question, tools=[get_weather]
    )
    print(run.until_done().text)

    question = [{"role": "user", "content": "Three hats, please"}]
    reply = client.messages.parse(
        model=GLM, max_tokens=1024, messages=question, output_format=Order
    )
    print(reply.parsed)
