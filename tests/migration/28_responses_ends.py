"""Responses that end early, and errors."""

import openai
from openai import OpenAI

with OpenAI(max_retries=0) as client:
    cut = client.responses.create(model="openai/gpt-oss-120b", input="Say one two three four", max_output_tokens=2)
    assert cut.incomplete_details is not None
    print(cut.status, cut.incomplete_details.reason, cut.output_text)
    with client.responses.stream(
        model="openai/gpt-oss-120b", input="Say one two three four", max_output_tokens=2
    ) as stream:
        for event in stream:
            if event.type == "response.incomplete":
                print(event.response.status, event.response.output_text)
    for spec, error in (
        ("status=401", openai.AuthenticationError),
        ("status=429", openai.RateLimitError),
        ("status=404", openai.NotFoundError),
        ("status=500", openai.InternalServerError),
    ):
        try:
            client.responses.create(model="openai/gpt-oss-120b", input="Hi", extra_headers={"x-emulator": spec})
        except error as caught:
            print(type(caught).__name__, caught.status_code)
    refused = client.responses.create(model="openai/gpt-oss-120b", input="Hi", extra_headers={"x-emulator": "refusal"})
    message = refused.output[0]
    assert message.type == "message"
    part = message.content[0]
    assert part.type == "refusal"
    print(part.refusal, repr(refused.output_text))
