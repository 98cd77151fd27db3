"""A program that was annotated for `openai`, with other imports and clients. Not run: `make lint` checks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

import httpx
from pydantic import BaseModel

from baseten_sdk import (
    NOT_GIVEN,
    APIError,
    AsyncClient,
    AsyncStream,
    Client,
    ContentFilterFinishReasonError,
    LengthFinishReasonError,
    NotGiven,
    Omit,
    RateLimitError,
    Stream,
    omit,
)
from baseten_sdk.types import CompletionUsage, Model
from baseten_sdk.types.chat import (
    ChatCompletion,
    ChatCompletionAssistantMessageParam,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionMessageToolCall,
    ChatCompletionSystemMessageParam,
    ChatCompletionToolMessageParam,
    ChatCompletionToolParam,
    ChatCompletionUserMessageParam,
    ParsedChatCompletion,
)

LOOK_UP: ChatCompletionToolParam = {"type": "function", "function": {"name": "look_up", "parameters": {}}}


class City(BaseModel):
    name: str


def conversation(question: str) -> list[ChatCompletionMessageParam]:
    messages: list[ChatCompletionMessageParam] = [
        ChatCompletionSystemMessageParam(role="system", content="Be short."),
        ChatCompletionUserMessageParam(role="user", content=question),
    ]
    messages.append({"role": "assistant", "content": "What of it?"})
    messages.append(ChatCompletionAssistantMessageParam(role="assistant", content="What of it?"))
    messages.append(ChatCompletionToolMessageParam(role="tool", content="42", tool_call_id="call_1"))
    return messages


def ask(
    client: Client,
    messages: list[ChatCompletionMessageParam],
    temperature: float | NotGiven = NOT_GIVEN,
    seed: int | Omit = omit,
) -> ChatCompletion:
    return client.copy(timeout=httpx.Timeout(60.0, connect=5.0), max_retries=1).chat.completions.create(
        model="org/m", messages=messages, tools=[LOOK_UP], temperature=temperature, seed=seed, stop=NOT_GIVEN
    )


def called(message: ChatCompletionMessage) -> list[ChatCompletionMessageToolCall]:
    return message.tool_calls or []


def tokens(usage: CompletionUsage | None) -> int:
    return usage.total_tokens if usage else 0


def pieces(stream: Stream[ChatCompletionChunk]) -> Iterator[str]:
    with stream:
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content


async def pieces_of(stream: AsyncStream[ChatCompletionChunk]) -> AsyncIterator[str]:
    async for chunk in stream:
        yield chunk.choices[0].delta.content or ""
    await stream.close()


def streamed(client: Client) -> str:
    stream: Stream[ChatCompletionChunk] = client.chat.completions.create(
        model="org/m", messages=conversation("Why?"), stream=True
    )
    return "".join(pieces(stream))


async def streamed_too(client: AsyncClient) -> list[str]:
    stream = await client.chat.completions.create(model="org/m", messages=conversation("Why?"), stream=True)
    return [piece async for piece in pieces_of(stream)]


def parsed(client: Client) -> City | None:
    try:
        completion: ParsedChatCompletion[City] = client.beta.chat.completions.parse(
            model="org/m", messages=conversation("Where?"), response_format=City
        )
    except (LengthFinishReasonError, ContentFilterFinishReasonError) as error:
        assert_type(error.completion, ChatCompletion)
        return None
    except RateLimitError as error:
        assert_type(error.status_code, int)
        return None
    except APIError as error:
        assert_type(error.message, str)
        assert_type(error.code, str | None)
        assert_type(error.type, str | None)
        assert_type(error.param, str | None)
        assert_type(error.body, object)
        assert_type(error.request_id, str | None)
        return None
    return completion.parsed


async def one_model(client: AsyncClient) -> None:
    assert_type(await client.models.retrieve("org/m"), Model)


def to_the_end(client: Client) -> str | None:
    with client.chat.completions.stream(model="org/m", messages=conversation("Why?")) as stream:
        for event in stream:
            if event.type == "content.delta":
                assert_type(stream.current_completion_snapshot, ChatCompletion)
        return stream.until_done().get_final_completion().choices[0].message.content
