"""One question, a system prompt, and what the reply tells."""

from anthropic import Anthropic

client = Anthropic()
message = client.messages.create(
    model="zai-org/GLM-5.3",
    max_tokens=64,
    system="Be brief.",
    messages=[{"role": "user", "content": "Say hello to the world"}],
)
print(message.role, message.type, message.model, message.stop_reason, message.stop_sequence)
for block in message.content:
    if block.type == "text":
        print(block.text)
print(message.usage.input_tokens > 0, message.usage.output_tokens)
client.close()
