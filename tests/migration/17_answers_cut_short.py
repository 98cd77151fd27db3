"""Answers that are cut short, and what an error says of its cause."""

import openai
from openai import ContentFilterFinishReasonError, LengthFinishReasonError, OpenAI
from pydantic import BaseModel


class City(BaseModel):
    name: str


client = OpenAI(max_retries=0)


def ask(behavior: str) -> None:
    client.chat.completions.parse(
        model="openai/gpt-oss-120b",
        messages=[{"role": "user", "content": "Name a city"}],
        response_format=City,
        extra_headers={"x-emulator": behavior},
    )


try:
    ask("finish-reason=length")
except LengthFinishReasonError as error:
    print("length", error.completion.choices[0].finish_reason)
try:
    ask("finish-reason=content_filter")
except ContentFilterFinishReasonError:
    print("content filter")
try:
    ask("status=400, shape=3, code=bad_thing")
except openai.APIError as error:
    print(error.code, error.type, error.param)
try:
    ask("drop")
except openai.APIError as error:
    print(error.code, error.type, error.param, error.body)
client.close()
