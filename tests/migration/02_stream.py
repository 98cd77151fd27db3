"""An answer piece by piece, with its usage at the end."""

from openai import OpenAI

with OpenAI() as client:
    stream = client.chat.completions.create(
        model="openai/gpt-oss-120b",
        messages=[{"role": "user", "content": "Say one two three four"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    usage = None
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            print(chunk.choices[0].delta.content, end="|")
        if chunk.usage is not None:
            usage = chunk.usage
    print()
    assert usage is not None
    print(usage.completion_tokens)

    with client.chat.completions.create(
        model="openai/gpt-oss-120b", messages=[{"role": "user", "content": "Say one two"}], stream=True
    ) as left_early:
        for chunk in left_early:
            print(chunk.object)
            break
