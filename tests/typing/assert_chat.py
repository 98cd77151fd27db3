"""What type checkers make of chat calls. Nothing here is run: `make lint` checks it."""

from __future__ import annotations

from typing import assert_type

from baseten_sdk import (
    AsyncChatStream,
    AsyncClient,
    ChatCompletion,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatStream,
    Client,
    MessageParam,
    Meta,
    Usage,
    assistant,
    system,
    user,
)


def a_plain_call_gives_a_completion(client: Client) -> None:
    completion = client.chat.completions.create(model="org/m", messages=[{"role": "user", "content": "Hi"}])
    assert_type(completion, ChatCompletion)
    assert_type(completion.text, str)
    assert_type(completion.message, ChatCompletionMessage)
    assert_type(completion.message.content, str | None)
    assert_type(completion.message.reasoning, str | None)
    assert_type(completion.usage, Usage | None)
    assert_type(completion.meta, Meta)
    assert_type(completion.meta.request_id, str | None)


async def so_does_an_asynchronous_one(client: AsyncClient) -> None:
    messages: list[MessageParam] = [{"role": "user", "content": "Hi"}]
    assert_type(await client.chat.completions.create(model="org/m", messages=messages), ChatCompletion)
    assert_type(await client.chat.completions.create(model="org/m", messages=messages, stream=False), ChatCompletion)
    assert_type(await client.chat.completions.create(model="org/m", messages=messages, stream=None), ChatCompletion)


def a_stream_gives_chunks(client: Client) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    stream = client.chat.completions.create(model="org/m", messages=messages, stream=True)
    assert_type(stream, ChatStream)
    with stream as chunks:
        assert_type(chunks, ChatStream)
        for chunk in chunks:
            assert_type(chunk, ChatCompletionChunk)
            assert_type(chunk.text, str)


async def an_asynchronous_stream_gives_chunks(client: AsyncClient) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    stream = await client.chat.completions.create(model="org/m", messages=messages, stream=True)
    assert_type(stream, AsyncChatStream)
    async with stream as chunks:
        async for chunk in chunks:
            assert_type(chunk, ChatCompletionChunk)


async def whether_to_stream_may_be_known_only_at_run_time(client: Client, other: AsyncClient, stream: bool) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    assert_type(
        client.chat.completions.create(model="org/m", messages=messages, stream=stream), ChatCompletion | ChatStream
    )
    assert_type(
        await other.chat.completions.create(model="org/m", messages=messages, stream=stream),
        ChatCompletion | AsyncChatStream,
    )


def messages_of_every_kind_are_taken(client: Client, reply: ChatCompletion) -> None:
    create = client.chat.completions.create
    plain = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    assert_type(plain, list[dict[str, str]])
    create(model="org/m", messages=plain)

    annotated: list[dict[str, str]] = [{"role": "user", "content": "Hi"}]
    create(model="org/m", messages=annotated)
    loose: list[dict[str, object]] = [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
    create(model="org/m", messages=loose)
    strict: list[MessageParam] = [{"role": "user", "content": "Hi", "name": "ada"}]
    create(model="org/m", messages=strict)

    create(model="org/m", messages=[system("Be brief."), user("Hi"), assistant("Hello"), reply.message])
    create(
        model="org/m",
        messages=[
            {"role": "user", "content": "Hi"},
            reply.message,
            {"role": "tool", "content": "21", "tool_call_id": "t1"},
        ],
    )
    create(model="org/m", messages=(message for message in plain))
    create(model="org/m", messages=({"role": "user", "content": "Hi"},))


def parts_are_taken(client: Client) -> None:
    client.chat.completions.create(
        model="org/m",
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}},
                    {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
                    {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}},
                    {"type": "file", "file": {"file_id": "f1"}},
                ],
            }
        ],
    )
    client.chat.completions.create(
        model="org/m",
        messages=[user([{"type": "text", "text": "?"}, {"type": "vendor_part", "vendor": {"a": 1}}])],
    )


def parameters_tools_and_formats_are_taken(client: Client) -> None:
    weather = {
        "type": "function",
        "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
    }
    client.chat.completions.create(
        model="org/m",
        messages=[{"role": "user", "content": "Hi"}],
        temperature=0,
        top_p=0.9,
        top_k=40,
        max_tokens=64,
        stop=["\n"],
        seed=None,
        logit_bias={"50256": -100},
        reasoning_effort="low",
        chat_template_args={"enable_thinking": True},
        tools=[weather, {"type": "baseten__exa__web_search_exa"}],
        tool_choice={"type": "function", "function": {"name": "weather"}},
        parallel_tool_calls=False,
        response_format={"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}},
        stream_options={"include_usage": True},
        timeout=30,
        deadline=60.0,
        max_retries=0,
        extra_headers={"x-a": "1"},
        extra_query={"a": [1, 2], "b": None},
        extra_body={"chat_template_kwargs": {"a": 1}},
        session="conversation-1",
        request_id="mine",
    )
    client.chat.completions.create(
        model="org/m",
        messages=[{"role": "user", "content": "Hi"}],
        tool_choice="auto",
        response_format={"type": "text"},
    )


def the_engine_of_a_deployment_is_called_alike(client: Client) -> None:
    engine = client.deployments("abcd1234", environment="staging")
    messages = [{"role": "user", "content": "Hi"}]
    assert_type(engine.chat.completions.create(model="served", messages=messages), ChatCompletion)
    assert_type(engine.chat.completions.create(model="served", messages=messages, stream=True), ChatStream)


def mistakes_are_found(client: Client) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    create = client.chat.completions.create
    create(messages=messages)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # no model
    create(model="org/m")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # no messages
    create("org/m", messages=messages)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # by position
    create(model="org/m", messages="Hi")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a text
    create(model="org/m", messages=["Hi"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]  # texts
    create(model="org/m", messages=messages, hot=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    create(model="org/m", messages=messages, top_p="1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    create(model="org/m", messages=messages, timeout="1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    headers = {"a": 1}
    create(model="m", messages=messages, extra_headers=headers)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    done = create(model="org/m", messages=messages)
    done.text = ""  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # a property
