"""The events of `create(stream=True)`, put together by hand."""

from anthropic import Anthropic

client = Anthropic()
text = ""
for event in client.messages.create(
    model="zai-org/GLM-5.3",
    max_tokens=64,
    messages=[{"role": "user", "content": "Say hello to the world"}],
    stream=True,
):
    if event.type == "message_start":
        print(event.message.role, event.message.content)
    elif event.type == "content_block_start":
        print(event.index, event.content_block.type)
    elif event.type == "content_block_delta" and event.delta.type == "text_delta":
        text += event.delta.text
    elif event.type == "message_delta":
        print(event.delta.stop_reason, event.usage.output_tokens)
    else:
        print(event.type)
print(text)
client.close()
