"""Options of the client and of single calls."""

from openai import OpenAI

client = OpenAI(timeout=20.0, max_retries=1, default_headers={"x-team": "search"})
hurried = client.with_options(timeout=5.0, max_retries=0)

completion = hurried.chat.completions.create(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Say hello"}],
    extra_headers={"x-mine": "yes"},
    extra_query={"trace": "1"},
    extra_body={"top_k": 40},
    timeout=3.0,
)
print(completion.choices[0].message.content)

patient = client.with_options(max_retries=2)
completion = patient.chat.completions.create(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Say hello again"}],
    extra_headers={"x-emulator": "fail=1, status=503, retry-after-ms=1, key=twelve"},
)
print(completion.choices[0].message.content)
client.close()
