"""What the model thought, whole and as it comes."""

from anthropic import Anthropic

client = Anthropic()
question = [{"role": "user", "content": "Say hello"}]
message = client.messages.create(
    model="zai-org/GLM-5.3", max_tokens=2048, messages=question, thinking={"type": "enabled", "budget_tokens": 1024}
)
for block in message.content:
    match block.type:
        case "thinking":
            print("thought", block.thinking)
        case "text":
            print("said", block.text)
with client.messages.stream(
    model="zai-org/GLM-5.3", max_tokens=2048, messages=question, thinking={"type": "enabled", "budget_tokens": 1024}
) as stream:
    thought, signature = "", ""
    for event in stream:
        if event.type == "thinking":
            thought += event.thinking
        elif event.type == "signature":
            signature = event.signature
    print(thought, signature)
    print([block.type for block in stream.get_final_message().content])
client.close()
