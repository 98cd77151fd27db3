"""Why a message ended, and options of a call."""

from anthropic import Anthropic

client = Anthropic().with_options(timeout=20.0, max_retries=1)
question = [{"role": "user", "content": "Say one two three four"}]
for fields in (
    {"max_tokens": 1},
    {"max_tokens": 64, "stop_sequences": ["three"]},
    {"max_tokens": 64, "extra_body": {"top_k": 5}},
):
    message = client.messages.create(
        model="zai-org/GLM-5.3", messages=question, metadata={"user_id": "u1"}, timeout=10.0, **fields
    )
    print(message.stop_reason, message.stop_sequence, message.content[0].text)
    with client.messages.stream(model="zai-org/GLM-5.3", messages=question, **fields) as stream:
        message = stream.get_final_message()
    print(message.stop_reason, message.stop_sequence, message.content[0].text)
client.close()
