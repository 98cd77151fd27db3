"""Answers as objects."""

from anthropic import Anthropic
from pydantic import BaseModel


class Order(BaseModel):
    item: str
    count: int


client = Anthropic()
question = [{"role": "user", "content": "Three hats, please"}]
parsed = client.messages.parse(model="zai-org/GLM-5.3", max_tokens=256, messages=question, output_format=Order)
print(type(parsed.parsed_output).__name__, parsed.parsed_output)

with client.messages.stream(model="zai-org/GLM-5.3", max_tokens=256, messages=question, output_format=Order) as stream:
    print(stream.get_final_message().parsed_output)

schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
message = client.messages.create(
    model="zai-org/GLM-5.3",
    max_tokens=256,
    messages=question,
    output_config={"format": {"type": "json_schema", "schema": schema}},
)
print(message.content[0].text)
client.close()
