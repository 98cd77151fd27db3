"""The body of `async_predict`, and what is refused before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from baseten_sdk._core.queue.async_predict import InferenceRetryConfig, QueueFields, async_predict_body
from baseten_sdk.errors import InvalidRequestError


@dataclass
class Job:
    url: str


def body(
    model_input: object = None,
    *,
    webhook_endpoint: str | None = None,
    priority: int | None = None,
    max_time_in_queue_seconds: int | None = None,
    inference_retry_config: InferenceRetryConfig | None = None,
    extra: Mapping[str, object] | None = None,
    largest: int = 1000,
) -> bytes:
    fields = QueueFields(webhook_endpoint, priority, max_time_in_queue_seconds, inference_retry_config)
    return async_predict_body(model_input, fields, extra=extra or {}, largest=largest)


@pytest.mark.parametrize("value", [{"a": [1]}, None, "text", 5, [], Job("https://x")])
def test_only_what_was_set_is_sent(value: object) -> None:
    plain = {"url": "https://x"} if isinstance(value, Job) else value
    assert json.loads(body(value)) == {"model_input": plain}


def test_every_field_has_its_name_on_the_wire() -> None:
    sent = body(
        {"a": 1},
        webhook_endpoint="https://example.com/done?job=1",
        priority=0,
        max_time_in_queue_seconds=3600,
        inference_retry_config={"max_attempts": 1, "initial_delay_ms": 0, "max_delay_ms": 60_000},
        extra={"note": None},
    )
    assert json.loads(sent) == {
        "model_input": {"a": 1},
        "webhook_endpoint": "https://example.com/done?job=1",
        "priority": 0,
        "max_time_in_queue_seconds": 3600,
        "inference_retry_config": {"max_attempts": 1, "initial_delay_ms": 0, "max_delay_ms": 60_000},
        "note": None,
    }


def test_extra_fields_go_over_the_others() -> None:
    assert json.loads(body({"a": 1}, priority=1, extra={"priority": 9})) == {"model_input": {"a": 1}, "priority": 9}


@pytest.mark.parametrize("priority", [-1, 3, True, 1.0, "1"])
def test_a_priority_is_0_to_2(priority: object) -> None:
    with pytest.raises(InvalidRequestError, match="priority must be an integer from 0 to 2"):
        body(priority=priority)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("seconds", [9, 259_201, 60.0, False])
def test_a_time_in_the_queue_is_ten_seconds_to_three_days(seconds: object) -> None:
    with pytest.raises(InvalidRequestError, match="max_time_in_queue_seconds must be an integer from 10 to 259,200"):
        body(max_time_in_queue_seconds=seconds)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("seconds", [10, 259_200])
def test_the_ends_of_a_range_belong_to_it(seconds: int) -> None:
    assert json.loads(body(max_time_in_queue_seconds=seconds))["max_time_in_queue_seconds"] == seconds


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"max_attempts": 0}, "max_attempts must be an integer from 1 to 10"),
        ({"max_attempts": 11}, "max_attempts must be an integer from 1 to 10"),
        ({"initial_delay_ms": -1}, "initial_delay_ms must be an integer from 0 to 10,000"),
        ({"initial_delay_ms": 10_001}, "initial_delay_ms must be an integer from 0 to 10,000"),
        ({"max_delay_ms": 60_001}, "max_delay_ms must be an integer from 0 to 60,000"),
        ({"max_delay_ms": None}, "max_delay_ms must be an integer"),
        ({"attempts": 3}, "has no field 'attempts'. Its fields are max_attempts"),
    ],
)
def test_a_retry_config_is_checked_field_by_field(config: InferenceRetryConfig, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match="inference_retry_config") as caught:
        body(inference_retry_config=config)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/done",
        "https://[2001:db8::1]:8443/done",
        "http://localhost:8788/done",
        "http://127.0.0.1/done",
        "http://[::1]:9/done",
        "HTTPS://EXAMPLE.COM",
    ],
)
def test_a_webhook_is_an_https_url_or_on_this_machine(url: str) -> None:
    assert json.loads(body(webhook_endpoint=url))["webhook_endpoint"] == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/done",
        "http://localhost.example.com/",
        "http://127.0.0.2/",
        "ftp://example.com",
        "example.com/done",
        "https://",
        "https:///done",
        "https://exa mple.com",
        "https://example.com/\n",
        "https://[::1",
        "",
        5,
    ],
)
def test_any_other_webhook_is_refused(url: object) -> None:
    with pytest.raises(InvalidRequestError, match="webhook_endpoint"):
        body(webhook_endpoint=url)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_body_that_is_too_large_says_how_large_it_is_and_what_to_do() -> None:
    value = "x" * (1000 - len(body("")))
    assert len(body(value)) == 1000
    with pytest.raises(InvalidRequestError, match=r"is 1,001 bytes; the service takes 1,000.*send its URL"):
        body(value + "x")


def test_the_size_is_that_of_the_encoded_body() -> None:
    with pytest.raises(InvalidRequestError, match="is 1,218 bytes"):
        body("é" * 600)


def test_an_input_without_a_json_form_is_refused_with_the_path_to_it() -> None:
    with pytest.raises(InvalidRequestError, match=r"\$\.model_input\.a\[1\]: bytes has no JSON form"):
        body({"a": [1, b"x"]})
