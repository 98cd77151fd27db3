"""Scalars and arrays of numpy where numbers and lists are taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baseten_sdk import (
    Client,
    ConfigurationError,
    Hedge,
    InvalidRequestError,
    Limits,
    Retry,
    Target,
    Timeout,
    Vectors,
    batch,
)
from baseten_sdk._core.request.json_codec import encode_json
from baseten_sdk._core.request.multipart import encode_multipart
from baseten_sdk._core.request.query import encode_query
from baseten_sdk._core.speech.audio import AudioFormat
from baseten_sdk._numbers import as_number
from baseten_sdk.batch import Budget, Recipe
from baseten_sdk.emulator import Emulator
from baseten_sdk.jobs.limits import JobLimits

numpy: Any = pytest.importorskip("numpy")
"""Untyped: its numbers are taken at run time, and the types ask for Python's own."""


@pytest.fixture
def client() -> Iterator[Client]:
    with (
        Emulator() as emulator,
        Client(api_key=emulator.api_key, endpoints=emulator.endpoints, transport="direct") as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (numpy.int64(3), "3"),
        (numpy.uint8(255), "255"),
        (numpy.float64(0.1), "0.1"),
        (numpy.float32(0.5), "0.5"),
        (numpy.bool_(True), "true"),
        (numpy.str_("a"), '"a"'),
        (numpy.datetime64("2026-01-02T03:04:05"), '"2026-01-02T03:04:05"'),
        (numpy.array([1, 2]), "[1,2]"),
        (numpy.array([[0.5], [1.5]], dtype=numpy.float16), "[[0.5],[1.5]]"),
        (numpy.array(["a", "b"]), '["a","b"]'),
        (numpy.array(7), "7"),
        (numpy.array([]), "[]"),
        ({"x": [numpy.int32(1), {"y": numpy.arange(3)}]}, '{"x":[1,{"y":[0,1,2]}]}'),
    ],
)
def test_what_is_sent_is_the_number_or_the_list(value: object, written: str) -> None:
    assert encode_json(value) == written.encode()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (numpy.float32("nan"), "nan has no JSON form"),
        ({"x": numpy.array([1.0, numpy.inf])}, r"\$\.x\[1\]: inf has no JSON form"),
        (numpy.array([b"a"]), r"\$\[0\]: bytes has no JSON form"),
        (numpy.complex64(1), "complex has no JSON form"),
        (numpy.ndarray, "cannot be sent as JSON"),
    ],
)
def test_what_has_no_json_form_is_refused_with_its_path(value: object, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        encode_json(value)


def test_a_query_and_a_form_take_them() -> None:
    assert encode_query({"n": numpy.int64(3), "x": numpy.array([0.5, 1.5]), "b": numpy.bool_(False)}) == (
        "n=3&x=0.5&x=1.5&b=false"
    )
    _, body = encode_multipart({"n": numpy.int64(3), "tags": numpy.array(["a", "b"])}, {}, "xyz")
    assert b"\r\n\r\n3\r\n" in body
    assert b"\r\n\r\na\r\n" in body
    assert b"\r\n\r\nb\r\n" in body


def test_settings_take_them_and_hold_numbers_of_python() -> None:
    limits = Limits(concurrency=numpy.int64(4), requests_per_minute=numpy.float32(60))
    assert (limits.concurrency, limits.requests_per_minute) == (4, 60.0)
    timeout = Timeout(connect=numpy.float32(2.5), idle=numpy.int16(9))
    retry = Retry(max_retries=numpy.uint8(3), initial=numpy.float32(0.25))
    values = (limits.concurrency, limits.requests_per_minute, timeout.connect, timeout.idle, retry.max_retries)
    assert [type(value) for value in (*values, retry.initial)] == [int, float, float, int, int, float]
    # Added to a time, a float32 would lose whole seconds.
    assert as_number(numpy.float32(0.5)) + 1e9 == 1e9 + 0.5


@pytest.mark.parametrize("zero", [numpy.float32(30), numpy.array(30), numpy.array(30.0), numpy.uint8(30)])
def test_an_array_without_dimensions_is_a_number(zero: Any) -> None:
    assert as_number(zero) == 30
    assert type(as_number(zero)) in (int, float)
    assert Timeout(connect=zero).connect == 30


@pytest.mark.parametrize("value", [numpy.array([1, 2]), numpy.array([1]), numpy.bool_(True), numpy.array("a"), "5"])
def test_what_is_no_number_is_not_made_one(value: Any) -> None:
    assert (as_number(value) is value) is True
    with pytest.raises(ConfigurationError):
        Limits(concurrency=value)


def test_all_settings_hold_numbers_of_python() -> None:
    third, many, half = numpy.int8(3), numpy.uint8(200), numpy.float32(0.5)
    budget = Budget(tokens=many, failures=third, seconds=half, dollars=half)
    target, hedge = Target(model="m", weight=half), Hedge(after=half, budget=half, until_measured=third)
    limits = JobLimits(third, many, third, many, numpy.float32(40), numpy.float32(4000))
    held = [budget.tokens, budget.failures, budget.seconds, budget.dollars, target.weight, hedge.after, hedge.budget]
    held += [hedge.until_measured, limits.outstanding, limits.delivery_window, limits.hold]
    assert {type(value) for value in held} == {int, float}
    assert AudioFormat(sample_rate=numpy.int64(16_000)).sample_rate == 16_000
    # A float32 cannot hold the time of today to the minute.
    assert limits.delivery_window + 1.7e9 == 40 + 1.7e9


def test_a_batch_takes_them(client: Client, tmp_path: Path) -> None:
    rows = [{"id": numpy.int64(number), "x": numpy.arange(number)} for number in range(3)]
    report = client.batch.run(
        rows,
        tmp_path / "out.jsonl",
        request=lambda row: batch.predict("abcd1234", row),
        output=lambda ok: {"x": numpy.arange(2), "y": numpy.float32(0.5)},
        concurrency=numpy.int8(2),
        retries=numpy.uint8(200),
        abort_after=numpy.uint8(200),
        budget=Budget(tokens=numpy.int64(1000)),
        progress="none",
    )
    assert report.ok == 3
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert sorted(line["key"] for line in lines) == ["0", "1", "2"]
    assert lines[0]["output"] == {"x": [0, 1], "y": 0.5}
    outcomes = client.batch.map(rows, request=lambda row: batch.predict("abcd1234", row), window=numpy.int64(2))
    assert len(list(outcomes)) == 3
    prompts = client.batch.run(rows, tmp_path / "2.jsonl", request=Recipe("chat", "org/m", template="{id}: {x}"))
    assert prompts.ok == 3


@pytest.mark.parametrize("value", [numpy.float32(1.5), numpy.array([1, 2]), float("nan"), 0, True, "2", object()])
def test_what_no_concurrency_can_be_is_refused(client: Client, tmp_path: Path, value: Any) -> None:
    with pytest.raises(ConfigurationError, match="concurrency"):
        client.batch.run([1], tmp_path / "out.jsonl", request=lambda row: batch.predict("a", row), concurrency=value)


def test_calls_of_each_api_take_them(client: Client) -> None:
    turns = [{"role": "user", "content": "Say hi"}]
    assert client.messages.create(model="org/m", max_tokens=numpy.int64(50), messages=turns).text == "hi"
    response = client.responses.create(model="org/m", input="Say hi", max_output_tokens=numpy.int64(50))
    assert response.output_text == "hi"


def test_an_array_is_no_file() -> None:
    for files in (numpy.arange(3), numpy.array(3), numpy.array(["a"])):
        with pytest.raises(InvalidRequestError, match="files must be a mapping"):
            encode_multipart({}, files, "xyz")


def test_calls_take_them(client: Client) -> None:
    with_numbers = client.with_options(timeout=numpy.float32(30), deadline=numpy.int64(60), max_retries=numpy.int8(1))
    chat = with_numbers.chat.completions.create(
        model="org/m",
        messages=[{"role": "user", "content": "hi"}],
        max_tokens=numpy.int64(5),
        temperature=numpy.float32(0.5),
    )
    assert chat.usage is not None
    deployment = with_numbers.deployments("abcd1234")
    assert deployment.predict({"x": numpy.arange(3)}, deadline=numpy.float32(30)) is not None
    assert len(deployment.embeddings.create(input=numpy.array(["a", "b"])).vectors) == 2
    assert len(deployment.rerank("q", numpy.array(["a", "b"]))) == 2
    job = deployment.async_predict({"x": numpy.float64(1)}, priority=numpy.int64(1))
    assert job.wait(deadline=numpy.float32(60)).is_terminal


def test_vectors_are_an_array_without_a_copy() -> None:
    made = Vectors(bytearray(numpy.arange(6, dtype=numpy.float32).tobytes()), 3)
    found = made.numpy()
    assert (found.shape, found.dtype) == ((3, 2), numpy.float32)
    found[1, 0] = 9.0
    assert list(made[1]) == [9.0, 3.0]
    assert numpy.shares_memory(found, numpy.asarray(made))
    assert numpy.shares_memory(found, numpy.asarray(made.array))
    assert not numpy.shares_memory(found, numpy.array(made))
    assert numpy.array_equal(numpy.asarray(made.tolist()), found)


def test_texts_may_be_an_array(client: Client) -> None:
    embeddings = client.deployments("abcd1234").embeddings
    texts = numpy.array(["a text", "another"])
    found = embeddings.embed(texts, max_batch=numpy.int64(1), concurrency=numpy.int8(2))
    assert found == embeddings.embed(list(texts))
