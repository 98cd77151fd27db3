"""The events of a response, and one that is left early."""

from openai import OpenAI

with OpenAI() as client:
    stream = client.responses.create(model="openai/gpt-oss-120b", input="Say one two three four", stream=True)
    for event in stream:
        if event.type == "response.output_text.delta":
            print(event.delta, event.output_index, event.content_index, end="|")
        elif event.type == "response.output_text.done":
            print(event.text)
        elif event.type == "response.completed":
            assert event.response.usage is not None
            print(event.response.output_text, event.response.usage.output_tokens)
        else:
            print(event.type, event.sequence_number)

    with client.responses.create(model="openai/gpt-oss-120b", input="Say one two", stream=True) as left_early:
        for event in left_early:
            print(event.type)
            break
