"""Errors by their classes, and what they tell."""

import anthropic
from anthropic import Anthropic

client = Anthropic(max_retries=0)
question = [{"role": "user", "content": "Say hello"}]
for kind, fields in (
    (anthropic.BadRequestError, {"model": "zai-org/GLM-5.3", "extra_body": {"temperature": 3}}),
    (anthropic.NotFoundError, {"model": "unknown/model"}),
    (anthropic.RateLimitError, {"model": "emulator/429"}),
    (anthropic.InternalServerError, {"model": "emulator/500"}),
):
    try:
        client.messages.create(max_tokens=64, messages=question, **fields)
    except anthropic.APIStatusError as error:
        print(isinstance(error, kind), error.status_code, error.body["error"]["type"], error.type)

for name in ("APIConnectionError", "APITimeoutError", "AuthenticationError", "APIError"):
    print(issubclass(getattr(anthropic, name), Exception))
client.close()
