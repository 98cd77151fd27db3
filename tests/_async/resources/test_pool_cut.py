"""Chat streams of a pool that are cut after their first event, and go on elsewhere where the pool was made so."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from baseten_sdk import (
    AsyncClient,
    AsyncPool,
    ConfigurationError,
    ContinuationError,
    DeadlineExceeded,
    Limits,
    StreamInterrupted,
    Target,
    Timeout,
    user,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, IDLE, SAID, fields
from tests.patience import growing

pytestmark = pytest.mark.anyio

LLAMA, OTHER, GLM = Target("abcd1234", model="llama"), Target("wxyz5678"), Target(model="zai-org/GLM-5.3")
MEMBERS = [LLAMA, OTHER]


class Answer(BaseModel):
    text: str


def continuing(client: AsyncClient, *members: Target) -> AsyncPool:
    return client.pool(members or MEMBERS, on_cut="continue")


@pytest.mark.parametrize("trouble", ["cut=3", "end=3", "cut=3, reset"])
async def test_the_next_member_goes_on_from_the_text_that_had_come(
    client: AsyncClient, emu: Emulator, trouble: str
) -> None:
    emu.script([trouble])
    async with continuing(client).chat.completions.stream(messages=HELLO, max_tokens=50) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        completion = await stream.get_final_completion()
    assert text == completion.text == SAID
    assert [each.outcome for each in completion.meta.tries] == ["cut", "ok"]
    assert completion.meta.served_by == completion.meta.tries[1].member
    assert completion.meta.tries[0].member != completion.meta.tries[1].member
    first, second = (fields(request) for request in emu.requests)
    begun = second["messages"]
    assert isinstance(begun, list)
    assert begun[:-1] == first["messages"]
    assert SAID.startswith(begun[-1]["content"])
    assert (second["continue_final_message"], second["add_generation_prompt"]) == (True, False)
    assert repr(client).endswith(f"{IDLE})")


async def test_chunks_go_on_too_and_as_often_as_they_are_cut(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["cut=3", "cut=2", "end=2"])
    async with await continuing(client).chat.completions.create(messages=HELLO, stream=True) as chunks:
        text = "".join([chunk.text async for chunk in chunks])
        assert chunks.complete
    assert text == SAID
    assert [each.outcome for each in chunks.meta.tries] == ["cut", "cut", "cut", "ok"]
    assert repr(client).endswith(f"{IDLE})")


async def test_a_stream_that_falls_silent_goes_on_elsewhere(emu: Emulator, bounded: TransportName) -> None:
    emu.script(["stall=3"])
    async with AsyncClient(
        api_key=emu.api_key, endpoints=emu.endpoints, transport=bounded, timeout=Timeout(idle=0.5)
    ) as client:
        stream = await continuing(client).chat.completions.create(messages=HELLO, stream=True)
        assert "".join([chunk.text async for chunk in stream]) == SAID


async def test_the_model_apis_are_not_asked_to_go_on(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["cut=3"])
    pool = continuing(client, Target(model="zai-org/GLM-5.3", weight=1e9), LLAMA)
    async with pool.chat.completions.stream(messages=HELLO) as stream:
        completion = await stream.get_final_completion()
    assert completion.text == SAID
    assert [each.member.name for each in completion.meta.tries] == ["zai-org/GLM-5.3", "abcd1234"]
    emu.script(["cut=3", "status=503", "status=503", "status=503"])
    with pytest.raises(ContinuationError, match="no member of the pool continued it") as caught:
        async with pool.chat.completions.stream(messages=HELLO, max_retries=2) as stream:
            await stream.get_final_completion()
    assert {each.member.name for each in caught.value.tries[1:]} == {"abcd1234"}
    assert caught.value.partial is not None
    assert SAID.startswith(caught.value.partial.text)


async def test_what_cannot_be_continued_is_an_error_with_what_had_come(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["cut=3"])
    with pytest.raises(ContinuationError, match="held to a schema") as caught:
        async with continuing(client).chat.completions.stream(messages=HELLO, response_format=Answer) as stream:
            await stream.until_done()
    assert isinstance(caught.value, StreamInterrupted)
    assert isinstance(caught.value.__cause__, StreamInterrupted)
    assert caught.value.partial is not None
    assert caught.value.partial.text
    assert [each.outcome for each in caught.value.tries] == ["cut"]
    assert caught.value.url is not None
    assert len(emu.requests) == 1


async def test_an_engine_that_refuses_to_go_on_says_so_in_the_error(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["cut=3", "status=400, message=Unknown field continue_final_message"])
    with pytest.raises(ContinuationError, match="Unknown field continue_final_message") as caught:
        async with continuing(client).chat.completions.stream(messages=HELLO) as stream:
            await stream.until_done()
    assert [each.outcome for each in caught.value.tries] == ["cut", "400"]
    assert repr(client).endswith(f"{IDLE})")


async def test_one_deadline_bounds_all_parts(client: AsyncClient, emu: Emulator) -> None:
    for limit in growing(0.4):
        emu.faults.clear()
        emu.script(["cut=3", "hang", "hang"])
        with pytest.raises((ContinuationError, DeadlineExceeded)) as caught:
            async with continuing(client).chat.completions.stream(messages=HELLO, deadline=limit) as stream:
                await stream.until_done()
        assert "deadline" in str(caught.value)
        assert repr(client).endswith(f"{IDLE})")
        if type(caught.value) is ContinuationError:
            break


async def test_a_tool_run_goes_on_too(client: AsyncClient, emu: Emulator) -> None:
    def weather(city: str) -> str:
        """The weather."""
        return "sunny"

    emu.script(["", "cut=3"])
    run = continuing(client).chat.completions.run_tools(
        messages=[user("Get the weather in Paris")], tools=[weather], stream=True
    )
    assert (await run.until_done()).text == "The tool says: sunny"
    assert len(emu.requests) == 3


async def test_parts_take_one_slot_after_the_other(emu: Emulator, transport: TransportName) -> None:
    emu.script(["cut=3"])
    limits = Limits(concurrency=1)
    async with (
        AsyncClient(
            api_key=emu.api_key, endpoints=emu.endpoints, limits=limits, transport=transport, deadline=20.0
        ) as narrow,
        continuing(narrow).chat.completions.stream(messages=HELLO) as stream,
    ):
        assert (await stream.get_final_completion()).text == SAID


async def test_a_pool_that_cannot_go_on_is_refused(client: AsyncClient) -> None:
    with pytest.raises(ConfigurationError, match="on_cut must be"):
        client.pool(MEMBERS, on_cut="retry")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(ConfigurationError, match="needs a dedicated deployment"):
        continuing(client, GLM)
