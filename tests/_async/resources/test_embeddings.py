"""The embedding engine inside a deployment: vectors, rerank and classification."""

from __future__ import annotations

import pytest

from baseten_sdk import AsyncClient, InvalidRequestError, ResponseValidationError
from baseten_sdk.emulator import Emulator
from tests.asking import fields, only

pytestmark = pytest.mark.anyio

TARGET = "/model/abcd1234/environments/production/sync"


async def test_texts_become_vectors_in_their_order(client: AsyncClient, emu: Emulator) -> None:
    reply = await client.deployments("abcd1234").embeddings.create(input=["one text", "another"], dimensions=4)
    assert only(emu).path == f"{TARGET}/v1/embeddings"
    assert fields(only(emu)) == {
        "input": ["one text", "another"],
        "model": "not-required",
        "dimensions": 4,
        "encoding_format": "base64",
    }
    assert [each.index for each in reply.data] == [0, 1]
    assert [len(vector) for vector in reply.vectors] == [4, 4]
    assert reply.usage is not None
    assert reply.usage.total_tokens == 3
    assert reply.meta.status_code == 200


async def test_both_encodings_give_the_same_numbers(client: AsyncClient) -> None:
    embeddings = client.deployments("abcd1234").embeddings
    packed = await embeddings.create(input="a text", model="m")
    plain = await embeddings.create(input="a text", model="m", encoding_format="float")
    assert packed.vectors[0] == pytest.approx(plain.vectors[0], abs=1e-6)
    assert packed.model == "m"


async def test_a_client_finds_the_model_by_its_id(client: AsyncClient, emu: Emulator) -> None:
    await client.embeddings.create(input="a", model="abcd1234", user="u")
    assert only(emu).path == f"{TARGET}/v1/embeddings"
    assert (fields(only(emu))["model"], fields(only(emu))["user"]) == ("abcd1234", "u")


async def test_a_client_must_be_told_the_model(client: AsyncClient, emu: Emulator) -> None:
    with pytest.raises(InvalidRequestError, match="model="):
        await client.embeddings.create(input="a")
    assert len(emu.requests) == 0


@pytest.mark.parametrize("given", ["", [], None, b"bytes"])
async def test_nothing_to_embed_is_refused(client: AsyncClient, emu: Emulator, given: str) -> None:
    with pytest.raises(InvalidRequestError, match="input"):
        await client.deployments("abcd1234").embeddings.create(input=given)
    assert len(emu.requests) == 0


async def test_what_is_no_embedding_is_an_error_with_the_body(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["reply=empty"])
    with pytest.raises(ResponseValidationError):
        await client.deployments("abcd1234").embeddings.create(input="a", max_retries=0)


async def test_texts_are_ranked_best_first_by_their_place(client: AsyncClient, emu: Emulator) -> None:
    results = await client.deployments("abcd1234").rerank("red cars", ["green tea", "red cars"], return_text=True)
    assert only(emu).path == f"{TARGET}/rerank"
    assert fields(only(emu)) == {"query": "red cars", "texts": ["green tea", "red cars"], "return_text": True}
    assert [(each.index, each.text) for each in results] == [(1, "red cars"), (0, "green tea")]
    assert results[0].score > results[1].score


async def test_texts_are_labelled_in_their_order(client: AsyncClient, emu: Emulator) -> None:
    rows = await client.deployments("abcd1234").classify(["good", "bad"], truncate=True)
    assert only(emu).path == f"{TARGET}/predict"
    assert fields(only(emu)) == {"inputs": [["good"], ["bad"]], "truncate": True}
    assert [{each.label for each in row} for row in rows] == [{"positive", "negative"}] * 2


@pytest.mark.parametrize("texts", [[], "one text"])
async def test_no_texts_are_refused(client: AsyncClient, texts: list[str]) -> None:
    deployment = client.deployments("abcd1234")
    with pytest.raises(InvalidRequestError, match="texts"):
        await deployment.rerank("q", texts)
    with pytest.raises(InvalidRequestError, match="texts"):
        await deployment.classify(texts)
