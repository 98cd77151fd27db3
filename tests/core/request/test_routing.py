"""Where things are, and that nothing in an id or a path can leave the host or the deployment."""

from __future__ import annotations

import pytest

from baseten_sdk._core.request.routing import REMEMBERED, Router
from baseten_sdk._core.request.service_urls import BaseURL, DeploymentURLs
from baseten_sdk.config import DEPLOYMENT_FIRST_BYTE, MODEL_APIS_FIRST_BYTE, Endpoints
from baseten_sdk.errors import ConfigurationError, InvalidRequestError

APIS = "https://inference.baseten.co/v1"
HOST = "https://model-abcd1234.api.baseten.co"
GATEWAY = "https://gateway.example.com/v1"
LOCAL = Endpoints(
    model_apis="http://127.0.0.1:8787/v1",
    model="http://127.0.0.1:8787/model/{model_id}",
    model_regional="http://127.0.0.1:8787/model/{model_id}/regional/{environment}",
)


EMULATOR = "http://127.0.0.1:8787"


def places(base_url: str | None = None, endpoints: Endpoints | None = None, **environment: str) -> Router:
    return Router(base_url, endpoints, environment.get)


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ({}, f"{HOST}/environments/production"),
        ({"environment": "production"}, f"{HOST}/environments/production"),
        ({"environment": "staging"}, f"{HOST}/environments/staging"),
        ({"environment": "my env"}, f"{HOST}/environments/my%20env"),
        ({"environment": "development"}, f"{HOST}/development"),
        ({"deployment_id": "wxyz123"}, f"{HOST}/deployment/wxyz123"),
        ({"regional": "prod-us"}, "https://model-abcd1234-prod-us.api.baseten.co"),
    ],
)
def test_each_target_has_its_url(target: dict[str, str], url: str) -> None:
    place = places().deployment("abcd1234", **target)
    assert place.target == url
    assert place.at("predict") == f"{url}/predict"
    assert place.sync("items/1 2") == f"{url}/sync/items/1%202"
    assert place.engine == BaseURL(f"{url}/sync/v1", DEPLOYMENT_FIRST_BYTE)


def test_an_async_request_is_below_the_host_whatever_the_target() -> None:
    assert places().deployment("abcd1234", environment="x").async_request("0f1e") == f"{HOST}/async_request/0f1e"
    regional = places().deployment("abcd1234", regional="prod-us")
    assert regional.async_request("0f1e") == "https://model-abcd1234-prod-us.api.baseten.co/async_request/0f1e"


def test_templates_may_lie_below_a_path() -> None:
    local = places(endpoints=LOCAL)
    assert local.deployment("abcd1234").at("predict") == (
        "http://127.0.0.1:8787/model/abcd1234/environments/production/predict"
    )
    assert local.deployment("abcd1234", regional="eu").at("wake") == (
        "http://127.0.0.1:8787/model/abcd1234/regional/eu/wake"
    )


def test_a_slash_at_the_end_of_a_template_is_not_doubled() -> None:
    given = places(endpoints=Endpoints(model_apis="http://h/v1/", model="http://h/{model_id}/"))
    assert given.deployment("m").target == "http://h/m/environments/production"
    assert given.model_apis().at("models") == "http://h/v1/models"


@pytest.mark.parametrize(
    "targets",
    [
        {"environment": "a", "deployment_id": "b"},
        {"environment": "a", "regional": "b"},
        {"deployment_id": "a", "regional": "b"},
        {"environment": "a", "deployment_id": "b", "regional": "c"},
    ],
)
def test_a_deployment_has_one_target(targets: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=f"one target; {' and '.join(targets)} were given"):
        places().deployment("abcd1234", **targets)


HOSTILE = ["", ".", "..", "a/b", "../x", "%2e%2e", "a\\b", "a\nb", "a\0b", "%252e%252e"]
HOSTILE_LABELS = [*HOSTILE, "a.b", "a b", "é", "a?b", "a#b", "a@b", "a:80", "x" * 64]


@pytest.mark.parametrize("value", HOSTILE_LABELS)
def test_nothing_in_a_host_name_can_lead_elsewhere(value: str) -> None:
    with pytest.raises(InvalidRequestError, match="model_id"):
        places().deployment(value)
    with pytest.raises(InvalidRequestError, match="regional"):
        places().deployment("abcd1234", regional=value)


@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_in_an_environment_deployment_or_request_can_lead_elsewhere(value: str) -> None:
    with pytest.raises(InvalidRequestError, match="environment"):
        places().deployment("abcd1234", environment=value)
    with pytest.raises(InvalidRequestError, match="deployment_id"):
        places().deployment("abcd1234", deployment_id=value)
    with pytest.raises(InvalidRequestError, match="request_id"):
        places().deployment("abcd1234").async_request(value)


