"""Completions of text over a socket."""

from __future__ import annotations

import pytest

from baseten_sdk import AsyncClient, NotFoundError, StreamInterrupted, Target, TextCompletion
from baseten_sdk.emulator import Emulator
from tests.asking import IDLE, behaving, fields, only

# unasync: remove
pytestmark = pytest.mark.anyio
# unasync: end

PROMPT = "Say hello to the whole wide world"
SAID = "hello to the whole wide world"


async def test_an_engine_goes_on_with_a_text(client: AsyncClient, emu: Emulator) -> None:
    deployment = client.deployments("abcd1234")
    completion = await deployment.completions.create(model="base", prompt=PROMPT, max_tokens=64, echo=True)
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/completions"
    assert fields(only(emu)) == {"model": "base", "prompt": PROMPT, "max_tokens": 64, "echo": True}
    assert (completion.text, completion.model, completion.choices[0].finish_reason) == (PROMPT + SAID, "base", "stop")
    assert completion.usage is not None
    assert completion.usage.completion_tokens > 0
    assert completion.meta.request_id
    several = await client.completions.create(model="abcd1234", prompt=[PROMPT, "Say no"], n=2)
    assert [choice.text for choice in several.choices] == [SAID, SAID, "no", "no"]
    likely = (await deployment.completions.create(model="base", prompt="Say so", logprobs=2)).choices[0].logprobs
    assert likely is not None
    assert (likely.tokens, likely.token_logprobs, likely.text_offset) == (["so"], [-0.1], [0])
    assert likely.top_logprobs == [{"so": -0.1, "so~1": -1.1}]


@pytest.mark.parametrize("spec", ["style=a", "crlf", "comments", "pieces=1", "burst", "no-done"])
async def test_its_text_comes_in_chunks(client: AsyncClient, spec: str) -> None:
    completions = client.deployments("abcd1234").completions
    async with await completions.create(
        model="b", prompt=PROMPT, stream=True, stream_options={"include_usage": True}, extra_headers=behaving(spec)
    ) as chunks:
        seen = [chunk async for chunk in chunks]
        assert chunks.complete
    assert "".join(chunk.text for chunk in seen) == SAID
    assert seen[-1].usage is not None
    assert IDLE in repr(client)


async def test_its_chunks_have_usage_only_if_it_was_asked_for(client: AsyncClient) -> None:
    completions = client.deployments("abcd1234").completions
    async with await completions.create(model="b", prompt=PROMPT, stream=True) as chunks:
        seen = [chunk async for chunk in chunks]
    assert all(chunk.choices and chunk.usage is None for chunk in seen)


@pytest.mark.parametrize("spec", ["cut=3", "end=3"])
async def test_a_stream_that_was_cut_leaves_what_had_come(client: AsyncClient, spec: str) -> None:
    completions = client.deployments("abcd1234").completions
    chunks = await completions.create(model="b", prompt=PROMPT, stream=True, extra_headers=behaving(spec))
    with pytest.raises(StreamInterrupted) as caught:
        async for _ in chunks:
            pass
    assert isinstance(caught.value.partial, TextCompletion)
    assert SAID.startswith(caught.value.partial.text)


async def test_the_model_apis_have_none_and_a_pool_has(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(NotFoundError):
        await client.completions.create(model="openai/gpt-oss-120b", prompt=PROMPT)
    pool = client.pool([Target("emulator-end-0"), Target("abcd1234")])
    for place in range(4):
        chunks = await pool.completions.create(model="b", prompt=PROMPT, stream=True, session=f"session {place}")
        assert "".join([chunk.text async for chunk in chunks]) == SAID


async def test_a_pool_sends_each_member_its_own_name(client: AsyncClient, emu: Emulator) -> None:
    named, unnamed = Target("abcd1234", model="base"), Target("wxyz5678")
    for member, model, sent in ((named, None, "base"), (unnamed, None, "wxyz5678"), (unnamed, "lora", "lora")):
        emu.requests.clear()
        completions = client.pool([member]).completions
        completion = await completions.create(prompt=PROMPT, model=model)
        assert completion.text == SAID
        async with await completions.create(prompt=PROMPT, model=model, stream=True) as chunks:
            assert "".join([chunk.text async for chunk in chunks]) == SAID
        assert [fields(request)["model"] for request in emu.requests] == [sent, sent]
        assert completion.meta.served_by == chunks.meta.served_by == member


async def test_the_reply_is_there_as_it_came(client: AsyncClient) -> None:
    raw = await client.deployments("abcd1234").completions.with_raw_response.create(
        model="base", prompt=PROMPT, extra_headers=behaving("ratelimit=42")
    )
    assert (raw.status_code, raw.headers["content-type"]) == (200, "application/json")
    assert raw.headers["X-RateLimit-Remaining-Requests"] == "42"
    assert raw.parse().text == SAID in raw.text
    assert raw.request_id == raw.parse().meta.request_id is not None
