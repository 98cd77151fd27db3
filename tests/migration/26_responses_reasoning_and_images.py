"""Thoughts of a model, and a picture for it."""

from openai import OpenAI

with OpenAI() as client:
    response = client.responses.create(
        model="openai/gpt-oss-120b",
        reasoning={"effort": "high"},
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Say what you see"},
                    {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"},
                ],
            }
        ],
    )
    for item in response.output:
        if item.type == "reasoning":
            print(item.summary, [part.text for part in item.content or []])
        elif item.type == "message":
            print(item.content[0].text)
    thoughts: list[str] = []
    for event in client.responses.create(
        model="openai/gpt-oss-120b", reasoning={"effort": "low"}, input="Say one two", stream=True
    ):
        if event.type == "response.reasoning_text.delta":
            thoughts.append(event.delta)
        elif event.type == "response.reasoning_text.done":
            print("".join(thoughts) == event.text, event.text)
