"""What can go wrong, by the classes of its errors."""

import openai
from openai import APIConnectionError, APIStatusError, BadRequestError, OpenAI, RateLimitError

client = OpenAI(max_retries=0)


def ask(fault: str) -> None:
    client.chat.completions.create(
        model="openai/gpt-oss-120b",
        messages=[{"role": "user", "content": "Hi"}],
        extra_headers={"x-emulator": fault},
    )


try:
    ask("status=400, shape=3, code=bad_thing")
except BadRequestError as error:
    print("bad request", error.status_code, error.code, error.response.status_code)
try:
    ask("status=401")
except openai.AuthenticationError as error:
    print("authentication", error.status_code)
try:
    ask("status=404")
except openai.NotFoundError as error:
    print("not found", error.status_code)
try:
    ask("status=422")
except openai.UnprocessableEntityError as error:
    print("unprocessable", error.status_code)
try:
    ask("status=503, request-id=x")
except openai.InternalServerError as error:
    print("server", error.status_code, error.request_id is not None, bool(error.message))
try:
    ask("status=418")
except APIStatusError as error:
    print("status", error.status_code)
try:
    ask("drop")
except APIConnectionError as error:
    print("connection", isinstance(error, openai.APITimeoutError))
try:
    client.with_options(timeout=0.1).models.list(extra_headers={"x-emulator": "hang"})
except openai.APITimeoutError as error:
    print("timeout", isinstance(error, APIConnectionError))
try:
    ask("status=429, retry-after=7")
except RateLimitError as error:
    print("rate limit", error.status_code, error.response.headers["retry-after"])
client.close()
