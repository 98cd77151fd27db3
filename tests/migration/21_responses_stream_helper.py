"""The helper for streams, with its final response."""

from openai import OpenAI

with OpenAI() as client:
    with client.responses.stream(model="openai/gpt-oss-120b", input="Say one two three four") as stream:
        for event in stream:
            match event.type:
                case "response.output_text.delta":
                    print(event.delta, end="|")
                case "response.completed":
                    print(event.response.status)
                case _:
                    pass
        response = stream.get_final_response()
    print(response.output_text, len(response.output))
    with client.responses.stream(model="openai/gpt-oss-120b", input="Say five") as stream:
        print(stream.until_done().get_final_response().output_text)
