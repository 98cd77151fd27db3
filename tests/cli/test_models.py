from __future__ import annotations

from baseten_sdk.cli.exit_codes import ExitCode
from tests.cli.running import Run, at


def test_models_are_listed_with_context_and_prices(run: Run) -> None:
    ended = run("models")
    assert ended.code == ExitCode.OK
    first = ended.out.splitlines()[0].split()
    assert first == ["openai/gpt-oss-120b", "128,072", "$0.10", "$0.50"]


def test_models_as_json_are_as_the_service_tells_them(run: Run) -> None:
    models = run("models", "--output", "json").json
    assert (at(models, 0, "id"), at(models, 0, "quantization")) == ("openai/gpt-oss-120b", "fp4")


def test_an_engine_inside_a_deployment_is_asked_by_its_model(run: Run) -> None:
    assert run("models", "--model-id", "abcd1234").out.split() == ["abcd1234", "-", "-", "-"]
