"""The names of types, as programs annotate with them, and the marks of what is not given."""

import openai
from openai import NOT_GIVEN, NotGiven, OpenAI, Stream, Timeout, omit
from openai.types import CompletionUsage
from openai.types.chat import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionToolParam,
    ChatCompletionUserMessageParam,
)

client = OpenAI(timeout=Timeout(20.0, connect=5.0))
LOOK_UP: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": "look_up", "parameters": {"type": "object", "properties": {"word": {"type": "string"}}}},
}


def ask(messages: list[ChatCompletionMessageParam], temperature: float | NotGiven = NOT_GIVEN) -> ChatCompletion:
    return client.copy(max_retries=1).chat.completions.create(
        model="openai/gpt-oss-120b", messages=messages, tools=[LOOK_UP], temperature=temperature, stop=omit
    )


def pieces(stream: Stream[ChatCompletionChunk]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


completion = ask([ChatCompletionUserMessageParam(role="user", content="Say hello")])
message: ChatCompletionMessage = completion.choices[0].message
usage: CompletionUsage | None = completion.usage
print(message.content, usage is not None and usage.total_tokens > 0, isinstance(completion, ChatCompletion))

chunks = client.chat.completions.create(
    model="openai/gpt-oss-120b", messages=[{"role": "user", "content": "Say hello"}], stream=True
)
print(isinstance(chunks, openai.Stream), isinstance(completion, openai.Stream), pieces(chunks))

with client.chat.completions.stream(
    model="openai/gpt-oss-120b", messages=[{"role": "user", "content": "Say hello"}]
) as stream:
    text = stream.until_done().get_final_completion().choices[0].message.content
    print(text, stream.current_completion_snapshot.choices[0].message.content == text)
print(isinstance(NOT_GIVEN, NotGiven), isinstance(0.5, NotGiven))
client.close()
