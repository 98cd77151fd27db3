"""Parameters that the service may not know are sent all the same."""

from openai import OpenAI

client = OpenAI()
completion = client.chat.completions.create(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Say hello"}],
    store=True,
    service_tier="flex",
    verbosity="low",
    prompt_cache_key="greetings",
    prompt_cache_retention="24h",
    safety_identifier="user-1",
    prediction={"type": "content", "content": "hello"},
    modalities=["text"],
    audio={"voice": "alloy", "format": "wav"},
    web_search_options={"search_context_size": "low"},
    functions=[{"name": "f", "parameters": {"type": "object", "properties": {}}}],
    function_call="none",
)
print(completion.choices[0].message.content)
with client.chat.completions.stream(
    model="openai/gpt-oss-120b",
    messages=[{"role": "user", "content": "Say hello"}],
    verbosity="high",
    safety_identifier="user-1",
) as stream:
    print(stream.get_final_completion().choices[0].message.content)
try:
    client.chat.completions.create(model="openai/gpt-oss-120b", messages=[], temprature=0.5)  # type: ignore[call-overload]
except TypeError as error:
    print("temprature" in str(error))
client.close()
