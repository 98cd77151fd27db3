"""An answer as an object."""

from openai import OpenAI
from pydantic import BaseModel


class Step(BaseModel):
    explanation: str
    output: str


class Solution(BaseModel):
    steps: list[Step]
    final_answer: str


client = OpenAI()
completion = client.chat.completions.parse(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Solve 8x + 31 = 2"}],
    response_format=Solution,
)
message = completion.choices[0].message
if message.parsed:
    print(type(message.parsed).__name__, len(message.parsed.steps), message.parsed.final_answer)
else:
    print(message.refusal)
print(completion.model, completion.usage is not None)
client.close()
