"""The helper for streams: text, events, and the message at the end."""

from anthropic import Anthropic

client = Anthropic()
question = [{"role": "user", "content": "Say hello to the whole wide world"}]
with client.messages.stream(model="zai-org/GLM-5.3", max_tokens=64, messages=question) as stream:
    print("".join(stream.text_stream))
    print(stream.get_final_message().stop_reason, stream.get_final_text())

with client.messages.stream(model="zai-org/GLM-5.3", max_tokens=64, messages=question) as stream:
    for event in stream:
        if event.type == "text":
            print(event.text, len(event.snapshot), len(stream.current_message_snapshot.content))
        elif event.type == "content_block_stop":
            print(event.index, event.content_block.text)
        elif event.type == "message_stop":
            print(event.message.content[0].text, event.message.usage.output_tokens)
client.close()
