"""Where a model is asked for by its name, and which models there are."""

from __future__ import annotations

import pytest

from baseten_sdk import (
    AsyncClient,
    InvalidRequestError,
    NotFoundError,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk.config import Endpoints
from baseten_sdk.emulator import Emulator
from tests.asking import HELLO, MODEL, SAID, fields, only

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("model", ["openai/gpt-oss-120b", "baseten/openai/gpt-oss-120b", "a-name-without-a-slash"])
async def test_a_slug_goes_to_the_model_apis(client: AsyncClient, emu: Emulator, model: str) -> None:
    await client.chat.completions.create(model=model, messages=HELLO)
    assert only(emu).path == "/v1/chat/completions"
    assert fields(only(emu))["model"] == model.removeprefix("baseten/")


@pytest.mark.parametrize("model", ["abcd1234", "baseten/abcd1234"])
async def test_an_id_goes_to_the_engine_of_its_model(client: AsyncClient, emu: Emulator, model: str) -> None:
    await client.chat.completions.create(model=model, messages=HELLO)
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/chat/completions"
    assert fields(only(emu))["model"] == "abcd1234"


@pytest.mark.parametrize("model", ["openai/gpt-oss-120b", "abcd1234", "baseten/abcd1234"])
async def test_behind_a_gateway_nothing_is_routed_by_name(emu: Emulator, model: str, transport: TransportName) -> None:
    async with AsyncClient(transport=transport, api_key=emu.api_key, base_url=f"{emu.base_url}/") as client:
        await client.chat.completions.create(model=model, messages=HELLO)
    assert only(emu).path == "/v1/chat/completions"
    assert fields(only(emu))["model"] == model


async def test_the_engine_inside_a_deployment_is_asked_for_its_own_name(client: AsyncClient, emu: Emulator) -> None:
    deployment = client.deployments("abcd1234", environment="staging")
    completion = await deployment.chat.completions.create(model="served/name", messages=HELLO)
    assert completion.text == SAID
    assert only(emu).path == "/model/abcd1234/environments/staging/sync/v1/chat/completions"
    assert fields(only(emu))["model"] == "served/name"


@pytest.mark.parametrize("model", ["", None])
async def test_a_model_that_is_no_name_is_refused(client: AsyncClient, emu: Emulator, model: str) -> None:
    with pytest.raises(InvalidRequestError, match="model"):
        await client.chat.completions.create(model=model, messages=HELLO)
    assert len(emu.requests) == 0


async def test_an_unknown_slug_is_not_found_and_what_to_do_is_said(client: AsyncClient) -> None:
    with pytest.raises(NotFoundError, match=r"models\.list"):
        await client.chat.completions.create(model="unknown/model", messages=HELLO)


async def test_models_are_listed(client: AsyncClient, emu: Emulator) -> None:
    models = await client.models.list()
    assert (only(emu).method, only(emu).path) == ("GET", "/v1/models")
    assert MODEL in {model.id for model in models}
    assert len(models) == len(models.data)
    listed = next(model for model in models if model.id == MODEL)
    assert listed.context_length == 128_072
    assert listed.pricing is not None
    assert listed.pricing.prompt == "0.0000001"
    assert models.meta.status_code == 200


async def test_models_of_an_engine_are_listed(client: AsyncClient, emu: Emulator) -> None:
    models = await client.deployments("abcd1234").models.list()
    assert only(emu).path == "/model/abcd1234/environments/production/sync/v1/models"
    assert [model.id for model in models] == ["abcd1234"]
    assert models[0].context_length is None


async def test_a_base_url_and_other_endpoints_go_together(emu: Emulator, transport: TransportName) -> None:
    endpoints: Endpoints = emu.endpoints
    async with AsyncClient(
        transport=transport, api_key=emu.api_key, base_url=f"{emu.url}/v1", endpoints=endpoints
    ) as client:
        await client.chat.completions.create(model="abcd1234", messages=HELLO)
        await client.deployments("abcd1234").predict({"a": 1})
    assert [request.path for request in emu.requests] == [
        "/v1/chat/completions",
        "/model/abcd1234/environments/production/predict",
    ]
