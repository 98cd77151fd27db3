"""`models.prices()`: one call, and what the replies of all kinds have cost by it."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from baseten_sdk import AsyncClient, ChatCompletion, ServiceUnavailableError
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, MODEL, only

pytestmark = pytest.mark.anyio


class City(BaseModel):
    name: str


async def test_the_prices_are_those_of_the_list(client: AsyncClient, emu: Emulator) -> None:
    prices = await client.models.prices()
    assert only(emu).path == "/v1/models"
    assert list(prices) == [model.id for model in await client.models.list()]
    completion = await client.chat.completions.create(model=MODEL, messages=HELLO)
    cost = prices.cost(completion)
    assert completion.usage is not None
    assert cost is not None
    assert cost == prices.of_tokens(MODEL, completion.usage.prompt_tokens, completion.usage.completion_tokens)
    assert cost.total > 0


async def test_replies_of_every_kind_are_priced(client: AsyncClient) -> None:
    prices = await client.models.prices()
    parsed = await client.chat.completions.parse(model=MODEL, messages=HELLO, response_format=City)
    assert prices.cost(parsed) is not None
    response = await client.responses.create(model=MODEL, input="Hi")
    message = await client.messages.create(model=MODEL, messages=HELLO, max_tokens=50)
    for reply in (response, message):
        assert prices.cost(reply) is not None
        assert reply.meta.cache_hit_rate in (None, 0.0)
    async with client.chat.completions.stream(model=MODEL, messages=HELLO) as stream:
        assert prices.cost(await stream.get_final_completion()) is not None


async def test_a_deployment_is_not_paid_by_the_token(client: AsyncClient) -> None:
    prices = await client.models.prices()
    completion = await client.deployments("abcd1234").chat.completions.create(model=MODEL, messages=HELLO)
    assert isinstance(completion, ChatCompletion)
    assert completion.model == MODEL
    assert prices.cost(completion) is None


async def test_prices_that_cannot_be_fetched_are_an_error(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=503"])
    with pytest.raises(ServiceUnavailableError):
        await client.models.prices(max_retries=0)