@pytest.mark.parametrize("value", ["a&b=c", "ü", "a b", "a+b"])
def test_what_is_harmless_is_quoted(value: str) -> None:
    url = places().deployment("abcd1234", environment=value).target
    assert url.isascii()
    assert not set("?# ") & set(url)
    assert url.count("/") == 4


@pytest.mark.parametrize("path", ["", "..", "a/../b", "//evil.example.com", "https://evil.example.com/", "a?b", "a//b"])
def test_nothing_in_a_path_can_leave_the_deployment(path: str) -> None:
    with pytest.raises(InvalidRequestError, match="path"):
        places().deployment("abcd1234").sync(path)


@pytest.mark.parametrize(
    ("base_url", "endpoints", "environment", "expected"),
    [
        (None, None, {}, APIS),
        (None, None, {"BASETEN_BASE_URL": ""}, APIS),
        (None, None, {"BASETEN_BASE_URL": f"{GATEWAY}/"}, GATEWAY),
        (GATEWAY, None, {"BASETEN_BASE_URL": "https://other"}, GATEWAY),
        (GATEWAY, LOCAL, {}, GATEWAY),
        (None, LOCAL, {"BASETEN_BASE_URL": GATEWAY}, LOCAL.model_apis),
        (None, None, {"BASETEN_EMULATOR": ""}, APIS),
        (None, None, {"BASETEN_EMULATOR": f"{EMULATOR}/"}, f"{EMULATOR}/v1"),
        (None, None, {"BASETEN_EMULATOR": EMULATOR, "BASETEN_BASE_URL": GATEWAY}, f"{EMULATOR}/v1"),
        (GATEWAY, None, {"BASETEN_EMULATOR": EMULATOR}, GATEWAY),
        (None, LOCAL, {"BASETEN_EMULATOR": "http://127.0.0.1:1"}, LOCAL.model_apis),
    ],
)
def test_the_model_apis_are_where_the_nearest_of_five_says(
    base_url: str | None, endpoints: Endpoints | None, environment: dict[str, str], expected: str
) -> None:
    assert places(base_url, endpoints, **environment).model_apis() == BaseURL(expected, MODEL_APIS_FIRST_BYTE)


def test_the_environment_is_read_at_the_first_call_and_no_more() -> None:
    environment: dict[str, str] = {}
    found = Router(None, None, environment.get)
    environment["BASETEN_BASE_URL"] = GATEWAY
    assert found.model_apis().url == GATEWAY
    environment.clear()
    assert found.model_apis().url == GATEWAY


def test_an_emulator_that_the_environment_names_has_everything() -> None:
    found = places(BASETEN_EMULATOR=EMULATOR)
    assert found.deployment("abcd1234").target == f"{EMULATOR}/model/abcd1234/environments/production"
    assert found.deployment("abcd1234", regional="eu").target == f"{EMULATOR}/regional/abcd1234/eu"
    assert found.owner(None, "c1", None).host == f"{EMULATOR}/chain/c1"
    assert found.engine_of("abcd1234")[0].url == f"{EMULATOR}/model/abcd1234/environments/production/sync/v1"
    assert all(url.startswith(EMULATOR) for url in found.samples())
    assert not found.owns(f"{HOST}/x")
    assert places(GATEWAY, BASETEN_EMULATOR=EMULATOR).deployment("m").host == f"{EMULATOR}/model/m"
    assert places(endpoints=LOCAL, BASETEN_EMULATOR="http://127.0.0.1:1").deployment("m").host == f"{EMULATOR}/model/m"


@pytest.mark.parametrize("url", ["", "gateway", "ftp://h", "https://user:hunter2@h", "https://h?x=1", "https://h/../x"])
def test_a_base_url_that_cannot_be_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url") as caught:
        places(url)
    assert "hunter2" not in str(caught.value)
    if url:
        with pytest.raises(ConfigurationError, match="BASETEN_BASE_URL"):
            places(BASETEN_BASE_URL=url).model_apis()
        with pytest.raises(ConfigurationError, match="BASETEN_EMULATOR") as caught:
            places(BASETEN_EMULATOR=url).deployment("abcd1234")
        assert "hunter2" not in str(caught.value)


ENGINE = f"{HOST}/environments/production/sync/v1"


