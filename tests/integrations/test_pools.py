"""Pools in the place of clients: the classes of other libraries move on to the next member as a program does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import litellm
import pytest
from langchain_core.messages import HumanMessage
from litellm import CustomStreamWrapper, ModelResponse
from llama_index.core.base.llms.types import ChatMessage
from pydantic import ValidationError

from baseten_sdk import AsyncClient, AsyncPool, Client, InvalidRequestError, Pool, Retry, Target
from baseten_sdk.emulator import Emulator
from baseten_sdk.integrations.langchain import BasetenEmbeddings, ChatBaseten
from baseten_sdk.integrations.litellm import BasetenLLM, register
from baseten_sdk.integrations.llama_index import Baseten

MEMBERS = [Target("abcd1234", model="llama"), Target("wxyz5678")]
QUICK = Retry(initial=0.001, maximum=0.002)
FAILING = ["status=503", ""] * 6
SAID = "hello"


@pytest.fixture
def service(emu: Emulator) -> Emulator:
    emu.requests.clear()
    emu.faults.clear()
    return emu


@pytest.fixture
def pool(service: Emulator) -> Iterator[Pool]:
    with Client(api_key=service.api_key, endpoints=service.endpoints, retry=QUICK) as client:
        yield client.pool(MEMBERS)


@pytest.fixture
async def async_pool(service: Emulator) -> AsyncIterator[AsyncPool]:
    async with AsyncClient(api_key=service.api_key, endpoints=service.endpoints, retry=QUICK) as client:
        yield client.pool(MEMBERS)


def models(service: Emulator) -> set[object]:
    return {json.loads(request.body)["model"] for request in service.requests}


async def test_langchain(service: Emulator, pool: Pool, async_pool: AsyncPool) -> None:
    llm = ChatBaseten(client=pool, async_client=async_pool)
    service.script(FAILING)
    messages = [HumanMessage("Say hello")]
    assert llm.invoke(messages).text == SAID
    assert (await llm.ainvoke(messages)).text == SAID
    assert "".join(chunk.text for chunk in llm.stream(messages)) == SAID
    assert "".join([chunk.text async for chunk in llm.astream(messages)]) == SAID
    assert models(service) == {"llama", "wxyz5678"}


def test_langchains_embeddings(service: Emulator, pool: Pool) -> None:
    service.script(FAILING)
    assert len(BasetenEmbeddings(client=pool, batch_size=2).embed_documents(["a", "b", "c"])) == 3


async def test_llama_index(service: Emulator, pool: Pool, async_pool: AsyncPool) -> None:
    llm = Baseten(client=pool, async_client=async_pool)
    service.script(FAILING)
    message = ChatMessage(content="Say hello")
    assert llm.chat([message]).message.content == SAID
    assert (await llm.achat([message])).message.content == SAID
    assert [response.message.content for response in llm.stream_chat([message])][-1] == SAID
    assert (await llm.acomplete("Say hello")).text == SAID
    assert models(service) == {"llama", "wxyz5678"}
    assert [model.id for model in llm.available_models] == ["llama", "wxyz5678"]
    assert llm.metadata.context_window > 0


# LiteLLM's own code says so at its first use of a type, and at every chunk.
@pytest.mark.filterwarnings("ignore:.*the `ReadOnly` qualifier")
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecationWarning")
async def test_litellm(service: Emulator, pool: Pool, async_pool: AsyncPool) -> None:
    register(BasetenLLM(client=pool, async_client=async_pool), provider="pooled")
    service.script(FAILING)
    messages = [{"role": "user", "content": "Say hello"}]
    for reply in (
        litellm.completion("pooled/fallback", messages),
        await litellm.acompletion("pooled/fallback", messages),
    ):
        assert isinstance(reply, ModelResponse)
        assert reply.choices[0].message.content == SAID
    chunks = litellm.completion("pooled/fallback", messages, stream=True)
    assert isinstance(chunks, CustomStreamWrapper)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == SAID
    assert models(service) == {"llama", "fallback"}


def test_a_dedicated_model_beside_a_pool_is_refused(service: Emulator, pool: Pool) -> None:
    llm = ChatBaseten(client=pool, model_id="abcd1234")
    with pytest.raises(InvalidRequestError, match="make abcd1234 one of them"):
        llm.invoke("Say hello")
    with pytest.raises(ValidationError, match="Say which model"):
        ChatBaseten(client=Client(api_key="k"))
    assert len(service.requests) == 0
