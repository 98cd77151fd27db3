"""A response, and the conversation that goes on with its items."""

from openai import OpenAI

with OpenAI() as client:
    conversation: list[object] = [{"role": "user", "content": "Say one two three"}]
    response = client.responses.create(
        model="openai/gpt-oss-120b", instructions="Be brief.", input=conversation, max_output_tokens=64, temperature=0
    )
    print(response.output_text, response.status, response.model, response.object)
    assert response.usage is not None
    print(response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens)
    print(response.usage.input_tokens_details.cached_tokens, response.usage.output_tokens_details.reasoning_tokens)
    message = response.output[0]
    assert message.type == "message"
    print(message.role, message.content[0].type, message.content[0].text)
    conversation += response.output
    conversation.append({"role": "user", "content": "Say four"})
    print(client.responses.create(model="openai/gpt-oss-120b", input=conversation).output_text)