@pytest.mark.parametrize(
    ("model", "url", "name"),
    [
        ("openai/gpt-oss-120b", APIS, "openai/gpt-oss-120b"),
        ("baseten/openai/gpt-oss-120b", APIS, "openai/gpt-oss-120b"),
        ("abcd1234", ENGINE, "abcd1234"),
        ("baseten/abcd1234", ENGINE, "abcd1234"),
        ("whisper1", "https://model-whisper1.api.baseten.co/environments/production/sync/v1", "whisper1"),
        ("baseten/mymodel-4", APIS, "baseten/mymodel-4"),
        ("baseten/research", APIS, "baseten/research"),
        ("research", APIS, "research"),
        ("12345678", APIS, "12345678"),
        ("ABCD1234", APIS, "ABCD1234"),
        ("abcd123", APIS, "abcd123"),
        ("abcd12345", APIS, "abcd12345"),
        ("abcd-123", APIS, "abcd-123"),
        ("abcd1234\n", APIS, "abcd1234\n"),
        ("äbcd1234", APIS, "äbcd1234"),
        ("baseten/", APIS, "baseten/"),
    ],
)
def test_a_model_is_served_where_its_name_says(model: str, url: str, name: str) -> None:
    place, sent = places().engine_of(model)
    assert (place.url, sent) == (url, name)
    assert place.first_byte == (MODEL_APIS_FIRST_BYTE if url == APIS else DEPLOYMENT_FIRST_BYTE)


@pytest.mark.parametrize("model", ["abcd1234", "baseten/abcd1234", "baseten/openai/m", "openai/m"])
def test_behind_a_gateway_nothing_is_routed_by_name(model: str) -> None:
    assert places(GATEWAY).engine_of(model) == (BaseURL(GATEWAY, MODEL_APIS_FIRST_BYTE), model)
    place, name = places(BASETEN_BASE_URL=GATEWAY).engine_of(model)
    assert (place.url, name) == (GATEWAY, model)


@pytest.mark.parametrize("model", ["abcd1234", "baseten/abcd1234", "baseten/openai/m", "openai/m"])
def test_with_routing_off_every_name_goes_to_the_model_apis_as_it_is(model: str) -> None:
    place, sent = Router(None, None, route_by_name=False).engine_of(model)
    assert (place.url, sent) == (APIS, model)


@pytest.mark.parametrize("value", [None, 0, "no"])
def test_routing_is_on_or_off(value: object) -> None:
    with pytest.raises(ConfigurationError, match="route_by_name must be True or False"):
        Router(None, None, route_by_name=value)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_gateway_of_one_deployment_needs_no_id_in_its_url() -> None:
    router = places(endpoints=Endpoints(model="https://one.example.com/llm/"))
    assert router.deployment("abcd1234").at("predict") == "https://one.example.com/llm/environments/production/predict"
    assert router.engine_of("abcd1234")[0].url == "https://one.example.com/llm/environments/production/sync/v1"
    assert router.owns("https://one.example.com/llm/x")
    assert not router.owns("https://one.example.com/other")


def test_with_endpoints_a_model_id_is_routed_to_them() -> None:
    place, name = places(endpoints=LOCAL).engine_of("abcd1234")
    assert place.url == "http://127.0.0.1:8787/model/abcd1234/environments/production/sync/v1"
    assert name == "abcd1234"


@pytest.mark.parametrize("model", ["", " ", "\n\t", None, 5, ["a"]])
def test_a_model_has_a_name(model: object) -> None:
    with pytest.raises(InvalidRequestError, match="model must be a non-empty string"):
        places().engine_of(model)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "url",
    [
        f"{APIS}/messages",
        f"{HOST}/environments/production/predict?a=1",
        "https://model-abcd1234-prod-us.api.baseten.co/predict",
        "https://chain-xyz.api.baseten.co/production/run_remote",
        "https://chain-xyz-eu.api.baseten.co/run_remote",
        "HTTPS://INFERENCE.BASETEN.CO:443/v1/models",
    ],
)
def test_an_absolute_url_on_a_host_of_the_client_is_taken(url: str) -> None:
    assert places().resolve(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/v1/messages",
        "https://inference.baseten.co.evil.example.com/v1/x",
        "https://inference.baseten.co@evil.example.com/v1/x",
        "http://inference.baseten.co/v1/x",
        "https://inference.baseten.co:444/v1/x",
        "https://inference.baseten.co/v2/x",
        "https://inference.baseten.co/v1x",
        "https://inference.baseten.co/v1/../admin",
        "https://inference.baseten.co/v1/%2e%2e/admin",
        "https://model-a.b.api.baseten.co/predict",
        "https://api.baseten.co/v1/models",
        "https://inference.baseten.co/v1/x#fragment",
        "file:///etc/passwd",
        "//evil.example.com/v1",
        "../admin",
        "",
    ],
)
def test_a_url_anywhere_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequestError):
        places().resolve(url)


