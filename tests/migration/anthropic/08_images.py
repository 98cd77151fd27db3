"""An image beside the question, and one inside the result of a tool."""

import base64

from anthropic import Anthropic

PIXEL = base64.b64encode(b"\x89PNG not really").decode()

client = Anthropic()
image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
linked = {"type": "image", "source": {"type": "url", "url": "https://example.com/cat.png"}}
message = client.messages.create(
    model="moonshotai/Kimi-K3",
    max_tokens=64,
    messages=[{"role": "user", "content": [image, linked, {"type": "text", "text": "Say it is a cat"}]}],
)
print(message.content[0].text)
result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "a picture"}, image]}
message = client.messages.create(
    model="moonshotai/Kimi-K3",
    max_tokens=64,
    messages=[
        {"role": "user", "content": "Take a picture"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "camera", "input": {}}]},
        {"role": "user", "content": [result]},
    ],
)
print(message.content[0].text)
client.close()
