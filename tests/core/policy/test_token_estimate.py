"""What a call may use is known before it is sent, and what it has used is found at the end of its reply."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.policy.token_estimate import ANSWER, IMAGE, TOKENS_PER_BYTE, UNMETERED, TokenEstimates, Used
from baseten_sdk._core.request.header_lines import HeaderLines
from baseten_sdk._core.request.json_codec import encode_json
from baseten_sdk._core.request.request import Request

CHAT = "https://x/v1/chat/completions"


def ask(url: str = CHAT, /, **fields: object) -> Request:
    body = encode_json({"model": "org/m", "messages": [{"role": "user", "content": "Hi"}], **fields})
    return Request("POST", url, HeaderLines(()), body, 1.0)


def size(request: Request) -> int:
    return len(request.body)


def test_nothing_seen_it_is_generous() -> None:
    request = ask()
    assert TokenEstimates().estimate(request).tokens == size(request) * TOKENS_PER_BYTE + ANSWER


@pytest.mark.parametrize("fields", [{"max_tokens": 10}, {"max_completion_tokens": 10}])
def test_a_limit_of_the_answer_bounds_it(fields: dict[str, object]) -> None:
    request = ask(CHAT, **fields)
    assert TokenEstimates().estimate(request).tokens == size(request) * TOKENS_PER_BYTE + 10


def test_each_choice_counts() -> None:
    request = ask(max_tokens=10, n=3)
    assert TokenEstimates().estimate(request).tokens == size(request) * TOKENS_PER_BYTE + 30


def test_names_inside_a_text_are_text() -> None:
    said = json.dumps({"max_tokens": 99999, "n": 50, "model": "other"}, separators=(",", ":"))
    request = ask(max_tokens=10, user=said)
    estimate = TokenEstimates().estimate(request)
    assert estimate.tokens == size(request) * TOKENS_PER_BYTE + 10
    assert estimate.model == b"org/m"


def test_an_image_is_not_its_base64() -> None:
    plain = TokenEstimates().estimate(ask(max_tokens=1))
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{'A' * 100_000}"}}
    estimate = TokenEstimates().estimate(ask(max_tokens=1, messages=[{"role": "user", "content": [image]}]))
    assert IMAGE < estimate.tokens < plain.tokens + IMAGE + 100


@pytest.mark.parametrize(
    "request_",
    [
        ask("https://x/v1/models"),
        ask("https://model-x.api/production/predict"),
        Request("GET", CHAT, HeaderLines(()), b"", 1.0),
    ],
)
def test_what_uses_no_tokens_is_not_counted(request_: Request) -> None:
    assert TokenEstimates().estimate(request_) is UNMETERED


def test_an_embedding_has_no_answer() -> None:
    request = ask("https://x/sync/v1/embeddings?a=b")
    assert TokenEstimates().estimate(request).tokens == size(request) * TOKENS_PER_BYTE


def test_what_was_seen_is_expected_of_the_same_model_alone() -> None:
    known = TokenEstimates()
    request = ask()
    known.learn(known.estimate(request), Used(30, 100, 130))
    assert known.estimate(request).tokens == pytest.approx(130)
    assert known.estimate(ask(max_tokens=40)).tokens < 30 * 2 + 40
    assert known.estimate(ask(model="org/o")).tokens > ANSWER


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=50))
def test_the_largest_of_late_is_expected(answers: list[int]) -> None:
    known = TokenEstimates()
    request = ask()
    for answer in answers:
        known.learn(known.estimate(request), Used(30, answer, 30 + answer))
    assert known.estimate(request).tokens >= 30 + answers[-1] - 1e-6
    assert known.estimate(request).tokens <= 30 + max(answers) + 1e-6


def test_what_is_large_once_is_forgotten_in_the_end() -> None:
    known = TokenEstimates()
    request = ask()
    for answer in (5000, *[100] * 300):
        known.learn(known.estimate(request), Used(30, answer, 30 + answer))
    assert known.estimate(request).tokens < 30 + 115


def test_so_many_models_are_remembered_and_no_more() -> None:
    known = TokenEstimates()
    for number in range(3000):
        known.learn(known.estimate(ask(model=f"m{number}")), Used(1, 1, 2))
    assert len(known._answers) <= 1001


USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "prompt_tokens_details": {"cached_tokens": 1}}


@pytest.mark.parametrize(
    ("tail", "used"),
    [
        (json.dumps({"choices": [], "usage": USAGE}), Used(3, 4, 7)),
        (json.dumps({"usage": {"input_tokens": 3, "output_tokens": 4}}, separators=(",", ":")), Used(3, 4, 7)),
        (
            'data: {"usage":{"total_tokens":5}}\n\ndata: {"usage":{"total_tokens":9}}\n\ndata: {"usage":null}\n\n',
            Used(None, None, 9),
        ),
        (json.dumps({"usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 0}}), Used(3, 4, 7)),
        (json.dumps({"object": "list", "usage": {"prompt_tokens": 3, "total_tokens": 3}}), Used(3, None, 3)),
        ('{"usage":{"input_tokens":"3","output_tokens":"4"}}', Used(3, 4, 7)),
        ('{"usage":{"input_tokens":3,"cache_read_input_tokens":2,"output_tokens":4}}', Used(3, 4, 7)),
        ('{"usage":{"input_tokens":1,"cache_read_input_tokens":20,"output_tokens":4}}', Used(21, 4, 25)),
        ('{"usage":{"input_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":2}}', Used(5, None, 5)),
        ('{"usage":{"input_tokens":9,"output_tokens":1}}\n\ndata: {"usage":{"output_tokens":4}}', Used(9, 4, 13)),
        ('{"usage":{"input_tokens":0,"output_tokens":0}}\n\ndata: {"usage":{"output_tokens":4}}', Used(None, 4, 4)),
        ('{"usage":{"input_tokens":0,"output_tokens":0}}', None),
        ('{"usage": null}', None),
        ('{"usage": {}}', None),
        ("", None),
        (json.dumps({"text": json.dumps({"usage": {"total_tokens": 1}})}), None),
    ],
)  # fmt: skip
def test_the_last_usage_counts(tail: str, used: Used | None) -> None:
    assert Used.read(tail.encode()) == used


def test_a_prompt_that_is_not_reported_counts_as_estimated() -> None:
    estimate = TokenEstimates().estimate(ask(max_tokens=4000))
    assert Used(None, 4, 4).spent(estimate) == estimate.prompt + 4
    assert Used(None, None, 9).spent(estimate) == 9
    assert Used(3, 4, 7).spent(estimate) == 7
