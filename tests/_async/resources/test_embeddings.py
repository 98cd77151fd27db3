"""The embedding engine inside a deployment: vectors, rerank and classification."""

from __future__ import annotations

import json

import pytest

from baseten_sdk import AsyncClient, AsyncDeployment, Endpoints, InvalidRequestError, ResponseValidationError
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.emulator import Emulator
from tests.asking import fields, only
from tests.faults.scripted import ScriptedServer, reply

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


def vector(index: int | None) -> dict[str, object]:
    return {"embedding": [float(index or 0)]} if index is None else {"index": index, "embedding": [float(index)]}


def score(index: int) -> dict[str, object]:
    return {"index": index, "score": 0.5}


async def ask(call: str, deployment: AsyncDeployment) -> object:
    texts = ["a", "b", "c"]
    match call:
        case "embed":
            return (await deployment.embeddings.create(input=texts)).vectors
        case "rank":
            return sorted(each.index for each in await deployment.rerank("q", texts))
        case _:
            return len(await deployment.classify(texts))


@pytest.mark.parametrize(
    ("call", "sent", "found"),
    [
        ("embed", {"data": [vector(2), vector(0), vector(1)]}, [[0.0], [1.0], [2.0]]),
        ("embed", {"data": [vector(None)] * 3}, [[0.0]] * 3),
        ("embed", {"data": [vector(0), vector(2)]}, None),
        ("embed", {"data": []}, None),
        ("embed", {"data": [vector(0), vector(1), vector(2), vector(3)]}, None),
        ("embed", {"data": [vector(0), vector(0), vector(2)]}, None),
        ("embed", {"data": [vector(0), vector(1), vector(7)]}, None),
        ("embed", {"data": [vector(0), vector(1), vector(-1)]}, None),
        ("embed", {"data": [vector(0), vector(1), vector(None)]}, None),
        ("embed", {"data": [vector(None), vector(None)]}, None),
        ("rank", [score(2), score(0), score(1)], [0, 1, 2]),
        ("rank", [score(2), score(0)], None),
        ("rank", [score(0), score(1), score(7)], None),
        ("rank", [score(0), score(1), score(1)], None),
        ("label", [[], [{"label": "x", "score": 1}], []], 3),
        ("label", [[], []], None),
        ("label", [[]] * 4, None),
    ],
)
async def test_each_input_has_one_result_or_the_reply_is_refused(
    transport: TransportName, call: str, sent: object, found: object
) -> None:
    with ScriptedServer([reply(json.dumps(sent).encode(), headers={"X-Baseten-Request-Id": "r1"})]) as server:
        endpoints = Endpoints.below(f"http://127.0.0.1:{server.port}")
        async with AsyncClient(api_key="k", endpoints=endpoints, transport=transport, max_retries=0) as client:
            deployment = client.deployments("abcd1234")
            if found is not None:
                assert await ask(call, deployment) == found
                return
            with pytest.raises(ResponseValidationError, match="There were 3 inputs, and the reply holds") as caught:
                await ask(call, deployment)
    assert caught.value.request_id == "r1"
    assert caught.value.body == json.dumps(sent).encode()