def test_the_hosts_of_a_gateway_are_its_own_and_the_deployments() -> None:
    gateway = places(GATEWAY)
    assert gateway.owns(f"{GATEWAY}/x")
    assert gateway.owns(f"{HOST}/x")
    assert not gateway.owns(f"{APIS}/x")


@pytest.mark.parametrize(("path", "url"), [("messages", f"{APIS}/messages"), ("/a b/", f"{APIS}/a%20b/")])
def test_a_path_is_below_the_model_apis(path: str, url: str) -> None:
    assert places().resolve(path) == url


def test_a_place_alone_is_its_url() -> None:
    assert BaseURL("https://h/v1", 1).at("") == "https://h/v1"


def test_places_are_values() -> None:
    assert places().deployment("m") == DeploymentURLs(
        "m", "https://model-m.api.baseten.co", "https://model-m.api.baseten.co/environments/production"
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, "https://chain-c1.api.baseten.co/environments/production"),
        ({"environment": "development"}, "https://chain-c1.api.baseten.co/development"),
        ({"deployment_id": "d1"}, "https://chain-c1.api.baseten.co/deployment/d1"),
        ({"regional": "eu"}, "https://chain-c1-eu.api.baseten.co"),
    ],
)
def test_a_chain_has_the_targets_of_a_model_on_hosts_of_its_own(target: dict[str, str], expected: str) -> None:
    place = places().chain("c1", **target)
    assert place.target == expected
    assert (place.kind, place.owner, place.chain_id, place.model_id) == ("chain", "c1", "c1", None)


@pytest.mark.parametrize("value", HOSTILE_LABELS)
def test_nothing_in_a_chain_s_id_can_lead_elsewhere(value: str) -> None:
    with pytest.raises(InvalidRequestError, match="chain_id"):
        places().chain(value)


def test_an_async_request_belongs_to_a_model_or_to_a_chain() -> None:
    assert places().owner("m1", None, None).async_request("r") == "https://model-m1.api.baseten.co/async_request/r"
    assert places().owner(None, "c1", "eu").async_request("r") == "https://chain-c1-eu.api.baseten.co/async_request/r"
    for model_id, chain_id in ((None, None), ("m1", "c1")):
        with pytest.raises(InvalidRequestError, match="give model_id= or chain_id="):
            places().owner(model_id, chain_id, None)


def test_a_place_has_a_name_that_is_the_same_on_any_host() -> None:
    elsewhere = places(
        endpoints=Endpoints(model="http://h/{model_id}", model_regional="http://h/{model_id}/{environment}")
    )
    for given in (places(), elsewhere):
        assert given.deployment("m").name == "model m, environments/production"
        assert given.deployment("m", deployment_id="d").name == "model m, deployment/d"
        assert given.deployment("m", regional="eu").name == "model m, regional eu"
        assert given.chain("m").name == "chain m, environments/production"


@pytest.mark.parametrize(
    ("model_id", "said"),
    [
        ("https://model-abcd1234.api.baseten.co/environments/production/predict", "'abcd1234'"),
        ("model-abcd1234-prod-us.api.baseten.co/predict", "'abcd1234'"),
        ("openai/gpt-oss-120b", "chat.completions.create(model='openai/gpt-oss-120b')"),
    ],
)
def test_a_url_or_a_slug_as_a_model_id_is_told_what_was_meant(model_id: str, said: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        places().deployment(model_id)
    assert said in str(caught.value)


def test_a_url_as_a_chain_id_too() -> None:
    with pytest.raises(InvalidRequestError, match="'wxyz5678'"):
        places().chain("https://chain-wxyz5678.api.baseten.co/production/run_remote")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("https://model-abcd1234.api.baseten.co/environments/production/sync/v1", "'abcd1234'"),
        ("https://inference.baseten.co/v1", "not a URL"),
    ],
)
def test_a_url_as_a_model_is_told_what_was_meant(model: str, said: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        places().engine_of(model)
    assert said in str(caught.value)
    assert places("https://gateway.test/v1").engine_of(model)[1] == model


def test_names_are_remembered_in_bounded_memory() -> None:
    router = places()
    first = router.engine_of("a/0")
    assert router.engine_of("a/0") is first
    for number in range(3 * REMEMBERED):
        assert router.engine_of(f"a/{number}")[1] == f"a/{number}"
    assert len(router._found) <= REMEMBERED
    assert router.engine_of("a/0") == first


def test_what_the_service_lists_is_known_to_names_that_were_read_before() -> None:
    router = places()
    base_url, _ = router.engine_of("a/b")
    router.listed.ids = ("a/c",)
    assert base_url.model is not None
    assert base_url.model.listed.ids == ("a/c",)
