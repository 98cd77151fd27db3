"""The openai package, and frameworks on it, by this package's connections: over httpx2 and httpx, async and sync."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import anyio
import httpx
import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel

from baseten_sdk import APIError, AsyncClient, Client, Limits, Retry, Target
from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.http import (
    AsyncHttpx2Connections,
    AsyncHttpxConnections,
    Httpx2Connections,
    HttpxConnections,
)

MODEL = "openai/gpt-oss-120b"
QUICK = Retry(initial=0.001, maximum=0.002)


class Weather(BaseModel):
    city: str
    sunny: bool


@pytest.fixture
def service(emu: Emulator) -> Emulator:
    emu.requests.clear()
    emu.faults.clear()
    return emu


@pytest.fixture
async def client(service: Emulator) -> AsyncIterator[AsyncClient]:
    limits = Limits(concurrency=4)
    async with AsyncClient(api_key=service.api_key, endpoints=service.endpoints, retry=QUICK, limits=limits) as made:
        yield made


@pytest.fixture(params=["httpx2", "httpx"])
def asking(request: pytest.FixtureRequest, service: Emulator, client: AsyncClient) -> AsyncOpenAI:
    """OpenAI's async client by our connections, with its own retries as they are."""
    http = (
        httpx2.AsyncClient(transport=AsyncHttpx2Connections(client))
        if request.param == "httpx2"
        else httpx.AsyncClient(transport=AsyncHttpxConnections(client))
    )
    # Its types know httpx2 alone; it takes both.
    return AsyncOpenAI(
        api_key=service.api_key,
        base_url=client.exchanges.base_url,
        http_client=http,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    )


@pytest.fixture(params=["httpx2", "httpx"])
def plain(request: pytest.FixtureRequest, service: Emulator) -> Iterator[OpenAI]:
    with Client(api_key=service.api_key, endpoints=service.endpoints, retry=QUICK) as made:
        http = (
            httpx2.Client(transport=Httpx2Connections(made))
            if request.param == "httpx2"
            else httpx.Client(transport=HttpxConnections(made))
        )
        yield OpenAI(
            api_key=service.api_key,
            base_url=made.exchanges.base_url,
            http_client=http,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        )


async def ask(asking: AsyncOpenAI, text: str = "Say hello") -> str | None:
    completion = await asking.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}])
    return completion.choices[0].message.content


async def stream(asking: AsyncOpenAI) -> str:
    chunks = await asking.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Say hello"}], stream=True
    )
    return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices])


async def test_chats_streams_and_objects(asking: AsyncOpenAI) -> None:
    assert await ask(asking) == "hello"
    assert await stream(asking) == "hello"
    parsed = await asking.chat.completions.parse(
        model=MODEL, messages=[{"role": "user", "content": "Is it sunny in Paris?"}], response_format=Weather
    )
    assert parsed.choices[0].message.parsed == Weather(city="Paris", sunny=True)


def test_without_await(plain: OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Say hello"}]
    assert plain.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content == "hello"
    chunks = plain.chat.completions.create(model=MODEL, messages=messages, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "hello"
    assert plain.models.list().data


async def test_many_at_once_keep_to_the_limits_of_the_client(
    asking: AsyncOpenAI, client: AsyncClient, service: Emulator
) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(40):
            group.start_soon(ask, asking)
    assert len(service.requests) == 40
    assert len({request.client for request in service.requests}) <= 4
    assert repr(client).endswith("<0 of 4 in flight, 0 waiting>)")


async def test_retries_are_the_clients_and_are_not_doubled(asking: AsyncOpenAI, service: Emulator) -> None:
    service.script(["status=503", "status=503"])
    assert await ask(asking) == "hello"
    assert len(service.requests) == 3
    service.requests.clear()
    service.script(["status=503"] * 9)
    with pytest.raises(openai.InternalServerError):
        await ask(asking)
    assert len(service.requests) == 3
    service.faults.clear()
    service.script(["status=400"])
    with pytest.raises(openai.BadRequestError):
        await ask(asking)


@pytest.mark.parametrize("trouble", ["end=2", "cut=2"])
async def test_a_stream_that_is_cut_is_an_error(
    asking: AsyncOpenAI, client: AsyncClient, service: Emulator, trouble: str
) -> None:
    service.script([trouble])
    with pytest.raises(openai.APIConnectionError) as caught:
        await stream(asking)
    below = caught.value.__cause__
    assert isinstance(below, httpx.RequestError | httpx2.RequestError)
    assert isinstance(below.__cause__, APIError)
    assert repr(client).endswith("<0 of 4 in flight, 0 waiting>)")


async def test_a_timeout_of_the_program_is_one_of_its_errors(asking: AsyncOpenAI, service: Emulator) -> None:
    service.script(["hang"])
    with pytest.raises(openai.APITimeoutError):
        await asking.with_options(timeout=0.3, max_retries=0).models.list()


async def test_a_cancelled_call_leaves_nothing(asking: AsyncOpenAI, client: AsyncClient, service: Emulator) -> None:
    service.script(["hang", "stall=2"])
    for call in (ask, stream):
        with anyio.move_on_after(0.5) as scope:
            await call(asking)
        assert scope.cancelled_caught
        assert repr(client).endswith("<0 of 4 in flight, 0 waiting>)")
    assert await ask(asking) == "hello"


async def test_a_pool_is_below(service: Emulator, client: AsyncClient) -> None:
    pool = client.pool([Target("abcd1234", model="llama"), Target("wxyz5678")])
    http = httpx2.AsyncClient(transport=AsyncHttpx2Connections(pool))
    pooled = AsyncOpenAI(api_key=service.api_key, base_url=pool.exchanges.base_url, http_client=http)
    service.script(["status=503", "", "cut=0"])
    assert await ask(pooled) == "hello"
    assert await stream(pooled) == "hello"
    named = {json.loads(request.body)["model"] for request in service.requests}
    assert named == {"llama", MODEL}


def agents_sdk(asking: AsyncOpenAI) -> Callable[[], Awaitable[None]]:
    from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled

    set_tracing_disabled(True)
    agent = Agent("guide", model=OpenAIChatCompletionsModel(MODEL, asking))

    async def run() -> None:
        result = Runner.run_streamed(agent, "Say hello to the whole wide world")
        async for _ in result.stream_events():
            pass

    return run


def pydantic_ai(asking: AsyncOpenAI) -> Callable[[], Awaitable[None]]:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    agent = Agent(OpenAIChatModel(MODEL, provider=OpenAIProvider(openai_client=asking)))

    async def run() -> None:
        async with agent.run_stream("Say hello to the whole wide world") as result:
            await result.get_output()

    return run


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of the frameworks' own streams
@pytest.mark.parametrize("framework", [agents_sdk, pydantic_ai])
async def test_a_cut_stream_is_an_error_in_a_framework_too(
    asking: AsyncOpenAI, service: Emulator, framework: Callable[[AsyncOpenAI], Callable[[], Awaitable[None]]]
) -> None:
    run = framework(asking)
    await run()
    service.script(["end=3"])
    with pytest.raises(Exception, match="Connection error"):
        await run()
