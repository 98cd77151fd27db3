"""Where a call goes by its `model=`, how its key is sent, and what an error says of either."""

from __future__ import annotations

import pickle

import pytest

from baseten_sdk import (
    APIStatusError,
    AsyncClient,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
)
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._core.reply.advice import DEACTIVATED, OF_DEPLOYMENTS, OF_GATEWAYS, WITHOUT_SCOPE
from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.http.jsonvalue import as_object
from baseten_sdk.errors.status import QUOTA_ADVICE
from tests.asking import HELLO, only

pytestmark = pytest.mark.anyio

ENGINE = "/model/abcd1234/environments/production/sync/v1/chat/completions"
APIS = "/v1/chat/completions"


async def asked(client: AsyncClient, model: str) -> None:
    await client.chat.completions.create(model=model, messages=HELLO)


@pytest.mark.parametrize(
    ("model", "path", "name"),
    [
        ("abcd1234", ENGINE, "abcd1234"),
        ("baseten/abcd1234", ENGINE, "abcd1234"),
        ("baseten/openai/gpt-oss-120b", APIS, "openai/gpt-oss-120b"),
        ("baseten/mymodel-4", APIS, "baseten/mymodel-4"),
        ("research", APIS, "research"),
        ("ABCD1234", APIS, "ABCD1234"),
        ("12345678", APIS, "12345678"),
    ],
)
async def test_a_name_goes_where_its_form_says(
    client: AsyncClient, emu: Emulator, model: str, path: str, name: str
) -> None:
    await asked(client, model)
    request = only(emu)
    assert (request.path, as_object(request.json)["model"]) == (path, name)


@pytest.mark.parametrize("model", ["abcd1234", "baseten/abcd1234", "baseten/openai/gpt-oss-120b"])
async def test_with_routing_off_a_name_is_sent_as_it_is(emu: Emulator, transport: TransportName, model: str) -> None:
    async with AsyncClient(
        api_key=emu.api_key, endpoints=emu.endpoints, route_by_name=False, transport=transport
    ) as client:
        async with client.detached() as alone:
            for each in (client, client.with_options(session="s-1"), alone):
                await asked(each, model)
        assert not client._service.portable().route_by_name
    assert len(emu.requests) == 3
    assert {request.path for request in emu.requests} == {APIS}
    assert [as_object(request.json)["model"] for request in emu.requests] == [model] * 3


