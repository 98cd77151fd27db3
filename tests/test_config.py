"""Values of the configuration: what they refuse, and the defaults that users rely on."""

from __future__ import annotations

import copy
import math
import pickle
from fractions import Fraction
from math import inf, nan
from random import Random

import pytest

from baseten_sdk.config import (
    DEPLOYMENT_FIRST_BYTE,
    MODEL_APIS_FIRST_BYTE,
    CallOptions,
    Endpoints,
    Limits,
    Retry,
    StatusOptions,
    Timeout,
    WaitOptions,
    check_seconds,
)
from baseten_sdk.errors import ConfigurationError

NO_SECONDS = [0, 0.0, -1, nan, -inf, True, False, "5", [1]]


def test_the_defaults_are_those_of_the_guides() -> None:
    assert Timeout() == Timeout(attempt=None, connect=5, write=60, first_byte=None, idle=120)
    assert (MODEL_APIS_FIRST_BYTE, DEPLOYMENT_FIRST_BYTE) == (600, 1230)
    assert Retry() == Retry(max_retries=2, initial=0.5, maximum=8, max_retry_after=120, on_read_timeout=False)
    assert Limits() == Limits(concurrency=256, idle_connection=30, async_payload=262_144, status_calls=20)
    assert Endpoints().model_apis == "https://inference.baseten.co/v1"


@pytest.mark.parametrize("name", ["attempt", "connect", "write", "first_byte", "idle"])
@pytest.mark.parametrize("value", NO_SECONDS)
def test_a_limit_on_time_is_a_number_of_seconds_above_0(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"Timeout\({name}=\.\.\.\) must be a number of seconds above 0"):
        Timeout(**{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_none_is_taken_only_where_it_means_something() -> None:
    assert Timeout(attempt=None, first_byte=None) == Timeout()
    for name in ("connect", "write", "idle"):
        with pytest.raises(ConfigurationError, match=f"{name}.*not None"):
            Timeout(**{name: None})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_limit_on_time_may_be_none_at_all() -> None:
    assert Timeout(attempt=inf, connect=inf, write=inf, first_byte=inf, idle=inf).idle == inf


@pytest.mark.parametrize("value", [-1, True, False, 1.0, "2", None, nan])
def test_the_number_of_retries_is_an_integer_of_at_least_0(value: object) -> None:
    with pytest.raises(ConfigurationError, match="max_retries must be an integer of at least 0"):
        Retry(max_retries=value)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", ["initial", "maximum", "max_retry_after", "budget"])
@pytest.mark.parametrize("value", [-1, nan, "5", None, True])
def test_a_number_of_a_retry_policy_is_at_least_0(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"Retry\({name}=\.\.\.\)"):
        Retry(**{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_retry_policy_may_wait_not_at_all_or_without_bound() -> None:
    assert Retry(0, initial=0, maximum=0, max_retry_after=0, budget=0).max_retries == 0
    assert Retry(maximum=inf, max_retry_after=inf, budget=inf).budget == inf


@pytest.mark.parametrize("name", ["concurrency", "body", "event", "async_payload"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, "1", None, inf])
def test_a_bound_is_an_integer_of_at_least_1(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"Limits\({name}=\.\.\.\) must be an integer of at least 1"):
        Limits(**{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", ["requests_per_minute", "tokens_per_minute"])
@pytest.mark.parametrize("value", [0, 0.5, -1, math.inf, math.nan, True, "60"])
def test_a_rate_is_a_number_of_at_least_one(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"Limits\({name}=\.\.\.\)"):
        Limits(**{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_limits_are_rated_when_there_is_a_rate() -> None:
    assert not Limits().rated
    assert Limits(requests_per_minute=1).rated
    assert Limits(tokens_per_minute=1.5).rated


@pytest.mark.parametrize("name", ["idle_connection", "status_calls"])
@pytest.mark.parametrize("value", [*NO_SECONDS, None])
def test_the_other_bounds_are_numbers_above_0(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"Limits\({name}=\.\.\.\)"):
        Limits(**{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("model_apis", "inference.baseten.co", "must be an http"),
        ("model_apis", None, "must be an http"),
        ("model", "ftp://model-{model_id}", "must be an http"),
        ("model", "one.example.com", "must be an http"),
        ("model", "https://one.example.com/{chain_id}", "nothing fills"),
        ("model_regional", "https://model-{model_id}.example.com", "lacks {environment}"),
        ("chain", "https://chain-{model_id}.example.com", "lacks {chain_id}"),
        ("chain_regional", "https://{chain_id}.example.com", "lacks {environment}"),
        ("model", "https://{model_id}.{region}.example.com", "nothing fills"),
        ("model", "https://{model_id}.{environment}.example.com", "nothing fills"),
        ("model", "https://{model_id}.{.example.com", "nothing fills"),
    ],
)
def test_an_endpoint_that_cannot_be_used_is_refused(name: str, value: object, problem: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Endpoints(**{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert str(caught.value).startswith(f"Endpoints({name}=...)")
    assert problem in str(caught.value)


def test_endpoints_may_lie_below_a_path() -> None:
    assert Endpoints(model="http://127.0.0.1:8787/model/{model_id}").model.endswith("{model_id}")


@pytest.mark.parametrize("value", NO_SECONDS)
def test_seconds_are_above_0(value: float) -> None:
    with pytest.raises(ConfigurationError, match="deadline must be a number of seconds above 0"):
        check_seconds("deadline", value)


@pytest.mark.parametrize("value", [None, 1, 0.001, inf])
def test_seconds_may_be_left_out(value: float | None) -> None:
    assert check_seconds("deadline", value) == value


@pytest.mark.parametrize(("value", "number"), [(Fraction(1, 2), 0.5), (Fraction(3), 3.0)])
def test_numbers_of_other_kinds_become_numbers_of_python(value: float, number: float) -> None:
    found = [check_seconds("deadline", value), Timeout(idle=value).idle, Limits(idle_connection=value).idle_connection]
    assert found == [number] * 3
    assert {type(each) for each in found} == {float}


@pytest.mark.parametrize("value", [Timeout(3), Retry(5, random=Random(1)), Limits(8), Endpoints()])
def test_the_configuration_can_be_copied_and_pickled(value: object) -> None:
    pickled = pickle.loads(pickle.dumps(value))
    assert (
        repr(copy.deepcopy(value)).split("random")[0]
        == repr(pickled).split("random")[0]
        == repr(value).split("random")[0]
    )


def test_the_options_are_the_same_wherever_they_are_taken() -> None:
    names = set(CallOptions.__optional_keys__)
    assert names == set(WaitOptions.__optional_keys__) | {"deadline"}
    assert set(StatusOptions.__optional_keys__) == names - {"extra_body", "request_id"}
