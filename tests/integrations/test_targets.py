"""The text by which a configuration file names a target."""

from __future__ import annotations

import pytest

from baseten_sdk import AsyncClient, AsyncDeployment, Client, Deployment, InvalidRequestError
from baseten_sdk.integrations.clients import call_options
from baseten_sdk.integrations.targets import ModelTarget


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("openai/gpt-oss-120b", ModelTarget("openai/gpt-oss-120b")),
        ("abcd1234", ModelTarget("abcd1234")),
        ("model/abcd1234", ModelTarget("abcd1234", "abcd1234")),
        ("model/abcd1234#org/my-model", ModelTarget("org/my-model", "abcd1234")),
        ("model/abcd1234?environment=staging", ModelTarget("abcd1234", "abcd1234", environment="staging")),
        ("model/abcd1234?environment=my%20env#m", ModelTarget("m", "abcd1234", environment="my env")),
        ("model/abcd1234?deployment_id=wxyz123", ModelTarget("abcd1234", "abcd1234", deployment_id="wxyz123")),
        ("model/abcd1234?regional=prod-us#m", ModelTarget("m", "abcd1234", regional="prod-us")),
    ],
)
def test_a_target_is_read(text: str, target: ModelTarget) -> None:
    assert ModelTarget.parse(text) == target


@pytest.mark.parametrize(
    "text", ["model/", "model/?environment=a", "model/x9?region=a", "model/x9?environment=a&regional=b"]
)
def test_what_is_no_target_is_refused_with_the_grammar(text: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"is not a target\. A target is"):
        ModelTarget.parse(text)


def test_both_clients_find_it_in_the_same_place() -> None:
    target = ModelTarget.parse("model/abcd1234?environment=staging")
    url = "https://model-abcd1234.api.baseten.co/environments/staging/sync/v1"
    with Client(api_key="key") as client:
        engine, other = target.of(client), target.of_async(AsyncClient(api_key="key"))
    assert isinstance(engine, Deployment)
    assert isinstance(other, AsyncDeployment)
    assert engine.openai_base_url == other.openai_base_url == url


def test_options_are_told_from_the_fields_of_the_body() -> None:
    given = {"top_k": 4, "seed": None, "deadline": 3, "extra_headers": {"a": "b"}, "extra_body": {"min_p": 1}}
    assert call_options(given) == {
        "deadline": 3,
        "extra_headers": {"a": "b"},
        "extra_body": {"top_k": 4, "min_p": 1},
    }
