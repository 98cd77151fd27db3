"""Tools whose arguments are objects."""

from openai import OpenAI, pydantic_function_tool
from pydantic import BaseModel


class Answer(BaseModel):
    text: str


class GetWeather(BaseModel):
    """Get the weather of a city."""

    city: str
    days: int


client = OpenAI()
completion = client.chat.completions.parse(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Use GetWeather for Paris"}],
    response_format=Answer,
    tools=[pydantic_function_tool(GetWeather)],
)
for call in completion.choices[0].message.tool_calls or []:
    arguments = call.function.parsed_arguments
    print(call.function.name, type(arguments).__name__, isinstance(arguments, GetWeather))

completion = client.chat.completions.parse(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Use GetWeather for Paris"}],
    tools=[pydantic_function_tool(GetWeather)],
)
for call in completion.choices[0].message.tool_calls or []:
    print(call.function.parsed_arguments)
client.close()
