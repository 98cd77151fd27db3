"""A conversation that goes on with what the model said."""

from anthropic import Anthropic

with Anthropic() as client:
    messages = [{"role": "user", "content": "Say one"}]
    for question in ("Say two", "Say three"):
        message = client.messages.create(model="zai-org/GLM-5.3", max_tokens=64, messages=messages)
        print(message.content[0].text)
        messages.append({"role": "assistant", "content": message.content})
        messages.append({"role": "user", "content": [{"type": "text", "text": question}]})
    print(
        len(messages), client.messages.create(model="zai-org/GLM-5.3", max_tokens=64, messages=messages).content[0].text
    )
