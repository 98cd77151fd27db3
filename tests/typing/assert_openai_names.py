"""What type checkers make of the names that OpenAI's users know. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from typing import assert_type

from baseten_sdk import (
    APIStatusError,
    AsyncClient,
    ChatCompletion,
    ChatCompletionChunk,
    Client,
    Finished,
    RawResponse,
    Response,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
)


def the_type_of_an_event_narrows_it(client: Client) -> None:
    with client.chat.completions.stream(model="org/m", messages=[]) as stream:
        for event in stream:
            if event.type == "content.delta":
                assert_type(event, TextDelta)
                assert_type(event.delta, str)
            elif event.type == "chunk":
                assert_type(event.chunk, ChatCompletionChunk)
            elif event.type == "tool_calls.function.arguments.delta":
                assert_type(event, ToolCallDelta)
            elif event.type == "tool_calls.function.arguments.done":
                assert_type(event, ToolCallDone)
            elif event.type == "content.done":
                assert_type(event, Finished)
                assert_type(event.content, str | None)


async def a_raw_response_is_of_its_type(client: AsyncClient) -> None:
    raw = await client.chat.completions.with_raw_response.create(model="org/m", messages=[])
    assert_type(raw, RawResponse[ChatCompletion])
    assert_type(raw.parse(), ChatCompletion)


def a_raw_response_does_not_stream(client: Client) -> None:
    client.chat.completions.with_raw_response.create(
        model="org/m",
        messages=[],
        stream=True,  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    )


def an_error_has_a_response(error: APIStatusError) -> None:
    assert_type(error.response, Response)
