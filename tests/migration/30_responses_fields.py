"""What a response tells of its request, and an object with how it ended."""

from openai import OpenAI
from openai.types.responses import ResponseInputImageParam, ResponseInputTextParam, ResponseStatus
from pydantic import BaseModel


class City(BaseModel):
    name: str


with OpenAI() as client:
    picture = ResponseInputImageParam(type="input_image", image_url="https://example.com/cat.png", detail="auto")
    response = client.responses.create(
        model="openai/gpt-oss-120b",
        instructions="Be brief.",
        input=[{"role": "user", "content": [picture, ResponseInputTextParam(type="input_text", text="Say a cat")]}],
        metadata={"job": "7"},
        temperature=0.5,
        prompt_cache_retention="24h",
    )
    status: ResponseStatus = response.status
    print(status, response.instructions, response.metadata, response.temperature, response.max_output_tokens)
    for name in (
        "previous_response_id",
        "reasoning",
        "truncation",
        "user",
        "service_tier",
        "background",
        "completed_at",
    ):
        print(name, getattr(response, name))
    parsed = client.responses.parse(model="openai/gpt-oss-120b", input="A city", text_format=City)
    print(parsed.error, parsed.incomplete_details, parsed.status)