# unasync: remove
async def test_a_pickle_keeps_routing_and_scheme(emu: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASETEN_API_KEY", emu.api_key)
    client = AsyncClient(base_url=emu.gateway_url, auth_scheme="api-key", route_by_name=False)
    async with client, pickle.loads(pickle.dumps(client)) as again:
        assert not again._setup.settings.route_by_name
        await asked(again, "baseten/mymodel-4")
    assert only(emu).headers["authorization"] == f"Api-Key {emu.api_key}"


# unasync: end
async def test_embeddings_and_decisions_are_routed_alike(client: AsyncClient, emu: Emulator) -> None:
    await client.embeddings.create(model="abcd1234", input="x")
    questions = {"urgent": {"type": "noul", "instructions": "Is it urgent?"}}
    await client.decisions.create(model="baseten/abcd1234", state="x", questions=questions)
    prefix = "/model/abcd1234/environments/production/sync/v1"
    assert [request.path for request in emu.requests] == [f"{prefix}/embeddings", f"{prefix}/systemone"]


async def test_the_deployment_that_answered_is_told(client: AsyncClient, emu: Emulator) -> None:
    completion = await client.chat.completions.create(model="abcd1234", messages=HELLO)
    other = await client.deployments("abcd1234", deployment_id="wxyz123").chat.completions.create(
        model="m", messages=HELLO
    )
    assert completion.meta.deployment_id == completion.meta.headers["x-baseten-model-version-id"]
    assert other.meta.deployment_id == "wxyz123"


async def test_the_keys_of_a_gateway_have_a_scheme_of_their_own(emu: Emulator, transport: TransportName) -> None:
    async with AsyncClient(
        api_key=emu.api_key, base_url=emu.gateway_url, auth_scheme="api-key", transport=transport
    ) as client:
        await asked(client, "baseten/mymodel-4")
    request = only(emu)
    assert request.headers["authorization"] == f"Api-Key {emu.api_key}"
    assert as_object(request.json)["model"] == "baseten/mymodel-4"


async def test_a_key_that_is_sent_the_wrong_way_is_told_of_the_other_one(
    emu: Emulator, transport: TransportName
) -> None:
    async with AsyncClient(api_key=emu.api_key, base_url=emu.gateway_url, transport=transport) as client:
        with pytest.raises(AuthenticationError) as caught:
            await asked(client, "baseten/mymodel-4")
    assert caught.value.advice == f"{AuthenticationError.advice} {OF_GATEWAYS}"
    assert emu.api_key not in str(caught.value)


@pytest.mark.parametrize("value", ["api-key", "Api-Key"])
async def test_the_environment_may_say_the_scheme(
    emu: Emulator, transport: TransportName, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    client = AsyncClient(api_key=emu.api_key, base_url=emu.gateway_url, transport=transport)
    monkeypatch.setenv("BASETEN_AUTH_SCHEME", value)
    async with client, AsyncClient(api_key=emu.api_key, base_url=emu.base_url, auth_scheme="bearer") as other:
        await asked(client, "baseten/mymodel-4")
        await asked(other, "openai/gpt-oss-120b")
    assert [request.headers["authorization"] for request in emu.requests] == [
        f"Api-Key {emu.api_key}",
        f"Bearer {emu.api_key}",
    ]


async def test_a_scheme_that_does_not_exist_is_refused(
    emu: Emulator, transport: TransportName, monkeypatch: pytest.MonkeyPatch
) -> None:
    for scheme in ("basic", "", "Bearer x", 5):
        with pytest.raises(ConfigurationError, match="auth_scheme must be"):
            AsyncClient(api_key=emu.api_key, auth_scheme=scheme)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    monkeypatch.setenv("BASETEN_AUTH_SCHEME", "basic")
    async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, transport=transport) as client:
        with pytest.raises(ConfigurationError, match="BASETEN_AUTH_SCHEME must be"):
            await asked(client, "a/b")
    assert not emu.requests


@pytest.mark.parametrize("model", ["abcd1234", "baseten/abcd1234"])
async def test_a_404_of_a_routed_name_says_so(client: AsyncClient, emu: Emulator, model: str) -> None:
    emu.script(["status=404"])
    with pytest.raises(NotFoundError) as caught:
        await asked(client, model)
    assert repr(model) in caught.value.advice
    assert "route_by_name=False" in caught.value.advice


async def test_so_does_one_of_messages_responses_embeddings_and_decisions(client: AsyncClient, emu: Emulator) -> None:
    questions = {"urgent": {"type": "noul", "instructions": "Is it urgent?"}}
    calls = (
        lambda: client.messages.create(model="abcd1234", messages=HELLO, max_tokens=5),
        lambda: client.responses.create(model="abcd1234", input="Hi"),
        lambda: client.embeddings.create(model="abcd1234", input="Hi"),
        lambda: client.decisions.create(model="abcd1234", state="x", questions=questions),
    )
    for call in calls:
        emu.script(["status=404"])
        with pytest.raises(NotFoundError, match="route_by_name=False"):
            await call()


async def test_a_404_of_a_deployment_that_was_meant_does_not(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=404"])
    with pytest.raises(NotFoundError) as caught:
        await client.deployments("abcd1234").chat.completions.create(model="abcd1234", messages=HELLO)
    assert caught.value.advice == OF_DEPLOYMENTS


async def test_a_404_of_a_slug_names_those_near_it_once_they_are_known(client: AsyncClient, emu: Emulator) -> None:
    emu.script(["status=404"])
    with pytest.raises(NotFoundError) as caught:
        await asked(client, "openai/gpt-oss-12b")
    assert caught.value.advice == NotFoundError.advice

    await client.with_options(session="s-1").models.list()
    for model, near in (
        ("openai/gpt-oss-12b", "openai/gpt-oss-120b"),
        ("baseten/openai/GPT-OSS-120", "openai/gpt-oss-120b"),
        ("kimi-k3", "moonshotai/Kimi-K3"),
    ):
        emu.script(["status=404"])
        with pytest.raises(NotFoundError) as caught:
            await asked(client, model)
        assert near in caught.value.advice
    emu.script(["status=404"])
    with pytest.raises(NotFoundError, match=r"None of the 7 models that the service lists"):
        await asked(client, "zzz/qqqqqqqqqqqq")


async def test_what_an_engine_lists_is_not_what_the_model_apis_have(client: AsyncClient, emu: Emulator) -> None:
    await client.deployments("abcd1234").models.list()
    emu.script(["status=404"])
    with pytest.raises(NotFoundError) as caught:
        await asked(client, "a/b")
    assert caught.value.advice == NotFoundError.advice


@pytest.mark.parametrize(
    ("behavior", "kind", "advice"),
    [
        ("deactivated", BadRequestError, DEACTIVATED),
        ("status=400, shape=3, code=DEPLOYMENT_DEACTIVATED, message=No.", BadRequestError, DEACTIVATED),
        ("status=400, shape=1, message=The deployment is INACTIVE.", BadRequestError, DEACTIVATED),
        ("status=400, shape=1, message=The field inactive is unknown.", BadRequestError, BadRequestError.advice),
        ("status=400", BadRequestError, BadRequestError.advice),
        ("status=403, shape=1, message=Your key is not authorized to do this.", PermissionDeniedError, WITHOUT_SCOPE),
        ("no-scope", PermissionDeniedError, WITHOUT_SCOPE),
        ("status=403, shape=2, message=Forbidden", PermissionDeniedError, WITHOUT_SCOPE),
        ("status=402", PaymentRequiredError, QUOTA_ADVICE),
        ("status=403, shape=3, code=insufficient_quota", PermissionDeniedError, QUOTA_ADVICE),
        ("status=401", AuthenticationError, AuthenticationError.advice),
    ],
)
async def test_advice_fits_what_a_deployment_said(
    client: AsyncClient, emu: Emulator, behavior: str, kind: type[APIStatusError], advice: str
) -> None:
    emu.script([behavior])
    with pytest.raises(kind) as caught:
        await client.deployments("abcd1234").predict({})
    assert type(caught.value) is kind
    assert caught.value.advice == advice
