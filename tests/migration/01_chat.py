"""A question and an answer."""

from openai import OpenAI

client = OpenAI()

completion = client.chat.completions.create(
    model="openai/gpt-oss-120b",
    messages=[
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Say hello to the world"},
    ],
    temperature=0.2,
    max_tokens=64,
)
choice = completion.choices[0]
print(choice.message.role, choice.message.content, choice.finish_reason)
assert completion.usage is not None
print(completion.usage.prompt_tokens + completion.usage.completion_tokens == completion.usage.total_tokens)
print(completion.model, completion.object)
client.close()
