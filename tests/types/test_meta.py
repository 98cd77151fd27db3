"""What is known of an exchange: headers without regard to case, ids, and limits."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from baseten_sdk.types.meta import Facts, Headers, Meta
from baseten_sdk.types.pool import Target, Try


def test_headers_are_found_in_any_case() -> None:
    headers = Headers([("Content-Type", "text/plain"), ("X-A", "1")])
    assert headers["content-type"] == headers["CONTENT-TYPE"] == headers.get("Content-type") == "text/plain"
    assert "x-A" in headers
    assert "x-b" not in headers
    assert dict(headers) == {"content-type": "text/plain", "x-a": "1"}
    assert len(headers) == 2
    with pytest.raises(KeyError):
        headers["x-b"]


def test_repeated_headers_are_joined() -> None:
    assert Headers([("Via", "a"), ("x", "1"), ("via", "b")])["via"] == "a, b"


def test_headers_are_equal_without_regard_to_case_and_order() -> None:
    one, other = Headers([("A", "1"), ("b", "2")]), Headers([("B", "2"), ("a", "1")])
    assert one == other
    assert hash(one) == hash(other)
    assert one != Headers([("a", "1")])
    assert one != {"a": "1", "b": "2"}
    assert repr(one) == "Headers({'a': '1', 'b': '2'})"


META = Meta(
    200,
    Headers(
        [
            ("X-Baseten-Request-Id", "b1"),
            ("X-Request-Id", "x1"),
            ("X-Baseten-Model-Id", "abcd1234"),
            ("X-Baseten-Model-Version-Id", "wxyz123"),
            ("X-RateLimit-Limit-Requests", "120"),
            ("x-ratelimit-remaining-tokens", "499"),
            ("x-ratelimit-reset", "6m0s"),
        ]
    ),
    2,
    0.5,
)


def test_ids_and_limits_are_read_from_the_headers() -> None:
    assert (META.request_id, META.model_id, META.deployment_id) == ("b1", "abcd1234", "wxyz123")
    assert META.rate_limits == {"limit-requests": "120", "remaining-tokens": "499", "reset": "6m0s"}


def test_another_request_id_will_do_and_none_too() -> None:
    assert Meta(headers=Headers([("X-Request-Id", "x1")])).request_id == "x1"
    nothing = Meta(200, Headers([("X-Baseten-Accepted-At", "1790000000000")]))
    assert (nothing.request_id, nothing.model_id, nothing.deployment_id, nothing.rate_limits) == (None, None, None, {})


def test_meta_can_be_copied_and_pickled() -> None:
    assert pickle.loads(pickle.dumps(META)) == copy.deepcopy(META) == copy.copy(META) == META


HEADERS = Headers([("X-Request-Id", "x1")])
MEMBER = Target("abcd1234")
FACTS: Facts = (200, HEADERS, 2, 0.5, "POST", "https://h/v1", MEMBER, True, {"queue": 0.25})


def test_meta_is_the_same_whether_its_fields_were_set_at_once_or_are_when_they_are_looked_at() -> None:
    tries = (Try(MEMBER, "ok", 0.5, hedge=True),)
    at_once = Meta(200, HEADERS, 2, 0.5, "POST", "https://h/v1", tries, {"queue": 0.25})
    assert Meta.of(FACTS) == at_once
    assert repr(Meta.of(FACTS)) == repr(at_once)
    assert hash(Meta.of(FACTS)) == hash(at_once)
    assert replace(Meta.of(FACTS), attempts=3) == replace(at_once, attempts=3)
    assert pickle.loads(pickle.dumps(Meta.of(FACTS))) == copy.deepcopy(Meta.of(FACTS)) == copy.copy(Meta.of(FACTS))
    assert Meta.of(FACTS).request_id == "x1"
    assert Meta.of(FACTS).cache_hit_rate is None
    assert Meta.of((200, HEADERS, 1, 0.5, "POST", "https://h/v1", None, False, {})).tries == ()


def test_meta_has_no_other_attributes_and_cannot_be_changed() -> None:
    for meta in (Meta.of(FACTS), META):
        assert not hasattr(meta, "latency")
        with pytest.raises(FrozenInstanceError):
            meta.attempts = 1  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
