"""The id of a request, and replies as plain data."""

from openai import OpenAI

client = OpenAI()
completion = client.chat.completions.create(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Say hello"}],
    extra_headers={"x-emulator": "request-id=x"},
)
print(completion._request_id is not None)
print(completion.model_dump()["choices"][0]["message"]["content"])
print(completion.to_dict()["choices"][0]["message"]["content"])
print("hello" in completion.model_dump_json(), "hello" in completion.to_json())
client.close()
